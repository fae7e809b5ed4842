"""Budgets over a ledger: the golden weeks, periods, what counts, what past periods would have fired."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_fixtures import Book
from limit_books import DAY, ENTRY, HOUR, at, dollars, entries, reading, spread

from tally_tui.config_budgets import Budget
from tally_tui.model import PriceStatus, Provider, Span
from tally_tui.query import parse
from tally_tui.records import changed as replace
from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.reports.budgets import budgets, preview
from tally_tui.reports.usage import usage

UTC = ZoneInfo("UTC")
VIENNA = ZoneInfo("Europe/Vienna")
START = at("2026-04-13T14:00Z")
RESET = START + 7 * DAY
FIRM = Budget("firm", dollars(300), provider="claude")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "ledger.db")
    book.session("c", provider=Provider.CLAUDE, folder="/work/alpha")
    book.session("x", provider=Provider.CODEX, folder="/work/beta")
    yield book
    book.db.close()


def row(book: Book, budget: Budget, now: int, tz: ZoneInfo = UTC, **more: object) -> BudgetRow:
    return budgets(book.reader(), [budget], now_ms=now, tz=tz, **more).rows[0]  # type: ignore[arg-type]


#   name          entries before the last 24 h, in them   at h    low      high    verdict  crossed
GOLDEN = [
    ("under", 60, 10, 96, 180, 220.5, "ok", ()),
    ("warn", 100, 12, 120, 244.8, 282.24, "warn", ()),
    ("over", 165, 20, 120, 405, 466.2, "over", (90, 100)),
    ("recent-hot", 60, 40, 120, 252, 324, "over", ()),
    ("low-conf", 0, 10, 12, 135, 252, "ok", ()),
]


@pytest.mark.parametrize(("name", "early", "late", "hours", "low", "high", "verdict", "crossed"), GOLDEN)
def test_golden_subscription_weeks(
    book: Book, name: str, early: int, late: int, hours: int, low: float, high: float, verdict: str,
    crossed: tuple[int, ...],
) -> None:  # fmt: skip
    now = START + hours * HOUR
    reading(book, now - HOUR, 50, RESET)
    entries(book, "c", spread(early, START, now - DAY))
    entries(book, "c", spread(late, max(START, now - DAY), now))
    entries(book, "x", [now - 1], model="gpt-5.5", cost=dollars(1000))  # not Claude's
    got = row(book, FIRM, now)
    assert got.period == Span(START, RESET)
    assert got.period_known
    assert got.standing
    assert got.standing.spent == (early + late) * ENTRY
    assert got.standing.recent == late * ENTRY
    assert (got.standing.low, got.standing.high) == (dollars(low), dollars(high))
    assert (got.standing.verdict, got.standing.crossed) == (verdict, crossed)
    assert got.standing.low_confidence == (name == "low-conf")
    assert (got.money, dict(got.by_provider)) == ("equivalent", {"claude": got.standing.spent})


def test_golden_codex_only(book: Book) -> None:
    # gpt-5, 100k in + 50k out: 0.1 × $1.25 + 0.05 × $10 = $0.625; 16 of them are $10 of $200, 9.5 days into April.
    entries(book, "x", spread(16, at("2026-04-01T00:00Z"), at("2026-04-10T12:00Z")), model="gpt-5", cost=625_000_000)
    got = row(book, Budget("api", dollars(200), provider="codex", period="calendar-month"), at("2026-04-10T12:00Z"))
    assert got.standing
    assert (got.standing.spent, got.standing.average) == (dollars(10), 31_578_947_368)
    assert (got.standing.verdict, got.money) == ("ok", "actual")


def test_golden_per_project(book: Book) -> None:
    now = START + 96 * HOUR
    reading(book, now - HOUR, 50, RESET)
    book.session("b", folder="/work/beta")
    entries(book, "c", spread(10, START, now))
    entries(book, "b", spread(5, START, now))
    several = [
        Budget(name, dollars(amount), provider="claude", project=name)
        for name, amount in (("alpha", 15), ("beta", 20), ("gamma", 50))
    ]
    got = budgets(book.reader(), several, now_ms=now, tz=UTC).rows
    told = [(each.standing.spent, each.standing.used_percent, each.standing.verdict) for each in got if each.standing]
    assert told == [
        (dollars(18), pytest.approx(120), "over"),
        (dollars(9), pytest.approx(45), "ok"),
        (0, 0, "ok"),
    ]


def test_what_a_budget_can_be_about(book: Book) -> None:
    now = START + 96 * HOUR
    entries(book, "c", [now - HOUR])
    entries(book, "c", [now - HOUR], model="claude-opus-4-8", cost=dollars(5))
    entries(book, "x", [now - HOUR], model="gpt-5.5", cost=dollars(7))
    month = Budget("all", dollars(100), period="calendar-month")
    for budget, spent in [
        (month, 13.8),
        (replace(month, provider="codex"), 7),
        (replace(month, model="opus"), 5),
        (replace(month, model="claude-*"), 6.8),
        (replace(month, project="*bet*"), 7),
        (replace(month, project="/work/alpha"), 6.8),
        (replace(month, query="model:sonnet provider:claude"), 1.8),
        (replace(month, provider="claude", query="-model:sonnet"), 5),
    ]:
        got = row(book, budget, now).standing
        assert got and got.spent == dollars(spent), budget
    both = row(book, month, now)
    assert (both.money, dict(both.by_provider)) == ("mixed", {"claude": dollars(6.8), "codex": dollars(7)})
    tokens = row(book, Budget("t", 1_000_000, "tokens", period="calendar-month"), now)
    assert tokens.standing and tokens.standing.spent == 600_000
    assert tokens.money == ""


def test_codex_on_a_plan_says_so(book: Book) -> None:
    now = START + 96 * HOUR
    entries(book, "x", [now - HOUR], model="gpt-5.5")
    reading(book, now - HOUR, 10, RESET, provider=Provider.CODEX, plan="plus")
    got = row(book, Budget("w", dollars(10), provider="codex"), now)
    assert (got.money, got.period) == ("plan", Span(START, RESET))


@pytest.mark.parametrize(
    ("query", "said"),
    [("since:7d", "has no dates"), ("nonsense:x", "nonsense"), ('project:"', "quote"), ("role:user", "role")],
)
def test_a_query_that_cannot_be_is_told_and_the_others_stand(book: Book, query: str, said: str) -> None:
    several = [replace(FIRM, query=query), FIRM]
    wrong, right = budgets(book.reader(), several, now_ms=START, tz=UTC).rows
    assert wrong.standing is None and said in (wrong.problem or "")
    assert right.standing is not None
    assert said in (preview(book.reader(), several[0], now_ms=START, tz=UTC).problem or "")


def test_unpriced_calls_are_told(book: Book) -> None:
    now = START + 96 * HOUR
    book.call("c", now - HOUR, model="claude-next-9", status=PriceStatus.UNPRICED)
    got = row(book, FIRM, now)
    assert (got.unpriced_calls, got.standing.spent if got.standing else None) == (1, 0)


def test_a_subscription_week_goes_on_where_nothing_was_read(book: Book) -> None:
    reading(book, START + DAY, 50, RESET)
    got = row(book, FIRM, RESET + 3 * DAY)
    assert (got.period, got.period_known) == (Span(RESET, RESET + 7 * DAY), False)


def test_without_any_reading_it_is_the_calendar_week(book: Book) -> None:
    got = row(book, FIRM, at("2026-04-15T12:00Z"), week_start=6)
    assert (got.period, got.period_known) == (Span(at("2026-04-12T00:00Z"), at("2026-04-19T00:00Z")), False)


def test_a_reset_in_mid_week_begins_the_budget_anew(book: Book) -> None:
    reading(book, START + DAY, 60, RESET)
    reading(book, START + 2 * DAY, 5, RESET + 2 * DAY)
    entries(book, "c", [START + HOUR, START + 2 * DAY + HOUR])
    got = row(book, FIRM, START + 3 * DAY)
    assert got.period == Span(START + 2 * DAY, RESET + 2 * DAY)
    assert got.standing and got.standing.spent == ENTRY


#   period, an instant → start, end in Vienna (clocks change on 2026-03-29 and 2026-10-25)
PERIODS = [
    ("day", "2026-03-29T12:00+02:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 23),
    ("calendar-week", "2026-03-25T12:00+01:00", "2026-03-23T00:00+01:00", "2026-03-30T00:00+02:00", 167),
    ("calendar-week", "2026-10-25T12:00+01:00", "2026-10-19T00:00+02:00", "2026-10-26T00:00+01:00", 169),
    ("calendar-month", "2026-10-31T23:59+01:00", "2026-10-01T00:00+02:00", "2026-11-01T00:00+01:00", 745),
]


@pytest.mark.parametrize(("kind", "now", "start", "end", "hours"), PERIODS, ids=[row[1] for row in PERIODS])
def test_periods_by_the_calendar_and_its_clock_changes(
    book: Book, kind: str, now: str, start: str, end: str, hours: int
) -> None:
    got = row(book, Budget("b", dollars(10), period=kind), at(now), VIENNA)  # type: ignore[arg-type]
    assert got.period == Span(at(start), at(end))
    assert at(end) - at(start) == hours * HOUR


def test_a_period_rolls_over_at_its_end(book: Book) -> None:
    end = at("2026-04-01T00:00+02:00")
    book.call("c", end - 1, cost=dollars(3))
    book.call("c", end, cost=dollars(5))
    budget = Budget("b", dollars(10), period="calendar-month")
    for now, spent in [(end - 1, 0), (end, 0), (end + 1, 5)]:
        got = row(book, budget, now, VIENNA).standing
        assert got and got.spent == dollars(spent)


def test_percents_of_a_limit(book: Book) -> None:
    now = START + 96 * HOUR
    for hours, percent in ((10, 10), (50, 25), (90, 40)):
        reading(book, START + hours * HOUR, percent, RESET)
    entries(book, "c", spread(30, START, now))
    entries(book, "c", spread(10, START, now), model="claude-opus-4-8")
    whole = row(book, Budget("p", 80_000_000, "percent", "claude"), now)
    assert whole.standing and whole.standing.spent == 40_000_000
    assert whole.standing.used_percent == 50
    share = row(book, Budget("p", 80_000_000, "percent", "claude", model="opus"), now)
    assert share.standing and share.standing.spent == 10_000_000  # a quarter of the cost
    day = row(book, Budget("p", 80_000_000, "percent", "claude", period="day"), START + 90 * HOUR + 1)
    assert day.standing and day.standing.spent == 15_000_000
    none = row(book, Budget("p", 80_000_000, "percent", "codex"), now)
    assert none.standing is None and "no reading" in (none.problem or "")


def test_burn_up_points_rise_to_what_is_spent(book: Book) -> None:
    now = START + 96 * HOUR
    reading(book, now - HOUR, 50, RESET)
    entries(book, "c", spread(20, START, now))
    got = row(book, FIRM, now, points=True)
    assert got.standing
    assert (got.points[0].at, got.points[0].spent) == (START, 0)
    assert got.points[-1].spent == got.standing.spent
    assert [point.at for point in got.points] == sorted({point.at for point in got.points})
    assert [point.spent for point in got.points] == sorted(point.spent for point in got.points)
    assert row(book, FIRM, now).points == ()


def test_what_past_periods_would_have_fired(book: Book) -> None:
    day = at("2026-04-10T00:00Z")
    entries(book, "c", [day + 8 * HOUR, day + 9 * HOUR, day + 10 * HOUR])  # $5.40
    entries(book, "c", [day + DAY + 8 * HOUR])
    entries(book, "c", [day + 2 * DAY + 8 * HOUR, day + 2 * DAY + 20 * HOUR])  # the second one is still to come
    budget = Budget("d", dollars(3.6), period="day", thresholds=(50, 100))
    got = preview(book.reader(), budget, now_ms=day + 2 * DAY + 12 * HOUR, tz=UTC)
    told = [(each.spent, {t: (when - day) / HOUR for t, when in each.fired.items()}) for each in got.periods]
    assert told == [
        (ENTRY, {50: 56.25}),
        (ENTRY, {50: 32.25}),
        (3 * ENTRY, {50: 8.25, 100: 9.25}),
    ]


calls = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 60),
        st.sampled_from(("c", "x")),
        # Of some cents and of many dollars: `cost:>1` lets some sessions through, in some spans.
        st.integers(0, 4 * 10**8) | st.integers(0, 10**12),
        st.sampled_from(("claude-sonnet-4-6", "claude-opus-4-8", "gpt-5.5")),
    ),
    max_size=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    calls,
    st.integers(0, 60 * 24 * 60),
    st.sampled_from(("day", "calendar-week", "calendar-month", "subscription-week")),
    st.sampled_from((None, "claude", "codex")),
    st.sampled_from((None, "model:sonnet", "-model:opus", "cost:>1")),
    st.sampled_from((UTC, VIENNA, ZoneInfo("Asia/Kolkata"))),
    st.lists(st.tuples(st.sampled_from((-60_000, -1, 0, 1, 30_000)), st.integers(0, 10**9)), max_size=3),
)
def test_spend_is_the_usage_of_the_same_span_to_the_nano(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, str, int, str]], later: int, period: str,
    provider: str | None, query: str | None, tz: ZoneInfo, around: list[tuple[int, int]],
) -> None:  # fmt: skip
    # The two months hold the spring's change of clocks.
    book = Book(tmp_path_factory.mktemp("book") / "ledger.db")
    book.session("c", provider=Provider.CLAUDE, folder="/work/alpha")
    book.session("x", provider=Provider.CODEX, folder="/work/beta")
    first = at("2026-03-01T00:00Z")
    for minute, session, cost, model in told:
        book.call(session, first + minute * 60_000, cost=cost, model=model)
    now = first + later * 60_000 + 17
    for apart, cost in around:
        book.call("c", now + apart, cost=cost)
    budget = Budget("b", dollars(10), period=period, provider=provider, query=query)  # type: ignore[arg-type]
    db = book.reader()
    got = budgets(db, [budget], now_ms=now, tz=tz, points=True).rows[0]
    text = " ".join(part for part in (f"provider:{provider}" if provider else "", query or "") if part)
    asked = usage(db, by=(), tz=tz, query=parse(text, now=now, tz=tz), span=Span(got.period.since, now))
    assert got.standing
    assert got.standing.spent == asked.totals.cost
    assert sum(got.by_provider.values()) == got.standing.spent
    assert got.points[-1].spent == got.standing.spent
    assert got.period.since is not None and got.period.since <= now < (got.period.until or 0)
    db.close()
    book.db.close()
