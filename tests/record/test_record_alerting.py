"""Alerts fire once: over a month, over kills, over processes that look at the same moment."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from alert_home import DYING, LOOK, AlertHome, later
from ledger_fixtures import Book

from tally_tui.clock import parse_instant
from tally_tui.ledger import alerts as kept
from tally_tui.ledger import verify
from tally_tui.ledger.alerts import Told
from tally_tui.ledger.open import open_writer
from tally_tui.model import NANO, PriceStatus, Provider
from tally_tui.record.alerting import check

NOON = "2026-03-04T12:00:00Z"
RESET = "2026-03-09T00:00:00Z"


@pytest.fixture
def home(tmp_path: Path) -> AlertHome:
    home = AlertHome(tmp_path)
    home.settings("[alerts.projected]\non = false")
    return home


def started(home: AlertHome, at: str = "2026-02-25T12:00:00Z") -> None:
    """A first look, with a reading of an earlier week: rules are in force from then on."""
    home.read(at, 10, later(RESET, -7 * 1440))
    assert home.look(at).stderr == ""


# The month: day and hour, percent of the week, and which thresholds that is news of.
WEEKS = (
    ("2026-03-09T00:00:00Z", ((1, 20, ""), (2, 52, ""), (4, 88, ""), (5, 91, "90"), (6, 93, ""))),
    # From 80 to 97: both thresholds are recorded, the higher one is told.
    ("2026-03-16T00:00:00Z", ((1, 40, ""), (3, 80, ""), (4, 97, "90 95"), (6, 100, ""))),
    # Percents are handed back in the middle of a week: its thresholds count anew.
    ("2026-03-23T00:00:00Z", ((1, 55, ""), (2, 92, "90"), (3, 5, ""), (3.2, 6, ""), (4, 50, ""), (6, 90, "90"))),
    ("2026-03-30T00:00:00Z", ((1, 10, ""), (6, 60, ""))),
)


def test_a_month_with_a_kill_between_every_two_events_fires_exactly_what_is_expected(home: AlertHome) -> None:
    started(home)
    expected: list[tuple[str, float, int]] = []
    for reset, events in WEEKS:
        for day, percent, news in events:
            at = later(reset, (day - 7) * 1440)
            home.read(at, percent, later(reset, day % 3))  # resets are told with some minutes of jitter
            expected += [(reset[:10], float(each), parse_instant(at)) for each in news.split()]
            assert home.look(at, DYING).returncode == -9
            assert home.look(later(at, 1)).stderr == ""
    found = [(each.until, each.threshold, each.fired_at) for each in home.alerts]
    assert [(threshold, fired) for _, threshold, fired in found] == [(each[1], each[2]) for each in expected]
    for (until, _, _), (reset, _, _) in zip(found, expected, strict=True):
        assert abs(until - parse_instant(f"{reset}T00:00:00Z")) <= 600_000
    assert home.told == [f"weekly claude {threshold} warn" for threshold in (90, 95, 90, 90)]


def test_the_first_look_of_all_records_and_tells_nothing(home: AlertHome) -> None:
    home.read(NOON, 97, RESET)
    home.look(NOON)
    assert [(each.threshold, each.told) for each in home.alerts] == [(90, Told.RECORDED), (95, Told.RECORDED)]
    assert home.told == []


def test_a_rule_set_while_already_over_records_and_tells_nothing(home: AlertHome) -> None:
    started(home)
    home.read(NOON, 85, RESET)
    home.look(NOON)
    home.settings("[alerts.projected]\non = false\n[alerts.weekly]\nthresholds = [80, 86, 90]")
    home.look(later(NOON, 1))
    assert [(each.threshold, each.told) for each in home.alerts] == [(80, Told.RECORDED)]
    home.read(later(NOON, 2), 87, RESET)
    home.look(later(NOON, 2))
    assert home.told == ["weekly claude 86 info"]


def test_in_quiet_hours_alerts_are_only_recorded(home: AlertHome) -> None:
    home.settings('quiet = "22:00-07:00"\n[alerts.projected]\non = false')
    started(home)
    home.read("2026-03-04T23:30:00Z", 91, RESET)
    home.look("2026-03-04T23:30:00Z")
    home.look("2026-03-05T08:00:00Z")
    assert ([each.threshold for each in home.alerts], home.told) == ([90], [])
    home.read("2026-03-05T08:10:00Z", 96, RESET)
    home.look("2026-03-05T08:10:00Z")
    assert home.told == ["weekly claude 95 warn"]


def test_a_snoozed_rule_is_only_recorded_until_the_snooze_ends(home: AlertHome) -> None:
    started(home)
    with closing(open_writer(home.ledger)) as db:
        kept.snooze(db, parse_instant(later(NOON, 60)), "weekly")
    home.read(NOON, 91, RESET)
    home.look(NOON)
    assert home.told == []
    home.read(later(NOON, 61), 96, RESET)
    home.look(later(NOON, 61))
    assert home.told == ["weekly claude 95 warn"]


def test_processes_that_look_at_the_same_moment_tell_once(home: AlertHome) -> None:
    started(home)
    home.read(NOON, 96, RESET)
    home.race(NOON, *[f"import tally_tui.record.alerting\n{LOOK}"] * 4)
    assert [each.threshold for each in home.alerts] == [90, 95]
    assert home.told == ["weekly claude 95 warn"]


def test_what_a_killed_process_wrote_is_told_by_the_next_one_and_only_once(home: AlertHome) -> None:
    started(home)
    home.read(NOON, 91, RESET)
    assert home.look(NOON, DYING).returncode == -9
    assert ([each.threshold for each in home.alerts], home.told) == ([90], [])
    for minute in (1, 2):
        home.look(later(NOON, minute))
    assert home.told == ["weekly claude 90 warn"]


def test_what_nobody_told_within_an_hour_is_only_in_the_list(home: AlertHome) -> None:
    started(home)
    home.read(NOON, 91, RESET)
    home.look(NOON, DYING)
    home.look(later(NOON, 61))
    assert ([each.threshold for each in home.alerts], home.told) == ([90], [])


def test_a_channel_that_fails_stops_nothing_and_is_told_of(home: AlertHome) -> None:
    path = home.folder / "config" / "config.toml"
    path.write_text(
        '[alerts]\nnotification = "off"\ncommand = ["/nowhere/at/all", "{title}"]\n[alerts.projected]\non = false\n'
    )
    started(home)
    home.read(NOON, 91, RESET)
    assert home.look(NOON).returncode == 0
    assert "/nowhere/at/all cannot be run" in home.alerts[0].problems[0]


# -- what the calls say


@pytest.fixture
def book(home: AlertHome) -> Book:
    home.ledger.parent.mkdir(parents=True)
    return Book(home.ledger)


def looked(home: AlertHome, book: Book, at: str) -> list[tuple[str, str, float]]:
    verify.rebuild(book.db)
    with patch.dict(os.environ, home.environment):
        new = check(parse_instant(at), ring=lambda _: None)
    return [(each.axis, each.scope, each.threshold) for each in new]


def test_budgets_fire_by_their_own_thresholds_and_a_new_amount_is_a_new_rule(home: AlertHome, book: Book) -> None:
    table = '[[budgets]]\nname = "day"\namount = {}\nperiod = "day"\nthresholds = [50, 100]\n'
    home.settings(rest=table.format(10))
    book.session("s")
    book.call("s", parse_instant("2026-03-04T08:00:00Z"), cost=1 * NANO)
    assert looked(home, book, "2026-03-04T08:01:00Z") == []
    book.call("s", parse_instant("2026-03-04T09:00:00Z"), cost=4 * NANO)
    assert looked(home, book, "2026-03-04T09:01:00Z") == [("budget", "day", 50)]
    assert looked(home, book, "2026-03-04T09:02:00Z") == []
    home.settings(rest=table.format(5))
    assert looked(home, book, "2026-03-04T09:03:00Z") == [("budget", "day", 100)]
    assert home.told == ["budget  50 info"]
    book.call("s", parse_instant("2026-03-05T09:00:00Z"), cost=3 * NANO)
    assert looked(home, book, "2026-03-05T09:01:00Z") == [("budget", "day", 50)]
    assert home.told == ["budget  50 info"] * 2


def test_a_week_whose_reset_is_moved_is_the_same_week_for_its_budgets(home: AlertHome, book: Book) -> None:
    table = '[[budgets]]\nname = "week"\namount = 10\nprovider = "claude"\nthresholds = [50, 100]\nprojected = true\n'
    home.settings(rest=table, alerts="[alerts.costly_call]\non = false")
    book.session("s")
    home.read("2026-03-04T08:00:00Z", 5, "2026-03-07T14:00:00Z")
    book.call("s", parse_instant("2026-03-04T08:00:00Z"), cost=NANO // 10)
    assert looked(home, book, "2026-03-04T08:01:00Z") == []
    book.call("s", parse_instant("2026-03-04T09:00:00Z"), cost=6 * NANO)
    first = [("budget", "week", 50), ("projected", "week", 50), ("projected", "week", 100)]
    assert sorted(looked(home, book, "2026-03-04T09:01:00Z")) == first
    # Without a fall of the percentage it is the same week that ends later, or earlier.
    home.read("2026-03-04T10:00:00Z", 8, "2026-03-07T20:00:00Z")
    assert looked(home, book, "2026-03-04T10:01:00Z") == []
    home.read("2026-03-04T11:00:00Z", 9, "2026-03-07T11:00:00Z")
    assert looked(home, book, "2026-03-04T11:01:00Z") == []
    # With one a new week has begun.
    home.read("2026-03-05T09:00:00Z", 1, "2026-03-12T09:00:00Z")
    book.call("s", parse_instant("2026-03-05T10:00:00Z"), cost=6 * NANO)
    assert ("budget", "week", 50) in looked(home, book, "2026-03-05T10:01:00Z")


def test_costly_calls_and_sessions_models_without_a_price_and_limits_hit(home: AlertHome, book: Book) -> None:
    book.session("s")
    book.session("x", provider=Provider.CODEX)
    book.call("s", parse_instant("2026-03-04T08:00:00Z"), cost=NANO // 10)
    assert looked(home, book, "2026-03-04T08:01:00Z") == []
    book.call("s", parse_instant("2026-03-04T09:00:00Z"), cost=6 * NANO)
    (found,) = looked(home, book, "2026-03-04T09:01:00Z")
    assert (found[0], found[2]) == ("costly_call", 5)
    book.call("x", parse_instant("2026-03-04T09:02:00Z"), model="unheard-of", status=PriceStatus.UNPRICED)
    assert looked(home, book, "2026-03-04T09:03:00Z") == [("price_missing", "unheard-of", 1)]
    for second in range(5):
        book.call("s", parse_instant("2026-03-04T09:05:00Z") + second * 1000, cost=4 * NANO)
    assert looked(home, book, "2026-03-04T09:06:00Z") == [("costly_session", "s", 25)]
    book.db.execute(
        "INSERT INTO limit_event (provider, ts, text) VALUES (1, ?, 'Limit reached')",
        (parse_instant("2026-03-04T09:07:00Z"),),
    )
    assert looked(home, book, "2026-03-04T09:08:00Z") == [("limit_hit", "claude", 100)]
    assert looked(home, book, "2026-03-04T09:09:00Z") == []
    severities = [line.split()[-1] for line in home.told]
    assert severities == ["info", "info", "info", "critical"]


def test_a_spike_is_told_once_a_day(home: AlertHome, book: Book) -> None:
    book.session("s")
    for hour in range(6):
        book.call("s", parse_instant(f"2026-03-04T0{hour}:00:00Z"), cost=NANO)
    assert looked(home, book, "2026-03-04T06:30:00Z") == []
    book.call("s", parse_instant("2026-03-04T07:00:00Z"), cost=4 * NANO)
    assert looked(home, book, "2026-03-04T07:10:00Z") == [("burn_rate", "claude", 3)]
    book.call("s", parse_instant("2026-03-04T07:20:00Z"), cost=4 * NANO)
    assert looked(home, book, "2026-03-04T07:30:00Z") == []


def test_an_old_log_read_late_is_no_news(home: AlertHome, book: Book) -> None:
    book.session("s")
    book.call("s", parse_instant(NOON), cost=NANO)
    looked(home, book, NOON)
    book.session("old")
    book.call("old", parse_instant("2026-01-04T12:00:00Z"), cost=400 * NANO)
    assert looked(home, book, later(NOON, 1)) == []


def test_transcripts_about_to_be_deleted_are_told_once_a_week(home: AlertHome, book: Book) -> None:
    root = Path(home.environment["CLAUDE_CONFIG_DIR"])
    root.mkdir()
    (root / "settings.json").write_text('{"cleanupPeriodDays": 20}')
    book.session("s")
    book.call("s", parse_instant(NOON), cost=NANO)
    assert looked(home, book, NOON) == []
    log = book.file(f"{root}/projects/p/s.jsonl")
    written = parse_instant("2026-02-14T12:00:00Z")
    book.db.execute("UPDATE file SET mtime_ns = ? WHERE id = ?", (written * 1_000_000, log))
    assert looked(home, book, "2026-03-03T11:00:00Z") == []
    assert looked(home, book, "2026-03-03T13:00:00Z") == [("retention", "claude", 3)]
    assert looked(home, book, "2026-03-05T13:00:00Z") == []


def test_an_empty_ledger_sets_no_rule(home: AlertHome) -> None:
    open_writer(home.ledger).close()
    home.look(NOON)
    home.read(NOON, 97, RESET)
    home.look(NOON)
    assert [each.told for each in home.alerts] == [Told.RECORDED] * 2


def test_alerts_switched_off_write_nothing(home: AlertHome) -> None:
    started(home)
    home.settings("on = false")
    home.read(NOON, 97, RESET)
    home.look(NOON)
    assert home.alerts == []


def test_whole_percents_that_were_passed_are_written_once(home: AlertHome) -> None:
    started(home)
    home.read(NOON, 3, RESET)
    home.look(NOON)
    home.read(later(NOON, 5), 5, RESET)
    home.look(later(NOON, 5))
    home.look(later(NOON, 6))
    with closing(open_writer(home.ledger)) as db:
        rows = db.execute("SELECT percent FROM milestone WHERE until >= ? ORDER BY percent", (parse_instant(NOON),))
        assert [percent for (percent,) in rows] == [3, 4, 5]  # the first reading does not tell when it passed the ones below


def test_alerts_and_milestones_of_a_window_that_was_none_are_kept_and_marked(home: AlertHome) -> None:
    """A reset is told, then taken back: what the week in between fired stays as void, the restored one fires."""
    started(home)
    home.read("2026-03-04T12:00:00Z", 88, RESET)
    assert home.look("2026-03-04T12:01:00Z").stderr == ""
    anew = "2026-03-11T00:00:00Z"
    home.read("2026-03-04T13:00:00Z", 1, anew)
    home.read("2026-03-04T14:00:00Z", 91, anew)
    assert home.look("2026-03-04T14:01:00Z").stderr == ""
    assert [(each.until, each.threshold, each.void) for each in home.alerts] == [(parse_instant(anew), 90, False)]
    home.read("2026-03-04T15:00:00Z", 92, RESET)
    assert home.look("2026-03-04T15:01:00Z").stderr == ""
    found = [(each.until, each.threshold, each.void) for each in home.alerts]
    assert found == [(parse_instant(anew), 90, True), (parse_instant(RESET), 90, False)]
    with closing(open_writer(home.ledger)) as db:
        marked = set(db.execute("SELECT until, void FROM milestone WHERE until >= ?", (parse_instant(RESET),)))
        assert marked == {(parse_instant(anew), 1), (parse_instant(RESET), 0)}
        assert kept.unread(db) == {"warn": 1}
        assert kept.last_fired(db)["weekly"][1] == 1
    # And the later one after all: nothing fires twice, and it is a window again.
    home.read("2026-03-04T16:00:00Z", 3, anew)
    assert home.look("2026-03-04T16:11:00Z").stderr == ""
    assert [(each.until, each.void) for each in home.alerts] == [(parse_instant(anew), False), (parse_instant(RESET), False)]
