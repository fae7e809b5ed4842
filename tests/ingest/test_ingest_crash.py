"""`kill -9` at any moment, two programs at once, a reader in between: the ledger ends up the same."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_content import content, differing
from ledger_sums import Home
from processes import PATIENCE_S, READING, REBUILDING, WATCHING, alive, below, kill, running, until
from small_logs import write_small_logs

from tally_tui.demo import write_demo
from tally_tui.ledger.open import LedgerError, open_reader
from tally_tui.ledger.verify import differences
from tally_tui.reports.usage import usage

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")

NOW = 1_795_300_000_000
KILLS = 5
"""A bound, not a goal: each is a second or so."""

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both agents' logs with every rule in them."""
    folder = tmp_path_factory.mktemp("logs")
    write_small_logs(folder)
    write_demo(folder / "month", NOW, days=8)
    shutil.copytree(folder / "month" / "claude", folder / "claude", dirs_exist_ok=True)
    shutil.copytree(folder / "month" / "codex", folder / "codex", dirs_exist_ok=True)
    return folder


def home_of(logs: Path, data: Path) -> Home:
    return Home(str(logs / "claude"), str(logs / "codex"), data)


@pytest.fixture(scope="module")
def undisturbed(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    home = home_of(logs, tmp_path_factory.mktemp("undisturbed"))
    home.sync()
    return content(home.data)


@pytest.mark.parametrize("victim", ["everyone", "reader", "helper"])
def test_killed_again_and_again(victim: str, logs: Path, undisturbed: Rows, tmp_path: Path) -> None:
    """The process that reads, one that helps it, or all at once; after that one pass ends it."""
    home = home_of(logs, tmp_path / "data")
    chance = random.Random(f"{victim} {time.time_ns()}")
    seconds = 1.0
    for _ in range(KILLS):
        began = time.monotonic()
        with running(home, READING, "150") as process:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            moment = time.monotonic() + chance.uniform(0, seconds)
            while time.monotonic() < moment and process.poll() is None:
                time.sleep(0.005)
            helpers = below(process.pid)
            if victim == "helper":
                kill(helpers[: chance.randrange(3)])
                # The others go on, and what it left undone is done.
                assert process.wait(PATIENCE_S) == 0
                seconds = time.monotonic() - began
            else:
                kill([process.pid, *(helpers if victim == "everyone" else [])])
                process.wait(PATIENCE_S)
            all_gone(helpers)
        if victim == "helper":
            assert not differing(content(home.data), undisturbed)
            shutil.rmtree(home.data)
    home.sync()
    assert not differing(content(home.data), undisturbed)


def test_killed_while_it_reads_all_afresh(logs: Path, undisturbed: Rows, tmp_path: Path) -> None:
    """No moment of a rebuild lacks a call, and what it made for itself is cleared away."""
    home = home_of(logs, tmp_path / "data")
    home.sync()
    chance = random.Random(time.time_ns())
    for _ in range(3):
        with running(home, REBUILDING) as process:
            assert process.stdout is not None
            for _ in range(chance.randrange(1, 12)):
                process.stdout.readline()  # another file is done
            kill([process.pid])
            process.wait(PATIENCE_S)
        assert counted(home) == counted_in(undisturbed)
        assert not differing(content(home.data), undisturbed)
    with next(logs.rglob("aaaa-1.jsonl")).open("ab") as log:
        log.write(b"\n")
    home.sync()
    assert not differing(content(home.data), undisturbed)
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        assert not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'call_file'").fetchall()


def test_the_app_dies_and_its_child_stops_by_itself(logs: Path, undisturbed: Rows, tmp_path: Path) -> None:
    """The child is told by its closed input, commits what it holds, and leaves nobody behind."""
    home = home_of(logs, tmp_path / "data")
    with running(home, READING, "150") as process:
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdout.readline()
        helpers = below(process.pid)
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0
        all_gone(helpers)
    home.sync()
    assert not differing(content(home.data), undisturbed)


def test_two_at_once(logs: Path, undisturbed: Rows, tmp_path: Path) -> None:
    """Of two that begin together one reads, the other says that it is busy."""
    home = home_of(logs, tmp_path / "data")
    with running(home, READING, "150") as one, running(home, READING, "150") as other:
        told = [process.communicate(timeout=PATIENCE_S)[0] for process in (one, other)]
        assert [one.returncode, other.returncode] == [0, 0]
    assert sum(b'"busy": true' in out for out in told) <= 1
    home.sync()
    assert not differing(content(home.data), undisturbed)


def test_two_apps_over_growing_logs_one_of_which_dies(logs: Path, undisturbed: Rows, tmp_path: Path) -> None:
    """The second takes over from the dead first; a reader beside them only ever sees whole commits."""
    growing = tmp_path / "growing"
    home = home_of(growing, tmp_path / "data")
    pieces = []
    chance = random.Random(5)
    for path in sorted(path for kind in ("claude", "codex") for path in (logs / kind).rglob("*") if path.is_file()):
        raw = path.read_bytes()
        cuts = [] if path.suffix == ".zst" else sorted(chance.choices(range(len(raw) + 1), k=2))
        target = growing / path.relative_to(logs)
        target.parent.mkdir(parents=True, exist_ok=True)
        pieces.append([(target, raw[start:end]) for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)])
    waves = [[row[number] for row in pieces if number < len(row)] for number in range(3)]
    with running(home, WATCHING) as first, running(home, WATCHING) as second:
        for process in (first, second):
            assert process.stdout is not None
            assert process.stdout.readline() == b"started\n"
        for number, wave in enumerate(waves):
            for target, piece in wave:
                with target.open("ab") as log:
                    log.write(piece)
            seen_whole(home)
            if number == 1:
                kill([first.pid, *below(first.pid)])
                first.wait(PATIENCE_S)
        for path in sorted(logs.rglob("*.jsonl")):
            twin = growing / path.relative_to(logs)
            if twin.exists():
                os.utime(twin, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
        until(lambda: counted(home) == counted_in(undisturbed), "all is read")
        assert second.stdin is not None
        second.stdin.close()
        assert second.wait(PATIENCE_S) == 0
    home.sync()
    assert not differing(content(home.data), undisturbed)


def all_gone(helpers: list[int]) -> None:
    until(lambda: not any(map(alive, helpers)), "its helpers are gone")


def counted_in(rows: Rows) -> int:
    return sum(1 for row in rows if len(row) > 20)


def counted(home: Home) -> int:
    try:
        with closing(open_reader(home.data / "ledger.db")) as db:
            return int(db.execute("SELECT count(*) FROM call").fetchone()[0])
    except (LedgerError, sqlite3.Error):
        return -1


def seen_whole(home: Home) -> None:
    """What a reader finds in the middle of it all: sums that are those of the calls, however many there are yet."""
    until(lambda: counted(home) > 0, "there is something to see")
    with closing(open_reader(home.data / "ledger.db")) as db:
        for _ in range(5):
            assert differences(db) == []
            answer = usage(db, by=("day",), tz=ZoneInfo("Asia/Kathmandu"))
            assert sum(row.figures.cost for row in answer.rows) == answer.totals.cost
