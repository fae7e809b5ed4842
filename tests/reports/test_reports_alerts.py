"""The list of alerts, the line of a log that crossed each, the chart around it, and the rules as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ledger_fixtures import MIDNIGHT, Book
from limit_books import DAY, HOUR, dollars, reading

from tally_tui.config import Settings, load
from tally_tui.ledger import alerts as kept
from tally_tui.ledger.archived import FOLDER, Copy, note_copies
from tally_tui.model import NANO, PriceStatus, Provider
from tally_tui.query import ALERTS, QueryError, parse
from tally_tui.record.alert_words import text
from tally_tui.reports.alert_detail import detail
from tally_tui.reports.alerts import feed, progress, rules_standing, unread
from tally_tui.reports.answers_alerts import AlertDetail
from tally_tui.rules.alerts import Axis, Firing, Latch, Severity
from tally_tui.rules.zones import zone

UTC = zone("UTC")
NOW = MIDNIGHT + 20 * HOUR
WEEK_END = MIDNIGHT + 3 * DAY


def fire(
    book: Book, axis: Axis, scope: str, at: int, *, threshold: float = 90, severity: Severity = "warn",
    until: int = 0, kind: str = "event", minutes: int | None = None, provider: str | None = "claude",
    rule: str = "", told: bool = True, numbers: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Write an alert; its id."""
    firing = Firing(
        axis, Latch(rule or axis, scope, until, 0, threshold), severity, provider, at, kind, minutes, numbers or {}
    )
    armed = [kept.Armed(rule or axis, threshold)]
    kept.latch(book.db, [], armed, now_ms=at)
    (made,) = kept.latch(book.db, [firing], armed, now_ms=at)
    if told:
        kept.claim(book.db, at)
    return made.id


def told_of(book: Book, number: int, settings: Settings | None = None) -> AlertDetail:
    return detail(book.reader(), number, settings or Settings(), now_ms=NOW, tz=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("one", folder="/src/orbit", title="First")
    book.session("helper", parent="one")
    book.session("two", folder="/src/atlas", title="Second")
    book.session("coder", provider=Provider.CODEX, folder="/src/atlas", title="Third")
    return book


def asked(book: Book, query: str) -> list[str]:
    found = feed(book.reader(), query=parse(query, now=NOW, tz=UTC, allow=ALERTS))
    return [row.alert.axis for row in found.rows]


def test_the_list_is_newest_first_page_by_page_and_filtered_by_what_an_alert_is(book: Book) -> None:
    book.call("one", NOW - 9 * HOUR)
    fire(book, "weekly", "claude/claude/10080", NOW - 8 * HOUR, until=WEEK_END, kind="window", minutes=10_080,
         numbers={"percent": 91.0, "session": "one"})
    fire(book, "costly_call", "ff", NOW - 7 * HOUR, severity="info", numbers={"cost_nano": 5 * NANO, "session": "two"})
    fire(book, "limit_hit", "codex", NOW - 30 * HOUR, severity="critical", provider="codex", numbers={"text": "Stop"})
    found = feed(book.reader(), limit=2)
    assert [row.alert.axis for row in found.rows] == ["costly_call", "weekly"]
    assert (found.total_rows, found.all_rows) == (3, 3)
    assert [row.alert.axis for row in feed(book.reader(), offset=2, limit=2).rows] == ["limit_hit"]
    assert [row.project for row in found.rows] == ["atlas", "orbit"]
    assert asked(book, "severity:critical,info") == ["costly_call", "limit_hit"]
    assert asked(book, "axis:weekly") == ["weekly"] and asked(book, "rule:cost") == ["costly_call"]
    assert asked(book, "provider:codex") == ["limit_hit"] and asked(book, "-provider:codex since:1d") == [
        "costly_call", "weekly",
    ]  # fmt: skip
    assert asked(book, "project:orbit") == ["weekly"] and asked(book, "stopped") == ["limit_hit"]
    assert asked(book, '"7 days" -wee*') == [] and asked(book, "re:7.days") == ["weekly"]
    with pytest.raises(QueryError, match="narrows calls"):
        asked(book, "reason:copy")


def test_a_query_about_calls_does_not_know_the_fields_of_alerts() -> None:
    from tally_tui.query import LEDGER

    with pytest.raises(QueryError, match="narrows the list of alerts"):
        parse("severity:warn", now=NOW, tz=UTC, allow=LEDGER)


def test_unread_are_those_that_were_told_and_not_seen(book: Book) -> None:
    fire(book, "weekly", "a", NOW - HOUR)
    seen = fire(book, "limit_hit", "b", NOW, severity="critical")
    fire(book, "quota", "c", NOW, severity="critical", told=False)
    assert unread(book.reader()) == type(unread(book.reader()))(2, "critical")
    kept.acknowledge(book.db, seen, NOW)
    assert (unread(book.reader()).count, unread(book.reader()).worst) == (1, "warn")
    kept.unacknowledge(book.db, NOW)
    assert unread(book.reader()).count == 2


def test_a_limit_is_crossed_by_the_last_call_of_the_session_that_told_it(book: Book) -> None:
    for at, percent in ((NOW - 5 * HOUR, 80.0), (NOW - 4 * HOUR, 91.0)):
        reading(book, at, percent, WEEK_END, session="one")
    book.call("one", NOW - 6 * HOUR, offset=100)
    book.call("helper", NOW - 4 * HOUR - 1_000, offset=300, cost=dollars(2), file="/logs/helper.jsonl")
    book.call("two", NOW - 4 * HOUR - 10, offset=500)
    book.call("one", NOW - HOUR, offset=900)
    number = fire(book, "weekly", "claude/claude/10080", NOW - 4 * HOUR, until=WEEK_END, kind="window", minutes=10_080,
                  numbers={"percent": 91.0, "session": "one"})
    found = told_of(book, number)
    assert found.crossed is not None and found.series is not None
    assert (found.crossed.file, found.crossed.offset) == ("/logs/helper.jsonl", 300)
    assert found.crossed.session.session == "one" and found.crossed.cost == dollars(2)
    assert found.series.points == ((NOW - 5 * HOUR, 80.0), (NOW - 4 * HOUR, 91.0)) and found.series.level == 90
    assert found.steps[0].text.startswith("Wait until Wed 00:00") or "Wait until 25 Nov" in found.steps[0].text
    assert [step.key for step in found.steps] == ["", "", "o", "z"]


def test_the_answer_of_a_call_reaches_to_the_next_one_and_of_codex_from_the_one_before(book: Book) -> None:
    for session, provider in (("one", "claude"), ("coder", "codex")):
        for at, offset in ((5, 1_000), (4, 5_000), (3, 9_000)):
            book.call(session, NOW - at * HOUR, offset=offset)
        number = fire(book, "quota", f"{provider}/x/300", NOW - 4 * HOUR, provider=provider,
                      numbers={"session": session})
        crossed = told_of(book, number).crossed
        assert crossed is not None
        assert (crossed.offset, crossed.length) == ((5_000, 4_000) if provider == "claude" else (1_001, 4_000))


def test_a_costly_call_is_itself_and_a_costly_session_the_call_that_passed_the_threshold(book: Book) -> None:
    calls = [book.call("one", NOW - (6 - n) * HOUR, offset=n * 100, cost=dollars(2 + n)) for n in range(4)]
    identity = book.db.execute("SELECT identity FROM call WHERE id = ?", (calls[2],)).fetchone()[0]
    costly = fire(book, "costly_call", f"{identity & (1 << 64) - 1:016x}", NOW - 4 * HOUR, kind="call", threshold=4,
                  numbers={"cost_nano": dollars(4), "session": "one"})
    found = told_of(book, costly)
    assert found.crossed is not None and found.crossed.offset == 200
    session = fire(book, "costly_session", "one", NOW, kind="session", threshold=5,
                   numbers={"cost_nano": dollars(14), "session": "one"})
    found = told_of(book, session)
    assert found.crossed is not None and found.crossed.offset == 100
    assert found.series is not None and [value for _, value in found.series.points] == [2, 5, 9, 14]


def test_being_stopped_leads_to_the_very_line(book: Book) -> None:
    book.call("one", NOW - HOUR, offset=10)
    number = book.file("/logs/one.jsonl")
    book.db.execute(
        "INSERT INTO limit_event (provider, ts, session, text, file, offset) VALUES (1, ?, 1, 'Limit', ?, 777)",
        (NOW - HOUR, number),
    )
    alert = fire(book, "limit_hit", "claude", NOW - HOUR, severity="critical", threshold=100, until=NOW + HOUR,
                 kind="window", numbers={"text": "Limit", "session": "one"})
    crossed = told_of(book, alert).crossed
    assert crossed is not None and (crossed.offset, crossed.model) == (777, "")


def test_a_budget_is_crossed_by_the_last_call_that_counts_towards_it(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[budgets]]\nname = "atlas"\namount = 10\nproject = "atlas"\nperiod = "day"\nthresholds = [50]\n')
    book.call("two", NOW - 3 * HOUR, offset=30, cost=dollars(4))
    book.call("coder", NOW - 2 * HOUR, offset=40, cost=dollars(2))
    book.call("one", NOW - HOUR, offset=50, cost=dollars(9))
    numbers = {"unit": "usd", "spent": dollars(6), "amount": dollars(10), "used_percent": 60.0, "projected": 0}
    number = fire(book, "project_budget", "atlas", NOW, rule="project_budget:atlas", provider=None, threshold=50,
                  kind="day", until=MIDNIGHT + DAY, numbers=numbers)
    found = told_of(book, number, load(path))
    assert found.crossed is not None and found.crossed.file == "/logs/coder.jsonl"
    assert found.series is not None and found.series.level == 5 and found.series.points[-1][1] == 6
    assert found.steps[0].key == "3" and "Sun" not in found.steps[0].text
    without = told_of(book, number)
    assert without.series is None and without.crossed is not None


@pytest.mark.parametrize(
    ("terms", "threshold", "offset"),
    [
        ('amount = 10', 50, 40), ('amount = 10', 90, 43), ('amount = 10', 100, 44), ('amount = 4', 100, 40),
        ('amount = 10\nprovider = "claude"', 90, 50), ('amount = 300\nunit = "tokens"', 100, 42),
        ('amount = 10\nquery = "cost:<6"', 50, 44), ('amount = 10\nmodel = "opus"', 100, 44),
    ],
)  # fmt: skip
def test_a_budget_is_crossed_by_the_call_at_which_its_sum_passed_the_threshold(
    book: Book, tmp_path: Path, terms: str, threshold: float, offset: int
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[[budgets]]\nname = "all"\nperiod = "day"\nthresholds = [{threshold}]\n{terms}\n')
    book.call("one", MIDNIGHT - HOUR, offset=10, cost=dollars(50))
    at = {}
    for minute, session, place, cost in [
        (0, "coder", 40, 5), (1, "coder", 41, 1), (1.5, "one", 42, 2), (2, "coder", 43, 1), (3, "one", 44, 3),
        (200, "two", 50, 6), (201, "two", 51, 0.03),
    ]:  # fmt: skip
        at[place] = MIDNIGHT + 9 * HOUR + round(minute * 60_000)
        book.call(session, at[place], offset=place, cost=dollars(cost))
    (budget,) = load(path).budgets
    numbers = {"unit": budget.unit, "spent": dollars(18), "amount": budget.amount, "used_percent": 180.0, "projected": 0}
    number = fire(book, "budget", "all", NOW, rule="budget:all", provider=budget.provider, threshold=threshold,
                  kind="day", until=MIDNIGHT + DAY, numbers=numbers)
    found = told_of(book, number, load(path)).crossed
    assert found is not None and found.at == at[offset] and not found.set_later


def test_a_budget_that_was_set_later_says_that_it_was_already_past(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[budgets]]\nname = "all"\namount = 10\nperiod = "day"\nthresholds = [90]\n')
    book.call("one", MIDNIGHT + 9 * HOUR, offset=10, cost=dollars(12))
    book.call("two", NOW - HOUR, offset=20, cost=dollars(0.03))
    numbers = {"unit": "usd", "spent": dollars(12.03), "amount": dollars(10), "used_percent": 120.3, "projected": 0}
    firing = Firing("budget", Latch("budget:all", "all", MIDNIGHT + DAY, 0, 90), "warn", None, NOW, "day", None, numbers)
    kept.latch(book.db, [], [kept.Armed("weekly", 90)], now_ms=NOW - 1)
    (made,) = kept.latch(book.db, [firing], [kept.Armed("budget:all", 90)], now_ms=NOW)
    assert made.numbers["set_later"] and "already past when this budget was set" in text(made, NOW)
    found = told_of(book, made.id, load(path)).crossed
    assert found is not None and (found.offset, found.set_later) == (10, True)


def test_a_log_that_is_gone_is_said_and_not_offered(book: Book) -> None:
    book.file("/logs/one.jsonl", gone_at=NOW)
    book.call("one", NOW - HOUR, offset=10)
    number = fire(book, "costly_session", "one", NOW, kind="session", threshold=0.0001, numbers={"session": "one"})
    found = told_of(book, number)
    assert found.crossed is not None and found.crossed.gone
    assert "o" not in [step.key for step in found.steps]


def test_a_log_that_is_gone_can_be_opened_where_the_archive_has_it(book: Book, tmp_path: Path) -> None:
    book.file("/logs/one.jsonl", gone_at=NOW)
    book.call("one", NOW - HOUR, offset=10)
    number = fire(book, "costly_session", "one", NOW, kind="session", threshold=0.0001, numbers={"session": "one"})
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "one.jsonl.zst").write_bytes(b"kept")
    note_copies(book.db, [Copy(Provider.CLAUDE, "one", "/logs/one.jsonl", "one.jsonl.zst", 99, 4, b"", 0, NOW)])
    found = told_of(book, number)
    assert found.crossed is not None and not found.crossed.gone
    assert "o" in [step.key for step in found.steps]


def test_a_model_without_a_price_is_crossed_by_its_last_call(book: Book) -> None:
    book.call("coder", NOW - 2 * HOUR, offset=40, model="odd", status=PriceStatus.UNPRICED)
    number = fire(book, "price_missing", "odd", NOW, provider="codex", kind="model", threshold=1,
                  numbers={"model": "odd", "calls": 1, "tokens": 110})
    found = told_of(book, number)
    assert found.crossed is not None and found.crossed.cost is None
    assert found.series is not None and sum(value for _, value in found.series.points) == 1


def test_an_alert_that_is_not_there_and_one_of_another_version(book: Book) -> None:
    assert told_of(book, 404).row is None
    number = fire(book, "burn_rate", "claude", NOW, kind="day", numbers={})
    found = told_of(book, number)
    assert found.row is not None and found.row.text == "" and found.series is None


def test_the_rules_as_the_settings_have_them_with_what_they_did(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[alerts]\nquiet = "22:00-07:00"\napprise = ["ntfy://secret@host/x"]\ncommand = ["a b", "c"]\n'
        "[alerts.weekly]\nthresholds = [50]\n[alerts.quota]\non = false\n[alerts.odd]\non = true\n"
    )
    number = fire(book, "weekly", "a", NOW - HOUR)
    kept.note_told(book.db, [number], ["app"])
    kept.note_problems(book.db, number, ["command: a b failed"])
    kept.snooze(book.db, NOW + HOUR, "weekly")
    found = rules_standing(book.reader(), load(path), now_ms=NOW)
    by_axis = {rule.axis: rule for rule in found.rules}
    assert (by_axis["weekly"].thresholds, by_axis["weekly"].usual) == ((50.0,), (90.0, 95.0))
    assert (by_axis["weekly"].last_fired, by_axis["weekly"].fired) == (NOW - HOUR, 1)
    assert not by_axis["quota"].on and by_axis["retention"].last_fired is None
    channels = {each.name: each for each in found.channels}
    assert channels["apprise"].what == "ntfy" and "secret" not in repr(found)
    assert (channels["command"].what, channels["command"].failing) == ("'a b' c", "a b failed")
    assert found.snoozes == {"weekly": NOW + HOUR} and found.quiet == (1320, 420) and not found.readings
    assert "alerts.odd" in found.problems[0]


def test_snoozing_an_axis_hushes_each_of_its_budgets(book: Book) -> None:
    kept.snooze(book.db, NOW + HOUR, "budget")
    number = fire(book, "budget", "month", NOW, rule="budget:month")
    found = kept.one(book.db, number)
    assert found is not None and found.told is kept.Told.RECORDED


def test_progress_has_the_newest_windows_and_a_trend_where_anybody_read(book: Book) -> None:
    for at, percent in ((NOW - 5 * HOUR, 1.0), (NOW - 4 * HOUR, 3.0)):
        reading(book, at, percent, WEEK_END)
    book.call("one", NOW - 4 * HOUR - 1, cost=dollars(2))
    found = progress(book.reader(), now_ms=NOW, tz=UTC)
    (window,) = found.milestones.windows
    assert [row.percent for row in window.rows] == [1, 2, 3]
    assert [trend.provider for trend in found.trends] == ["claude"]
