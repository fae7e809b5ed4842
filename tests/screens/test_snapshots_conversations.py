"""Pictures of the Conversations screen: three widths, light and dark and sixteen colours, and searching."""

from __future__ import annotations

from typing import Any

import pytest
from conversation_source import ConversationSource
from conversing import picture
from made_up import NOW

from tally_tui.reports.searches import SavedSearch


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


@pytest.mark.parametrize("size", [(40, 40), (80, 30), (140, 40)], ids=["40", "80", "140"])
def test_reading(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "enter", "right_parenthesis", "enter")


def test_light(snap_compare: Any) -> None:
    assert picture(snap_compare, (140, 40), "enter", "right_parenthesis", "enter", theme="tally-light")


def test_sixteen_colours(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 40), "enter", "z", theme="ansi-dark")


def test_the_list(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 24))


@pytest.mark.parametrize("size", [(40, 34), (80, 24), (140, 30)], ids=["40", "80", "140"])
def test_search(snap_compare: Any, size: tuple[int, int]) -> None:
    source = ConversationSource()
    source.unsearchable = 310_000_000
    assert picture(snap_compare, size, "F", *"nothing", "down", source=source)


def test_earlier_searches(snap_compare: Any) -> None:
    source = ConversationSource()
    source.remembered = ("timeout since:7d", "re:retry.?limit")
    source.saved = (SavedSearch("builds that fail", "make is:error", ("tools",), True),)
    assert picture(snap_compare, (80, 24), "F", "ctrl+o", source=source)


def test_outline(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 24), "enter", "o")


@pytest.mark.parametrize("size", [(40, 40), (80, 40), (140, 40)], ids=["40", "80", "140"])
def test_list_of_cards(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "j", "j", "space")


def test_list_light(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 40), "j", "j", "space", theme="tally-light")


def test_list_sixteen_colours(snap_compare: Any) -> None:
    assert picture(snap_compare, (40, 40), "j", "j", "space", theme="ansi-dark")


def test_list_in_columns(snap_compare: Any) -> None:
    assert picture(snap_compare, (118, 30), "d", "j", "j", "space", "j", "s", "s", "s", "s")
