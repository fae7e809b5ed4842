"""From a budget to the calls behind it: the Usage screen's query finds what the budget counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import NOW_MS, ZONE

from tally_tui.config_budgets import PERIODS, Budget
from tally_tui.model import NANO, Span
from tally_tui.query import LEDGER, parse
from tally_tui.query.terms import Term
from tally_tui.reports.budget_spend import budget_query
from tally_tui.rules import periods
from tally_tui.screens.budget_usage import query_text, usage_view
from tally_tui.screens.view import View

_NAME = st.text('aB é*"\\:,-.', min_size=1, max_size=8).filter(lambda text: text == text.strip() and text.strip("*"))
VIEW = View(ZONE).at("month", NOW_MS)


def meant(term: Term) -> tuple[object, ...]:
    return (term.field, [each.text if each.match != "glob" else each.match for each in term.values], term.negated)


@given(
    st.builds(
        Budget,
        name=st.just("x"),
        amount=st.just(NANO),
        provider=st.sampled_from((None, "claude", "codex")),
        project=st.none() | _NAME,
        model=st.none() | _NAME,
        query=st.sampled_from((None, "-is:subagent", 'branch:"a b"')),
    ),
    st.lists(_NAME, max_size=8),
)
def test_the_query_finds_the_same(budget: Budget, names: list[str]) -> None:
    wanted = budget_query(budget, now_ms=NOW_MS, tz=ZONE, week_start=0).terms
    text = query_text(budget)
    got = parse(text, now=NOW_MS, tz=ZONE, allow=LEDGER).terms if text else ()
    assert sorted(term.field for term in wanted) == sorted(term.field for term in got)
    for field in ("project", "model"):
        first = next((term for term in wanted if term.field == field), None)
        second = next((term for term in got if term.field == field), None)
        for name in [*names, *(filter(None, (budget.project, budget.model)))]:
            assert (first is None) == (second is None)
            assert first is None or second is None or first.matches(name) == second.matches(name), (text, name)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("back", [-6, 0, 1, 5])
def test_the_time_is_the_period(period: str, back: int) -> None:
    budget = Budget("x", NANO, provider="claude", period=period)  # type: ignore[arg-type]
    kinds: dict[str, periods.Kind] = {"day": "day", "calendar-week": "week", "calendar-month": "month"}
    week = 7 * 86_400_000
    span = Span(NOW_MS - (back + 1) * week, NOW_MS - back * week)
    if period in kinds:
        start = periods.step(kinds[period], periods.bounds(kinds[period], NOW_MS, ZONE)[0], -back, ZONE)
        span = Span(start, periods.bounds(kinds[period], start, ZONE)[1])
    view = usage_view(VIEW, budget, span)
    asked = parse(view.query, now=NOW_MS, tz=ZONE, allow=LEDGER)
    assert view.span == span if period in kinds else asked.span == span
    assert span.since is not None and span.until is not None
    assert view.holds(span.since) and view.holds(span.until - 1)
