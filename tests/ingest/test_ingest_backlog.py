"""The child that reads a backlog: what it says, and that it stops when it is told to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ledger_content import content, differing
from ledger_sums import Home
from processes import PATIENCE_S, below, kill
from small_logs import write_small_logs

from tally_tui.demo import write_demo
from tally_tui.ingest import child
from tally_tui.ingest.backlog import read_backlog
from tally_tui.ingest.child import ChildError
from tally_tui.ingest.lock import IngestLock
from tally_tui.ingest.sync import SyncProgress, SyncResult
from tally_tui.ledger.open import open_writer

NOW = 1_795_300_000_000


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    write_small_logs(tmp_path)
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    with patch.dict(os.environ, {**home.environment, "PYTHONPATH": str(Path(__file__).parents[2])}):
        yield home


def test_it_reads_all_and_tells(home: Home, tmp_path: Path) -> None:
    told: list[SyncProgress] = []
    result = read_backlog(told.append, lambda: False)
    assert isinstance(result, SyncResult)
    assert (result.busy, result.cancelled, result.problems) == (False, False, ())
    assert told[-1].phase == "done"
    assert (told[-1].files_done, told[-1].bytes_done) == (told[-1].files_total, told[-1].bytes_total)
    assert result.calls == told[-1].calls > 0
    here = Home(home.claude, home.codex, tmp_path / "here")
    here.sync()
    assert not differing(content(home.data), content(here.data))


def test_cancelled_it_keeps_what_it_read(home: Home, tmp_path: Path) -> None:
    write_demo(tmp_path, NOW, days=6)
    said: list[SyncProgress] = []
    read_backlog(said.append, lambda: bool(said))
    result = read_backlog(lambda _: None, lambda: False)
    assert not result.cancelled
    here = Home(home.claude, home.codex, tmp_path / "here")
    here.sync()
    assert not differing(content(home.data), content(here.data))


def test_another_one_reads(home: Home) -> None:
    home.data.mkdir()
    with IngestLock(home.data / "ingest.lock"):
        assert read_backlog(lambda _: None, lambda: False).busy


def test_a_ledger_that_cannot_be_used_is_told_in_words(home: Home) -> None:
    home.data.mkdir()
    (home.data / "ledger.db").write_bytes(b"This is no database, " * 100)
    with pytest.raises(ChildError) as caught:
        read_backlog(lambda _: None, lambda: False)
    assert "is not a ledger" in str(caught.value)
    assert "What was read is kept" in str(caught.value)
    assert (home.data / "ledger.db").read_bytes().startswith(b"This is no database")


def test_one_that_takes_too_long_to_stop_is_ended_and_that_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow machine a child may not come to saying that it was stopped."""
    (tmp_path / "slow_child.py").write_text(
        "import time\nprint('{\"progress\": {\"phase\": \"reading\"}}', flush=True)\ntime.sleep(600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(child, "GRACE_S", -0.9)
    said: list[SyncProgress] = []
    kinds = SyncProgress, SyncResult
    result = child.have_done("slow_child", kinds, said.append, lambda: bool(said), 0, "It failed: {}")
    assert result.cancelled


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the child in /proc")
def test_killed_it_is_told_and_the_next_goes_on(home: Home, tmp_path: Path) -> None:
    home.sync()
    write_demo(tmp_path, NOW, days=6)
    killed: list[int] = []

    def die(_: SyncProgress) -> None:
        killed.extend(below(os.getpid()))
        kill(killed)

    # Another one writes: however late we hear of its progress, the child cannot have come to its end.
    with closing(open_writer(home.data / "ledger.db")) as db:
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(ChildError, match="goes on from there"):
            read_backlog(die, lambda: False)
        db.execute("ROLLBACK")
    assert killed
    assert not read_backlog(lambda _: None, lambda: False).busy
    here = Home(home.claude, home.codex, tmp_path / "here")
    here.sync()
    assert not differing(content(home.data), content(here.data))


def test_it_ends_cleanly_with_its_input_open(home: Home) -> None:
    """Python aborts when it ends while a thread waits on its standard input: the child must not."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tally_tui.ingest.backlog"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    pipes: list[Any] = [process.stdin, process.stderr]
    try:
        assert process.wait(PATIENCE_S) == 0
        assert pipes[1].read() == b""
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        for pipe in pipes:
            pipe.close()
