"""Pictures of the Usage screen: three widths, other colours, and each state it can be in."""

from __future__ import annotations

from typing import Any

import pytest
from fake_source import NOTHING, READING, FakeSource
from made_up import NOW
from on_screen import app_on, settled

from tally_tui.trouble import Trouble


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


def picture(
    compare: Any,
    size: tuple[int, int],
    *keys: str,
    source: FakeSource | None = None,
    theme: str | None = None,
) -> bool:
    async def before(pilot: Any) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    app = app_on(source or FakeSource(), theme=theme)
    return bool(compare(app, terminal_size=size, run_before=before))


@pytest.mark.parametrize("size", [(40, 40), (80, 24), (140, 40)], ids=["40", "80", "140"])
def test_usage(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size)


@pytest.mark.parametrize("theme", ["ansi-dark", "tally-light"])
def test_colours(snap_compare: Any, theme: str) -> None:
    assert picture(snap_compare, (140, 36), "w", theme=theme)


def test_no_colour(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(snap_compare, (80, 36), "w")


def test_empty(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 24), source=FakeSource(NOTHING))


def test_backlog_in_a_panel(snap_compare: Any) -> None:
    assert picture(snap_compare, (40, 40), "v", source=FakeSource(READING))


def test_loading_and_failing(snap_compare: Any) -> None:
    trouble = Trouble(
        "The ledger could not be read: disk I/O error.", "What was shown stays.", "Press r to try again."
    )
    assert picture(snap_compare, (80, 30), source=FakeSource(fail=trouble))


def test_calls(snap_compare: Any) -> None:
    assert picture(snap_compare, (140, 40), "enter", "enter", "down", "down")


def test_filter_mistaken(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 30), "enter", "slash", *"model:opus modle:x", "enter")


def test_explain(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 30), "x")


def test_help(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 50), "question_mark")
