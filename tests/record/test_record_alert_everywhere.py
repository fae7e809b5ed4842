"""The app, `watch`, `statusline`, `record` and hooks look at one ledger at the same time: one alert, told once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alert_home import AlertHome, later
from processes import until

from tally_tui.clock import parse_instant
from tally_tui.ledger.alerts import Told

NOON, RESET = "2026-03-04T12:00:00Z", "2026-03-09T00:00:00Z"
APP = """
import sys
from tally_tui import config
from tally_tui.live import alerting
from tally_tui.source import LedgerSource
alerting.LEAST_S = 0.02
alerting.MOST_S = 0.05
source = LedgerSource(config.load())
source.start(lambda news: None)
print("started", flush=True)
sys.stdin.read()
source.stop()
"""
"""What runs behind the screen, looking at alerts all the time."""
WATCH = """
import sys
from tally_tui.cli import watch
from tally_tui.live import alerting
alerting.LEAST_S, watch.MOST_S = 0.02, 0.05
from tally_tui.__main__ import main
sys.argv = ["tally-tui", "watch"]
sys.exit(main())
"""


@pytest.fixture
def home(tmp_path: Path) -> AlertHome:
    home = AlertHome(tmp_path)
    home.settings("[alerts.projected]\non = false")
    for name in ("claude/projects", "codex/sessions"):
        (tmp_path / name).mkdir(parents=True)
    return home


def tally(home: AlertHome, at: str, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tally_tui", *words],
        env={**os.environ, **home.environment, "TALLY_NOW": at},
        input=said, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


@contextmanager
def running(home: AlertHome, at: str, program: str) -> Iterator[None]:
    """A process that is at work once this is entered, and ended orderly after it."""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, **home.environment, "TALLY_NOW": at},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdin is not None and process.stderr is not None
        assert process.stdout.readline()
        try:
            yield
        finally:
            if program is WATCH:
                process.send_signal(signal.SIGINT)
            process.stdin.close()
            assert process.wait(180) == 0
            assert process.stderr.read() == ""


def payload(session: str, percent: float) -> str:
    week = {"used_percentage": percent, "resets_at": parse_instant(RESET) // 1000}
    return json.dumps({"session_id": session, "model": {"id": "m"}, "rate_limits": {"seven_day": week}})


def record(home: AlertHome, at: str, percent: float) -> None:
    ended = tally(home, at, "record", "--seven-day", f"{percent}", "--seven-day-resets-at", RESET)
    assert ended.returncode == 0


def idle(home: AlertHome) -> bool:
    """Whether no worker is at it behind a hook or a status line, and none is asked for."""
    import fcntl

    data = home.folder / "data"
    if any((data / f"after.{each}").exists() for each in ("logs", "alerts")):
        return False
    lock = data / "after.lock"
    if not lock.exists():
        return True
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_whoever_sees_it_first_tells_it_and_nobody_else_does(home: AlertHome) -> None:
    record(home, later(NOON, -60), 40)
    with running(home, NOON, APP), running(home, NOON, WATCH):
        for threshold, percent in ((90, 91), (95, 96)):
            said = payload("one", percent)
            doings = [
                ("statusline",), ("statusline",), ("record",), ("hook", "Stop"), ("hook", "Stop", "--codex"),
                ("alerts", "check"),
            ]  # fmt: skip
            ended: list[Any] = []

            def go(words: tuple[str, ...], said: str = said, into: list[Any] = ended) -> None:
                into.append(tally(home, NOON, *words, said=said))

            threads = [threading.Thread(target=go, args=(words,)) for words in doings]
            for each in threads:
                each.start()
            for each in threads:
                each.join(240)
            assert [each.returncode for each in ended] == [0] * len(doings), [each.stderr for each in ended]
            until(lambda: idle(home), "no worker is left")
            until(lambda line=f"weekly claude {threshold} warn": line in home.told, f"{threshold} is told")
    assert home.told == ["weekly claude 90 warn", "weekly claude 95 warn"]
    assert [each.threshold for each in home.alerts] == [90, 95]


#   who alone is there to see it
ALONE = {
    "a status line": (("statusline",), payload("one", 91)),
    "record": (("record",), payload("one", 91)),
    "a hook of Claude Code": (("hook", "Stop"), "{}"),
    "a hook of Codex": (("hook", "Stop", "--codex"), "{}"),
    "alerts check": (("alerts", "check"), ""),
}


@pytest.mark.parametrize("name", ALONE)
def test_each_of_them_tells_it_alone(home: AlertHome, name: str) -> None:
    words, said = ALONE[name]
    record(home, later(NOON, -60), 40)
    if "rate_limits" not in said:
        # The reading is there, and nobody has looked: as a status line leaves it whose worker was killed.
        home.read(NOON, 91, RESET, root=str(home.folder / "claude"))
    assert tally(home, NOON, *words, said=said).returncode == 0
    until(lambda: bool(home.told), "it is told")
    until(lambda: idle(home), "no worker is left")
    assert home.told == ["weekly claude 90 warn"]


@pytest.mark.parametrize("program", [APP, WATCH], ids=["the app", "watch"])
def test_a_program_that_runs_on_tells_it_alone(home: AlertHome, program: str) -> None:
    record(home, later(NOON, -60), 40)
    with running(home, NOON, program):
        home.read(NOON, 91, RESET, root=str(home.folder / "claude"))
        until(lambda: bool(home.told), "it is told")
    assert home.told == ["weekly claude 90 warn"]


def test_golden_concurrent_record(home: AlertHome) -> None:
    """Eight scripts hand over the same jump from 40 to 96 % at one moment: each threshold is a row, one is told."""
    record(home, later(NOON, -60), 40)
    words = ["tally-tui", "record", "--seven-day", "96", "--seven-day-resets-at", RESET]
    program = f"import sys\nfrom tally_tui.cli.main import run\nsys.exit(run({words[1:]!r}))"
    home.race(NOON, *[program] * 8)
    assert home.told == ["weekly claude 95 warn"]
    assert [(each.threshold, each.told) for each in home.alerts] == [(90, Told.RECORDED), (95, Told.TOLD)]
