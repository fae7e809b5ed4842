"""Pictures of the reader: wide tables, the context, masked secrets, a spilled output, the dialog of exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import conversing
import pytest
from made_up import NOW
from reading_source import ReadingSource


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)
    # What stands in the dialog is where a person is.
    monkeypatch.setattr(Path, "cwd", lambda: Path("/"))
    monkeypatch.setattr("os.access", lambda path, mode: True)


def picture(compare: Any, size: tuple[int, int], *keys: str, theme: str | None = None) -> bool:
    source = ReadingSource()
    source.table = True
    return conversing.picture(compare, size, "enter", *keys, theme=theme, source=source)


SIZES = pytest.mark.parametrize("size", [(40, 40), (80, 34), (140, 34)], ids=["40", "80", "140"])


@SIZES
def test_wide_table(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "J", "J", "l")


def test_masked_and_light(snap_compare: Any) -> None:
    assert picture(snap_compare, (100, 34), "asterisk", theme="tally-light")


def test_sixteen_colours(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 34), "right_parenthesis", "enter", theme="ansi-dark")


def test_spilled_output(snap_compare: Any) -> None:
    assert picture(snap_compare, (80, 30), "G", "K", "enter")


@SIZES
def test_export(snap_compare: Any, size: tuple[int, int]) -> None:
    assert picture(snap_compare, size, "e", "down", "right", "down", "right")
