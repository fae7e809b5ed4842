"""A small month of logs, read once, and commands run as a person runs them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tally_tui.cli.main import run
from tally_tui.clock import parse_instant
from tally_tui.demo.month import write_demo

NOW = "2026-11-22T12:00:00Z"
VARIABLES = (
    "CLAUDE_CONFIG_DIR", "CODEX_HOME", "TALLY_DATA_DIR", "TALLY_CONFIG_DIR", "TALLY_NOW", "TALLY_DEBUG",
    "TALLY_PRICES", "TZ",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(folder: Path) -> dict[str, str]:
    return {
        "CLAUDE_CONFIG_DIR": str(folder / "logs" / "claude"),
        "CODEX_HOME": str(folder / "logs" / "codex"),
        "TALLY_DATA_DIR": str(folder / "data"),
        "TALLY_CONFIG_DIR": str(folder / "config"),
        "TALLY_NOW": NOW,
        "TZ": "Europe/Vienna",
    }


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the files of whoever runs it: without `month` there are no logs."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def month_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("month")
    write_demo(folder / "logs", parse_instant(NOW), days=5)
    before = dict(os.environ)
    os.environ.update(environment(folder))
    try:
        assert run(["sync"]) == 0
    finally:
        os.environ.clear()
        os.environ.update(before)
    yield folder


@pytest.fixture
def month(month_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A ledger that has read a few days of logs; settings are each test's own."""
    for name, value in environment(month_folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path / "config"))
    return month_folder


@pytest.fixture
def tally(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the words after `tally-tui`."""

    def go(*words: str) -> Ran:
        capfd.readouterr()
        status = run(words)
        out, err = capfd.readouterr()
        return Ran(status, out, err)

    return go
