"""Pictures of the Budgets screen: three widths, other colours, the form, and each state it can be in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from budget_source import ALL, BudgetSource, opened
from made_up import NOW
from on_screen import app_on, settled

from tally_tui.config_budgets import Budget


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path))
    return tmp_path / "config.toml"


def picture(
    compare: Any,
    path: Path,
    size: tuple[int, int],
    *keys: str,
    several: tuple[Budget, ...] = ALL,
    theme: str | None = None,
    previewed: bool = False,
) -> bool:
    source = BudgetSource(path, several)

    async def before(pilot: Any) -> None:
        await opened(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        while previewed and "budget-preview" not in source.last:
            await pilot.pause(0.01)
        await settled(pilot)

    return bool(compare(app_on(source, theme=theme), terminal_size=size, run_before=before))


@pytest.mark.parametrize("size", [(40, 40), (80, 40), (140, 40)], ids=["40", "80", "140"])
def test_budgets(snap_compare: Any, here: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, here, size)


@pytest.mark.parametrize("size", [(40, 40), (80, 24)], ids=["40", "80"])
def test_opened(snap_compare: Any, here: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, here, size, "j", "j", "enter")


@pytest.mark.parametrize("theme", ["ansi-dark", "tally-light"])
def test_colours(snap_compare: Any, here: Path, theme: str) -> None:
    assert picture(snap_compare, here, (140, 40), "j", "j", theme=theme)


def test_no_colour(snap_compare: Any, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(snap_compare, here, (80, 40), "j", "j")


def test_a_period_before(snap_compare: Any, here: Path) -> None:
    assert picture(snap_compare, here, (140, 34), "j", "j", "h")


@pytest.mark.parametrize("size", [(40, 40), (80, 30), (140, 34)], ids=["40", "80", "140"])
def test_form(snap_compare: Any, here: Path, size: tuple[int, int]) -> None:
    assert picture(snap_compare, here, size, "e", previewed=True)


def test_form_mistaken(snap_compare: Any, here: Path) -> None:
    assert picture(snap_compare, here, (80, 30), "a", *"firm", "tab", *"12o", "enter", theme="ansi-dark")


def test_none(snap_compare: Any, here: Path) -> None:
    assert picture(snap_compare, here, (80, 24), several=())


def test_broken(snap_compare: Any, here: Path) -> None:
    here.write_text("[[budgets]\n")
    assert picture(snap_compare, here, (80, 24), several=())
