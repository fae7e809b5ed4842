"""The Budgets screen as a person uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from budget_source import ALL, BudgetSource, opened
from made_up import NOW, ZONE
from on_screen import line_with, press, running, seen, settled, toasts
from textual.binding import Binding
from textual.pilot import Pilot

from tally_tui.config import load
from tally_tui.config_budgets import Budget
from tally_tui.config_budgets_edit import set_budget
from tally_tui.model import NANO
from tally_tui.requests import BudgetPeriodRequest, BudgetPreviewRequest
from tally_tui.screens.budget_form import BudgetForm, FormInput, free_name
from tally_tui.screens.budgets import BudgetsScreen
from tally_tui.screens.usage import UsageScreen
from tally_tui.widgets.budgets.cards import BudgetCards
from tally_tui.widgets.budgets.detail import BudgetDetail
from tally_tui.widgets.budgets.nothing import NoBudgets
from tally_tui.widgets.choice import Choice

OURS = (BudgetsScreen, BudgetForm, BudgetCards, BudgetDetail, NoBudgets)
WEEK = Budget("week", 300 * NANO, provider="claude")
FILE = """\
# mine
time_zone = "Europe/Vienna"

[[budgets]]
name = "week"  # the plan
amount = 300.50
provider = "claude"
"""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path))
    return tmp_path / "config.toml"


@asynccontextmanager
async def budgets(
    path: Path, several: tuple[Budget, ...] = ALL, size: tuple[int, int] = (100, 44), **more: Any
) -> AsyncIterator[tuple[Pilot[str], BudgetSource]]:
    source = BudgetSource(path, several, **more)
    async with running(source, size) as pilot:
        await opened(pilot)
        yield pilot, source


async def write(pilot: Pilot[str], field: str, text: str) -> None:
    """Write a field of the form anew."""
    pilot.app.screen.query_one(f"#{field}", FormInput).value = text
    await pilot.pause()
    await settled(pilot)


async def previewed(pilot: Pilot[str], source: BudgetSource) -> str:
    """Until a preview is drawn."""
    while not any(isinstance(each, BudgetPreviewRequest) for each in source.asked):
        await pilot.pause(0.01)
    await settled(pilot)
    return seen(pilot)


def test_every_key_is_explained_has_its_own_id_and_is_not_dead() -> None:
    ids = []
    for owner in OURS:
        for binding in owner.__dict__["BINDINGS"]:
            assert isinstance(binding, Binding) and binding.id and (binding.tooltip or binding.description)
            ids.append(binding.id)
            name = binding.action.split("(")[0]
            where: Any = pytest.importorskip("tally_tui.app").TallyApp if name.startswith("app.") else owner
            assert hasattr(where, f"action_{name.removeprefix('app.')}"), binding
    assert len(ids) == len(set(ids))


async def test_each_card_tells_how_its_budget_stands(here: Path) -> None:
    async with budgets(here, size=(140, 60)) as (pilot, _):
        text = seen(pilot)
        assert "$213.00 of $300.00" in text and "$87.00 left" in text and "✗ heading over" in text
        assert "$1.00 over" in text and "✗ over" in text and "✓ ok" in text and "! warn" in text
        assert "540M of 900M tokens" in text and "19.8 of 60 %" in text
        assert "nothing spent yet" in text and "3d 9h left" in text
        assert "equivalent $" in text and "actual $" in text and "$ of" in text
        assert "? cannot be told" in text and "role: searches" in text and "of $25.00 + " in text


async def test_the_chosen_budget_is_told_in_full(here: Path) -> None:
    async with budgets(here, size=(100, 60)) as (pilot, _):
        detail = pilot.app.screen.query_one(BudgetDetail)
        assert detail.row is not None and detail.row.budget.name == "firm" and detail.drawn
        text = seen(pilot)
        assert line_with(text, "Pace").split()[1:4] == ["$65.86", "a", "day"]
        assert "above the even line" in text and "Allowance" in text and "$300┤" in text and "90 %┤" in text
        assert "▲ now" in text and "─ amount $300.00" in text
        assert "Equivalent: what these calls would cost by key." in text
        text = await press(pilot, "j", "j")
        assert detail.row.budget.name == "atlas"
        assert "3 calls have no known price and are not in these dollars." in text
        assert "Claude $19.50, Codex $6.50" in text


async def test_a_low_confidence_projection_says_so(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, _):
        assert "low confidence" not in seen(pilot)
    async with budgets(here, (Budget("fresh", NANO),)) as (pilot, _):
        assert "low confidence: nothing spent yet" in await press(pilot, "j")


async def test_cursor_keys_follow_the_columns(here: Path) -> None:
    async with budgets(here, size=(140, 44)) as (pilot, _):
        cards = pilot.app.screen.query_one(BudgetCards)
        for key, place in [("down", 2), ("right", 3), ("up", 1), ("left", 0), ("j", 1), ("G", 7), ("j", 7), ("g", 0)]:
            await press(pilot, key)
            assert cards.cursor == place, key


@pytest.mark.parametrize("size", [(40, 40), (80, 24)])
async def test_on_small_screens_enter_opens_and_escape_closes(here: Path, size: tuple[int, int]) -> None:
    async with budgets(here, size=size) as (pilot, source):
        assert "Allowance" not in seen(pilot)
        assert not any(isinstance(each, BudgetPeriodRequest) for each in source.asked)
        assert "Allowance" in await press(pilot, "enter")
        assert any(isinstance(each, BudgetPeriodRequest) for each in source.asked)
        assert "Edit firm" in await press(pilot, "enter")
        assert "Allowance" in await press(pilot, "escape")
        assert "Allowance" not in await press(pilot, "escape")


async def test_periods_are_walked(here: Path) -> None:
    async with budgets(here) as (pilot, _):
        assert "16 Nov 09:00 – 23 Nov 09:00" in seen(pilot)
        text = await press(pilot, "h")
        assert "9 Nov 09:00 – 16 Nov 09:00" in text and "the one before" in text and "ended" in text
        assert "2 before this one" in await press(pilot, "h")
        assert "the one before" in await press(pilot, "l")
        assert "▲ now" in await press(pilot, "t")
        await press(pilot, "h", "j", "k")
        assert "▲ now" in seen(pilot)


async def test_in_a_panel_no_line_of_a_past_period_is_lost(here: Path) -> None:
    async with budgets(here, size=(40, 40)) as (pilot, _):
        text = await press(pilot, "h")
        assert "the one before" in " ".join(text.split()) and "ended" in text and "$300.00" in text


async def test_one_is_added_with_a_preview_and_taken_back(here: Path) -> None:
    here.write_text(FILE)
    async with budgets(here, ()) as (pilot, source):
        await press(pilot, "a")
        await write(pilot, "name", "codex")
        await write(pilot, "amount", "$120")
        await press(pilot, "tab", "tab", "tab", "tab", "right", "right")
        assert pilot.app.screen.query_one("#provider", Choice).value == "codex"
        await press(pilot, "down")
        text = await previewed(pilot, source)
        asked = [each for each in source.asked if isinstance(each, BudgetPreviewRequest)][-1]
        assert asked.budget.provider == "codex" and asked.budget.amount == 120 * NANO
        # $90, $140, $190 … in the weeks before.
        assert "Over the last 6 periods 90 % would have fired 5×, 100 % 5×: " in " ".join(text.replace("│", "").split())
        text = await press(pilot, "enter")
        assert not isinstance(pilot.app.screen, BudgetForm)
        assert here.read_text().startswith(FILE) and load(here).budgets[-1] == asked.budget.__class__(
            "codex", 120 * NANO, provider="codex"
        )
        assert pilot.app.screen.query_one(BudgetCards).cursor == 1
        assert toasts(pilot) == ["codex is added. u takes it back."]
        await press(pilot, "u")
        assert here.read_text() == FILE
        assert "codex" not in seen(pilot).replace("codex is not there any more.", "")


async def test_mistakes_are_told_beside_their_field_and_nothing_is_written(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, source):
        before = here.read_text()
        text = await press(pilot, "a")
        assert "missing" not in text and "↑" not in text.replace("↑↓", "")
        text = await press(pilot, "enter")
        assert "name is missing" in text and "amount is missing" in text
        await write(pilot, "name", "week")
        await write(pilot, "amount", "12o")
        await write(pilot, "query", "modle:x")
        await write(pilot, "thresholds", "90, lots")
        text = await press(pilot, "enter")
        assert "there is a budget week already" in text and "'12o' is no amount" in text
        assert "modle: is no field; did you mean model:?" in text
        assert "whole percents from 1 to 1000" in text
        await write(pilot, "query", "since:7d")
        assert "has no dates" in seen(pilot)
        assert here.read_text() == before and not source.deeds


async def test_leaving_with_changes_is_asked_once(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, _):
        await press(pilot, "e")
        await write(pilot, "amount", "4")
        assert "This is not saved" in await press(pilot, "escape")
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, BudgetForm) and load(here).budgets == (WEEK,)
        await press(pilot, "e", "escape")
        assert not isinstance(pilot.app.screen, BudgetForm)


async def test_what_was_changed_meanwhile_is_not_lost_unseen(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, source):
        await press(pilot, "e")
        await write(pilot, "amount", "350")
        set_budget(Budget("week", 320 * NANO, provider="claude"), here)
        text = " ".join((await press(pilot, "enter")).replace("│", "").split())
        assert "changed meanwhile (amount is 320, it was 300)" in text and "Saving again" in text
        assert load(here).budgets[0].amount == 320 * NANO
        source.release()
        await press(pilot, "enter")
        assert load(here).budgets[0].amount == 350 * NANO
        await press(pilot, "u")
        assert load(here).budgets[0].amount == 320 * NANO


async def test_alerts_can_be_turned_off(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, _):
        await press(pilot, "e")
        pilot.app.screen.query_one("#alerts", Choice).choose("off")
        await press(pilot, "ctrl+s")
        assert load(here).budgets[0].thresholds == ()
        await press(pilot, "e")
        pilot.app.screen.query_one("#alerts", Choice).choose("on")
        await press(pilot, "ctrl+s")
        assert load(here).budgets == (WEEK,)


async def test_removing_and_copying_and_every_step_back(here: Path) -> None:
    async with budgets(here) as (pilot, _):
        before = here.read_text()
        await press(pilot, "j", "d")
        assert [each.name for each in load(here).budgets] == [each.name for each in ALL if each.name != "side project"]
        await press(pilot, "D", "enter")
        assert load(here).budgets[-1].name == "atlas 2"
        await press(pilot, "d")
        assert len(load(here).budgets) == 7
        for _ in range(3):
            await press(pilot, "u")
        assert here.read_text() == before
        cards = pilot.app.screen.query_one(BudgetCards)
        assert cards.chosen is not None and cards.chosen.budget.name == "side project"


async def test_another_process_changes_the_settings(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, source):
        set_budget(Budget("new one", 5 * NANO), here)
        source.release()
        await settled(pilot)
        assert "new one" in seen(pilot) and "week" in seen(pilot)


async def test_without_budgets_one_is_suggested_and_taken_with_one_key(here: Path) -> None:
    async with budgets(here, ()) as (pilot, _):
        text = seen(pilot)
        assert "No budget yet" in text and "▸ Claude, $220 a subscription week" in text and "$212.00" in text
        await press(pilot, "j", "enter")
        assert load(here).budgets == (Budget("codex week", 30 * NANO, provider="codex"),)
        assert "codex week" in seen(pilot)
        assert "No budget yet" in await press(pilot, "u")
        assert not here.exists()


async def test_without_spend_nothing_is_suggested(here: Path) -> None:
    async with budgets(here, (), suggest=False) as (pilot, _):
        assert "a adds one." in seen(pilot) and "▸" not in seen(pilot)
        await press(pilot, "enter")
        assert not here.exists()


async def test_broken_settings_are_told_with_what_still_works(here: Path) -> None:
    here.write_text("x = = 3\n")
    async with budgets(here, ()) as (pilot, source):
        text = " ".join(seen(pilot).split())
        assert "settings cannot be read" in text and "line 1" in text and "usage, conversations and limits" in text
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, BudgetsScreen)
        here.write_text(FILE)
        source.release()
        await settled(pilot)
        assert "$300.50" in seen(pilot)


async def test_one_that_is_wrong_is_told_above_the_others(here: Path) -> None:
    here.write_text(FILE + '\n[[budgets]]\nname = "b"\n')
    async with budgets(here, ()) as (pilot, _):
        assert "line 9: budgets[2]: amount is missing" in seen(pilot) and "$300.50" in seen(pilot)


async def test_the_calls_behind_one_are_shown_on_the_usage_screen(here: Path) -> None:
    async with budgets(here) as (pilot, _):
        await press(pilot, "j", "j", "h", "o")
        assert isinstance(pilot.app.screen, UsageScreen)
        view = pilot.app.screen.view
        assert (view.kind, view.query, view.title(view.start)) == ("month", 'project:"atlas"', "This month · Oct 2026")


async def test_out_of_sight_it_asks_nothing(here: Path) -> None:
    async with budgets(here) as (pilot, source):
        assert {"budgets", "budget-period"} <= set(source.open)
        await press(pilot, "a", "escape", "question_mark", "escape")
        assert {"budgets", "budget-period"} <= set(source.open)
        assert "budget-preview" not in source.open and "known-project" not in source.open
        await press(pilot, "1")
        assert not {slot for slot in source.open if slot.startswith("budget")}
        await press(pilot, "3")
        assert {"budgets", "budget-period"} <= set(source.open)


async def test_names_are_text_and_nothing_else(here: Path) -> None:
    async with budgets(here, (Budget("[b]x[/] [@click=app.quit]", NANO, query='project:"[/"'),)) as (pilot, _):
        assert "[b]x[/] [@click=app.quit]" in seen(pilot)
        assert "[b]x[/] [@click=app.quit]" in await press(pilot, "e")
        assert "Edit [b]x" in seen(pilot)


async def test_what_is_pasted_cannot_reach_the_terminal(here: Path) -> None:
    async with budgets(here, (WEEK,)) as (pilot, _):
        await press(pilot, "a")
        await write(pilot, "name", "a\x1b]0;x\x07b")
        assert "\x1b" not in seen(pilot) and "a␛]0;x␇b" in seen(pilot)


def test_a_copy_has_a_name_of_its_own() -> None:
    assert free_name("week", {"week"}) == "week 2"
    assert free_name("week 2", {"week", "week 2", "week 3"}) == "week 4"
    assert ZONE.key == "Europe/Vienna"
