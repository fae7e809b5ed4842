"""What all tests share: a steady terminal, and snapshots in one folder at the top."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

# Read once, when Textual is imported.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
for name in ("TEXTUAL_THEME", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FILTERS", "TEXTUAL"):
    os.environ.pop(name, None)

# Tests start hundreds of processes: without compiled files each would compile the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

import hypothesis  # noqa: E402
import pytest  # noqa: E402
import rest  # noqa: E402
from pytest_textual_snapshot import SVGImageExtension  # noqa: E402
from textual.widgets import Input  # noqa: E402

# What lands must not depend on luck: there the examples are always the same; at a desk they are new each time.
hypothesis.settings.register_profile("landing", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.load_profile("landing" if os.environ.get("CI") else "desk")

TOP = Path(__file__).parents[1]
SNAPSHOTS = TOP / "snapshots"
SNAPSHOT_PYTHON = (3, 11)
"""The Python whose pictures are kept: others draw the same screens with other libraries' versions."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `smoke.txt` lists."""
    listed = (TOP / "tests" / "smoke.txt").read_text().splitlines()
    smoke = tuple(line for line in listed if line and not line.startswith("#"))
    for item in items:
        if item.nodeid.startswith(smoke):
            item.add_marker(pytest.mark.smoke)


class TopLevelSVG(SVGImageExtension):
    """SVG pictures under the top-level `snapshots/`, a folder a test module."""

    _file_extension = "svg"
    file_extension = "svg"

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        return str(SNAPSHOTS / test_location.basename)


@pytest.fixture
def snapshot(snapshot: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`snap_compare` asks the plugin's module for its extension; give it ours."""
    if sys.version_info[:2] != SNAPSHOT_PYTHON:
        pytest.skip(f"pictures are compared on Python {'.'.join(map(str, SNAPSHOT_PYTHON))} alone")
    monkeypatch.setattr("pytest_textual_snapshot.SVGImageExtension", TopLevelSVG)
    return snapshot


@pytest.fixture(autouse=True)
def steady_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same terminal on every machine: true colour, no wishes of its user's, no blinking cursor."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TMUX", "TERM_PROGRAM", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)
    rest.use(monkeypatch)
