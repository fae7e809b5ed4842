"""Screen, theme, period and grouping are as they were when the program ended."""

from __future__ import annotations

from typing import Any

import pytest
from fake_source import FakeSource
from made_up import NOW
from on_screen import app_on, press, settled

from tally_tui.actions import KeepHabits
from tally_tui.answers import Answer
from tally_tui.app import TallyApp
from tally_tui.reports.habits import Habits
from tally_tui.requests import HabitsRequest, Request
from tally_tui.screens.app_keeping import SLOT
from tally_tui.screens.drill import Drill
from tally_tui.screens.usage import UsageScreen


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


class RememberingSource(FakeSource):
    """Answers with what was kept before."""

    def __init__(self, **habits: str) -> None:
        super().__init__()
        self.habits = {name.replace("_", "."): value for name, value in habits.items()}

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, HabitsRequest) and request.slot == SLOT:
            return Habits(dict(self.habits))
        return super().report(request)

    @property
    def kept(self) -> dict[str, str]:
        return dict(pair for deed in self.deeds if isinstance(deed, KeepHabits) for pair in deed.habits)


def standing(app: TallyApp) -> dict[str, Any]:
    usage = next(screen for screen in app._screen_stacks["usage"] if isinstance(screen, UsageScreen))
    return {
        "screen": app.current_mode, "theme": app.theme, "period": usage.view.kind,
        "by": usage.query_one(Drill).levels[0].facet,
    }  # fmt: skip


async def test_what_is_chosen_is_kept_and_is_so_again_at_the_next_start() -> None:
    first = RememberingSource()
    app = app_on(first)
    async with app.run_test(size=(100, 44)) as pilot:
        await settled(pilot)
        await press(pilot, "w", "b", "3")
        app.theme = "nord"
        await settled(pilot)
        chosen = standing(app)
    assert chosen == {"screen": "budgets", "theme": "nord", "period": "week", "by": "project"}
    again = RememberingSource()
    again.habits = first.kept
    app = app_on(again)
    async with app.run_test(size=(100, 44)) as pilot:
        await settled(pilot)
        await settled(pilot)
        assert standing(app) == chosen
    assert again.kept == {}


async def test_a_theme_that_the_settings_name_since_then_holds() -> None:
    source = RememberingSource(app_theme="nord", app_theme_over="tally-dark")
    app = app_on(source, theme="dracula")
    async with app.run_test(size=(100, 44)) as pilot:
        await settled(pilot)
        assert app.theme == "dracula"


async def test_what_is_kept_and_no_longer_there_changes_nothing() -> None:
    source = RememberingSource(app_theme="gone", app_theme_over="tally-dark", app_screen="attic", usage_by="mood",
                               usage_period="decade")  # fmt: skip
    app = app_on(source)
    async with app.run_test(size=(100, 44)) as pilot:
        await settled(pilot)
        assert standing(app) == {"screen": "usage", "theme": "tally-dark", "period": "month", "by": "model"}
