"""Every axis, end to end: a ledger before and after an event, processes that look at the same moment, one alert.

Each story tells what was so before (looked at: nothing fires) and what happens then. The week of the stories runs from
Monday 2026-03-02 to Monday 2026-03-09, UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from alert_home import LOOK, AlertHome, later
from ledger_fixtures import Book

from tally_tui.clock import parse_instant
from tally_tui.ledger import verify
from tally_tui.ledger.alerts import Told
from tally_tui.model import NANO, PriceStatus
from tally_tui.record.alert_words import title

MONDAY, RESET = "2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z"


@dataclass
class Desk:
    """Where a story happens; hours count from Monday."""

    home: AlertHome
    book: Book

    def read(self, hour: float, percent: float, resets: float = 168, minutes: int = 10_080, limit: str = "claude") -> None:
        at = later(MONDAY, hour * 60)
        self.home.read(at, percent, later(MONDAY, resets * 60), minutes, limit)

    def spend(self, hour: float, dollars: float, session: str = "s", **more: object) -> None:
        cost = round(dollars * NANO)
        self.book.call(session, parse_instant(later(MONDAY, hour * 60)), cost=cost, **more)  # type: ignore[arg-type]


Event = Callable[[Desk], object]


@dataclass(frozen=True)
class Story:
    """At `before` hours nothing fires, at `after` hours exactly what is told: `axis provider threshold severity`."""

    before: tuple[float, Event]
    after: tuple[float, Event]
    told: str
    rule: str = ""
    alerts: str = "[alerts.projected]\non = false"
    rest: str = ""


def levels(*rows: tuple[float, float], **more: object) -> Event:
    """Readings of (hour, percent)."""
    return lambda desk: [desk.read(hour, percent, **more) for hour, percent in rows]  # type: ignore[arg-type]


def spent(*rows: tuple[float, float], **more: object) -> Event:
    """Calls of (hour, dollars)."""
    return lambda desk: [desk.spend(hour, dollars, **more) for hour, dollars in rows]


def stopped(desk: Desk) -> None:
    at = parse_instant(later(MONDAY, 60 * 60))
    desk.book.db.execute("INSERT INTO limit_event (provider, ts, text) VALUES (1, ?, 'Limit reached')", (at,))


def old_transcript(desk: Desk) -> None:
    """Written so long ago that it goes two days after hour 60: 30 days are Claude Code's own."""
    root = Path(desk.home.environment["CLAUDE_CONFIG_DIR"])
    log = desk.book.file(f"{root}/projects/p/s.jsonl")
    written = parse_instant(later(MONDAY, (60 + 48 - 30 * 24) * 60))
    desk.book.db.execute("UPDATE file SET mtime_ns = ? WHERE id = ?", (written * 1_000_000, log))


CALM = "[alerts.costly_call]\non = false\n[alerts.costly_session]\non = false\n[alerts.burn_rate]\non = false\n"
"""So that only the budget speaks of what it takes to fill it."""
BUDGET = '[[budgets]]\nname = "firm"\namount = 300\nperiod = "calendar-week"\n'
PROJECTED = "[alerts.projected]\nwindows = ['weekly', 'quota', 'five_hour']"
OPUS = {"limit": "seven_day_opus"}
FIVE = {"resets": 65, "minutes": 300}

STORIES = {
    "weekly": Story((40, levels((40, 89))), (60, levels((60, 91))), "weekly claude 90 warn"),
    "weekly, two at once": Story((40, levels((40, 50))), (60, levels((60, 96))), "weekly claude 95 warn"),
    "five hours": Story((61, levels((61, 80), **FIVE)), (62, levels((62, 95), **FIVE)), "five_hour claude 95 warn"),
    "a model's own limit": Story((40, levels((40, 89), **OPUS)), (60, levels((60, 90), **OPUS)), "quota claude 90 warn"),
    # $264 of $300 are 88 %, $270 are 90 %.
    "budget": Story(
        (50, spent((49, 264))), (60, spent((59, 6))), "budget  90 warn", "budget:firm", CALM, BUDGET
    ),
    "budget, all of it": Story(
        (50, spent((49, 264))), (60, spent((59, 36))), "budget  100 critical", "budget:firm", CALM, BUDGET
    ),
    "project budget of another": Story(
        (50, spent((49, 264))), (60, spent((59, 600))), "", "", CALM, BUDGET + 'project = "nowhere"\n'
    ),
    "project budget": Story(
        (50, spent((49, 264))), (60, spent((59, 6))), "project_budget  90 warn", "project_budget:firm",
        CALM, BUDGET + 'project = "alpha"\n',
    ),
    # 38 % at 72 h head for 38 ÷ 72 × 168 = 88.7 %; 53 % at 96 h for 92.75 %.
    "projected week": Story(
        (72, levels((24, 13), (48, 26), (72, 38))), (96, levels((96, 53))), "projected claude 90 warn", "projected",
        PROJECTED,
    ),
    "projected model's own": Story(
        (72, levels((24, 13), (48, 26), (72, 38), **OPUS)), (96, levels((96, 53), **OPUS)),
        "projected claude 90 warn", "projected", PROJECTED,
    ),
    # From hour 60 to 65: 24 % after 90 minutes head for 80 %, 46 % after 150 for 92 %.
    "projected five hours": Story(
        (61.5, levels((60.5, 8), (61, 16), (61.5, 24), **FIVE)), (62.5, levels((62.5, 46), **FIVE)),
        "projected claude 90 warn", "projected", PROJECTED,
    ),
    "projected five hours of a model, unasked": Story(
        (61.5, levels((60.5, 8), (61, 16), (61.5, 24), **FIVE, limit="five_hour_opus")),
        (62.5, levels((62.5, 46), **FIVE, limit="five_hour_opus")), "", "", "",
    ),
    # $108 at 72 h head for $252 (84 %); $201.60 at 120 h for $282.24 (94.08 %).
    "projected budget": Story(
        (72, spent((60, 108))), (120, spent((100, 93.6))), "projected  90 warn", "projected:firm",
        CALM, BUDGET + "projected = true\n",
    ),
    "projected project budget": Story(
        (72, spent((60, 108))), (120, spent((100, 93.6))), "projected  90 warn", "projected:firm",
        CALM, BUDGET + 'project = "alpha"\nprojected = true\n',
    ),
    # Six hours of $1; then $4 in one.
    "burn rate": Story(
        (56, spent(*((50 + hour, 1) for hour in range(6)))), (60, spent((59.5, 4))), "burn_rate claude 3 warn"
    ),
    "costly call": Story((50, spent((49, 4.99))), (60, spent((59, 5))), "costly_call claude 5 info"),
    "costly session": Story(
        (50, spent(*((40 + hour, 2) for hour in range(10)))), (60, spent(*((52 + at, 2) for at in range(4)))),
        "costly_session claude 25 info",
    ),
    "limit hit": Story((50, spent((49, 1))), (60.5, stopped), "limit_hit claude 100 critical"),
    "price missing": Story(
        (50, spent((49, 1))), (60, spent((59, 0), model="unheard-of", status=PriceStatus.UNPRICED)),
        "price_missing claude 1 info",
    ),
    "retention": Story((50, spent((49, 1))), (60, old_transcript), "retention claude 3 warn"),
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    home = AlertHome(tmp_path)
    home.ledger.parent.mkdir(parents=True)
    book = Book(home.ledger)
    book.session("s", folder="/work/alpha")
    return Desk(home, book)


def look(desk: Desk, hour: float, times: int = 1) -> None:
    verify.rebuild(desk.book.db)
    at = later(MONDAY, hour * 60)
    if times == 1:
        ended = desk.home.look(at)
        assert (ended.returncode, ended.stderr) == (0, "")
    else:
        desk.home.race(at, *[f"import tally_tui.record.alerting\n{LOOK}"] * times)


def settled(desk: Desk, story: Story) -> None:
    """The settings, with rules in force since before the story."""
    desk.home.settings(story.alerts, story.rest)
    desk.spend(0.1, 0.01)
    look(desk, 0.2)


@pytest.mark.parametrize("name", STORIES)
def test_each_axis_fires_exactly_once(desk: Desk, name: str) -> None:
    story = STORIES[name]
    settled(desk, story)
    for (hour, event), times in ((story.before, 1), (story.after, 3)):
        event(desk)
        look(desk, hour, times)
        if event is story.before[1]:
            assert [(each.rule, each.threshold) for each in desk.home.alerts] == []
    look(desk, story.after[0] + 0.05)
    assert desk.home.told == [story.told] * bool(story.told)
    told = [each for each in desk.home.alerts if each.told is Told.TOLD]
    assert [each.rule for each in told] == [story.rule or story.told.partition(" ")[0]] * bool(story.told)
    keys = [(each.rule, each.scope, each.until, each.segment, each.threshold) for each in desk.home.alerts]
    assert len(keys) == len(set(keys)) <= 2


#   what is far beyond its limit, yet hardly anything is known of it
EARLY = {
    "week": (PROJECTED, "", (10, levels((2, 10), (6, 30), (10, 50)))),
    "model's own": (PROJECTED, "", (10, levels((2, 10), (6, 30), (10, 50), **OPUS))),
    "five hours": (PROJECTED, "", (60.6, levels((60.2, 10), (60.4, 20), (60.6, 40), **FIVE))),
    "few readings": (PROJECTED, "", (96, levels((24, 10), (96, 70)))),
    "budget": (CALM, BUDGET + "projected = true\n", (12, spent((11, 4)))),
    "project budget": (CALM, BUDGET + 'project = "alpha"\nprojected = true\n', (12, spent((11, 4)))),
}


@pytest.mark.parametrize("name", EARLY)
def test_a_projection_of_low_confidence_never_fires(desk: Desk, name: str) -> None:
    alerts, rest, (hour, event) = EARLY[name]
    # A budget of $5, of which $4 are gone after half a day: it heads for $56.
    settled(desk, Story((0, event), (0, event), "", alerts=alerts, rest=rest.replace("300", "5")))
    event(desk)
    look(desk, hour)
    assert desk.home.alerts == []


def test_a_projection_from_a_stale_reading_fires_nothing(desk: Desk) -> None:
    settled(desk, Story((0, stopped), (0, stopped), "", alerts=PROJECTED))
    levels((24, 13), (48, 27), (72, 40), (89, 53))(desk)
    look(desk, 96)
    assert desk.home.alerts == []
    desk.read(96, 53)
    look(desk, 96.1)
    assert desk.home.told == ["projected claude 90 warn"]


def test_the_spike_of_one_account_is_not_hidden_by_the_usual_hours_of_another(desk: Desk) -> None:
    settled(desk, STORIES["burn rate"])
    desk.book.session("busy", folder="/work/alpha", home="")
    desk.book.session("calm", folder="/work/alpha", home="/home/ada/work")
    for hour in range(6):
        desk.spend(50 + hour, 4, "busy", home="")
        desk.spend(50 + hour, 0.5, "calm", home="/home/ada/work")
    look(desk, 56)
    assert desk.home.alerts == []
    # $2 in an hour are four times the usual of this account; of both together they are less than half.
    desk.spend(59.5, 2, "calm", home="/home/ada/work")
    look(desk, 60, 3)
    assert desk.home.told == ["burn_rate claude 3 warn"]
    [alert] = desk.home.alerts
    assert alert.scope == "claude@/home/ada/work"
    assert title(alert) == "Claude (work) burns 4.0× the usual"


def test_two_accounts_at_once_are_two_alerts(desk: Desk) -> None:
    settled(desk, STORIES["weekly"])
    for root in ("", "/home/ada/work"):
        desk.home.read(later(MONDAY, 40 * 60), 50, RESET, root=root)
    look(desk, 40)
    desk.home.read(later(MONDAY, 60 * 60), 92, RESET, root="/home/ada/work")
    look(desk, 60)
    desk.home.read(later(MONDAY, 61 * 60), 93, RESET)
    look(desk, 61, 3)
    assert desk.home.told == ["weekly claude 90 warn"] * 2
    assert [each.scope for each in desk.home.alerts] == ["claude/claude/10080@/home/ada/work", "claude/claude/10080"]
