"""Pictures of the Alerts screen: three widths, other colours, each pane, and each state it can be in."""

from __future__ import annotations

from typing import Any

import pytest
from made_alerts import AlertSource, trial
from made_up import HOUR, NOW, NOW_MS
from on_screen import app_on, settled

from tally_tui.records import changed as replace
from tally_tui.screens.alerts import AlertsScreen


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


def picture(
    compare: Any,
    size: tuple[int, int],
    *keys: str,
    source: AlertSource | None = None,
    theme: str | None = None,
) -> bool:
    async def before(pilot: Any) -> None:
        for key in ("4", *keys):
            await pilot.press(key)
            await settled(pilot)
        screen = pilot.app.screen_stack[0]
        for _ in range(200):
            known = screen._detail.row if isinstance(screen, AlertsScreen) and screen._detail else None
            if known is not None and screen.chosen is not None and known.alert.id == screen.chosen.alert.id:
                break
            if isinstance(screen, AlertsScreen) and screen.chosen is None and screen._answer is not None:
                break
            await pilot.pause(0.01)
        await settled(pilot)

    app = app_on(source or AlertSource(), theme=theme)
    return bool(compare(app, terminal_size=size, run_before=before))


SIZES = [(40, 40), (80, 24), (140, 40)]
IDS = ["40", "80", "140"]


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_alerts(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "j")


@pytest.mark.parametrize("size", SIZES[:2], ids=IDS[:2])
@pytest.mark.parametrize("pane", ["rules", "milestones"])
def test_panes(snap_compare: Any, size: tuple[int, int], pane: str) -> None:
    assert picture(snap_compare, size, *["tab"] * (1 if pane == "rules" else 2))


@pytest.mark.parametrize("theme", ["ansi-dark", "tally-light"])
def test_colours(snap_compare: Any, theme: str) -> None:
    assert picture(snap_compare, (140, 36), "j", "j", "j", "j", theme=theme)


def test_no_colour(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert picture(snap_compare, (80, 40), "j", "j")


def test_thresholds_mistyped(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 30), "tab", "j", "e", "x")


def test_snoozed_and_the_menu(snap_compare: Any) -> None:
    source = AlertSource()
    source.rules = replace(source.rules, snoozes={"weekly": NOW_MS + HOUR}, quiet=(720, 960))
    assert picture(snap_compare, (80, 36), "j", "z", source=source)


def test_channels_tried(snap_compare: Any) -> None:
    source = AlertSource()
    source.tests = trial(done=True)
    assert picture(snap_compare, (100, 40), "t", source=source)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_empty(snap_compare: Any, size: tuple[int, int]) -> None:
    source = AlertSource(alerts=())
    source.rules = replace(source.rules, readings=False, budgets=())
    assert picture(snap_compare, size, source=source)


def test_switched_off(snap_compare: Any) -> None:
    source = AlertSource(alerts=())
    source.rules = replace(source.rules, on=False)
    assert picture(snap_compare, (80, 24), source=source)
