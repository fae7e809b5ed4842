"""A budget of one account of several: its line of the form, its words, and the calls behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from budget_source import BudgetSource, opened
from made_up import NOW
from on_screen import press, running, seen
from textual.widgets import Input

from tally_tui.config import load
from tally_tui.config_budgets import Budget
from tally_tui.model import NANO
from tally_tui.query import parse
from tally_tui.screens.budget_usage import query_text
from tally_tui.widgets.choice import Choice

TEAM = Budget("team", 50 * NANO, provider="claude", account="team/work")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path))
    return tmp_path / "config.toml"


async def test_the_form_writes_an_account_and_asks_whose_it_is(here: Path) -> None:
    source = BudgetSource(here, (TEAM,))
    async with running(source, (100, 44)) as pilot:
        await opened(pilot)
        assert "account team/work" in seen(pilot)
        await press(pilot, "e")
        form = pilot.app.screen
        assert form.query_one("#account", Input).value == "team/work"
        form.query_one("#account", Input).value = "usual"
        form.query_one("#provider", Choice).value = ""
        text = await press(pilot, "enter")
        assert "account needs a provider (claude or codex)" in text
        assert load(here).budgets == (TEAM,)
        form.query_one("#provider", Choice).value = "codex"
        await press(pilot, "enter")
    (written,) = load(here).budgets
    assert (written.provider, written.account) == ("codex", "usual")


def test_the_calls_behind_it_are_the_account_s() -> None:
    query = parse(query_text(TEAM), now=0, tz=None)  # type: ignore[arg-type]
    (term,) = query.of("account")
    assert term.matches("team/work") and not term.matches("work")
