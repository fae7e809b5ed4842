"""The cards of the Budgets screen: which of them a filter leaves, and that nothing on them is cut or overflows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from budget_source import ALL, BudgetSource, opened, row_of
from made_up import NOW, ZONE
from on_screen import line_with, press, running, seen, settled, toasts
from textual.pilot import Pilot

from tally_tui.config_budgets import Budget
from tally_tui.model import NANO
from tally_tui.rules.budgets import standing
from tally_tui.rules.windows import DAY_MS
from tally_tui.widgets.budgets import words
from tally_tui.widgets.budgets.card import BudgetCard
from tally_tui.widgets.budgets.cards import BudgetCards
from tally_tui.widgets.filter_bar import FilterInput


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path))
    return tmp_path / "config.toml"


@asynccontextmanager
async def budgets(
    path: Path, several: tuple[Budget, ...] = ALL, size: tuple[int, int] = (100, 44)
) -> AsyncIterator[tuple[Pilot[str], BudgetSource]]:
    source = BudgetSource(path, several)
    async with running(source, size) as pilot:
        await opened(pilot)
        yield pilot, source


async def test_a_filter_leaves_the_cards_it_finds(here: Path) -> None:
    async with budgets(here, size=(140, 60)) as (pilot, _):
        cards = pilot.app.screen.query_one(BudgetCards)
        await press(pilot, "slash", *"provider:codex", "enter")
        assert [row.budget.name for row in cards.rows] == ["side project"]
        text = await press(pilot, "slash", *["backspace"] * 14, *"heading", "enter")
        assert "✗ heading over" in text and len(cards.rows) == 1 and "/ heading" in text.splitlines()[0]
        text = await press(pilot, "slash", *["backspace"] * 7, *"severity:warn", "enter")
        assert "^^^^^^^^" in text and "list of alerts" in text
        text = await press(pilot, "escape", "slash", *["backspace"] * 7, *"nothing-like-it", "enter")
        assert "No budget matches." in text and "Pace" not in text
        text = await press(pilot, "escape")
        assert "No budget matches." not in text and len(cards.rows) == len(ALL)


async def test_a_budget_just_changed_is_seen_whatever_the_filter(here: Path) -> None:
    async with budgets(here) as (pilot, _):
        await press(pilot, "slash", *"atlas", "enter", "d")
        cards = pilot.app.screen.query_one(BudgetCards)
        assert cards.rows == ()
        await press(pilot, "slash", *["backspace"] * 5, *"firm", "enter", "u")
        assert cards.chosen is not None and cards.chosen.budget.name == "atlas" and len(cards.rows) == len(ALL)


async def test_keys_pressed_before_the_first_answer_are_not_typed_into_the_filter(here: Path) -> None:
    source = BudgetSource(here)
    async with running(source) as pilot:
        source.held = True
        await press(pilot, "3", "j", "z")
        source.release()
        await settled(pilot)
        assert pilot.app.screen.focused is pilot.app.screen.query_one(BudgetCards)
        assert pilot.app.screen.query_one(FilterInput).value == ""


LONG = Budget("a name that is longer than anybody would like to read on a card of a panel", 1_234_567 * NANO,
              query="project:side-project -is:subagent cost:>0.01", period="calendar-month")  # fmt: skip


@pytest.mark.parametrize("width", [27, 29, 37, 60])
@pytest.mark.parametrize("budget", [*ALL, LONG], ids=lambda each: each.name[:10])
def test_no_line_of_a_card_is_longer_than_the_card(budget: Budget, width: int) -> None:
    lines = BudgetCard(row_of(budget, 0, points=False), ZONE).lines(width)
    assert [line.plain for line in lines if line.cell_length > width] == []
    assert not any(line.plain.rstrip().endswith(("·", "· …", "·…", ",…")) for line in lines)


@pytest.mark.parametrize("size", [(40, 40), (80, 40), (140, 40)])
async def test_a_long_name_is_whole_where_its_budget_is_told_in_full(here: Path, size: tuple[int, int]) -> None:
    async with budgets(here, (LONG,), size) as (pilot, _):
        text = await press(pilot, "enter") if size[0] < 60 else seen(pilot)
        words = [word for line in text.splitlines() for word in line.split()]
        assert "panel" in words and "$987,653.60" in words


async def test_a_budget_that_cannot_be_told_has_no_calls_to_show(here: Path) -> None:
    async with budgets(here) as (pilot, _):
        text = await press(pilot, "G", "o")
        assert text.splitlines()[0].startswith(" tally  Budgets")
        assert "says nothing about cost" in toasts(pilot)[-1]


async def test_the_form_has_no_holes_on_a_tall_screen(here: Path) -> None:
    async with budgets(here, size=(80, 44)) as (pilot, _):
        lines = (await press(pilot, "e")).splitlines()
        places = [next(n for n, line in enumerate(lines) if f" {word}" in line) for word in ("Unit", "Period", "When")]
        assert places[1] == places[0] + 1
        assert places[2] == places[0] + 9


async def test_in_the_last_day_the_allowance_is_an_hours(here: Path) -> None:
    async with budgets(here, (Budget("today", 30 * NANO, period="day"),)) as (pilot, _):
        # $12.60 are left for the 9 hours and 23 minutes until midnight.
        assert "$1.34 an hour   9h 23m left" in line_with(seen(pilot), "Allowance")


@pytest.mark.parametrize(
    ("spent", "band"),
    [
        # Half of the ten days is over: the average doubles what is spent, nothing lately is the lower end.
        (3, "$3.00–$6.00"),
        # What is spent already is no guess, however many times the amount it is.
        (44, "$44.00–$88.00"),
    ],
)
def test_a_projection_never_tells_less_than_is_spent(spent: int, band: str) -> None:
    found = standing(amount=NANO, spent=spent * NANO, recent=0, start=0, end=10 * DAY_MS, now=5 * DAY_MS)
    assert words.band(found, "usd") == band
