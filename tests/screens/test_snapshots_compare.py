"""Pictures of two sessions side by side: three widths, light and sixteen colours."""

from __future__ import annotations

from typing import Any

import conversing
import pytest
from keeping_source import KeepingSource
from made_up import NOW


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


def picture(compare: Any, size: tuple[int, int], *keys: str, theme: str | None = None) -> bool:
    return conversing.picture(compare, size, *keys, theme=theme, source=KeepingSource())


@pytest.mark.parametrize("size", [(40, 40), (80, 40), (140, 44)], ids=["40", "80", "140"])
def test_side_by_side(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "x", "j", "x", "j", "l")


def test_side_by_side_light(snap_compare: Any) -> None:
    assert picture(snap_compare, (140, 44), "x", "j", "x", "j", theme="tally-light")


def test_side_by_side_sixteen_colours(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 40), "x", "j", "x", "j", theme="ansi-dark")


def test_side_by_side_files(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 24), "x", "j", "x", "tab", "tab")
