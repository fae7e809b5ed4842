"""What happens to the ledger: a full disk, one that cannot be written, a damaged file."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hazard_logs import ROOT, calls, outputs, transcript
from ledger_content import content, differing
from ledger_sums import Home
from processes import until
from small_logs import answer, write, write_small_logs

from tally_tui.config import Settings
from tally_tui.ingest import sync as syncing
from tally_tui.ledger.open import LedgerError
from tally_tui.ledger.verify import differences
from tally_tui.source import LedgerSource
from tally_tui.store import Phase, SyncStatus
from tally_tui.trouble import Trouble
from tally_tui.widgets.sync_line import told


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


def tally(home: Home, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    program = f"import sys; {before or None}; sys.argv = ['tally-tui', *{list(words)!r}]; from tally_tui.__main__ import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **home.environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_full_disk_loses_nothing(home: Home) -> None:
    """The largest file that may be written is a limit that SQLite meets as a full disk."""
    write_small_logs(Path(home.claude).parent)
    path = transcript(home)
    write(path, [answer("s1", f"m{number}", number, 1) for number in range(3_000)])
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"
    done = tally(home, "sync", "--accounting-only", before=limit)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "is kept" in done.stderr
    done = tally(home, "sync", "--accounting-only", "--verify")
    assert (done.returncode, done.stderr) == (0, "")
    again = Home(home.claude, home.codex, home.data.parent / "again")
    again.sync()
    assert not differing(content(home.data), content(again.data))


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounts a small disk")
def test_a_disk_that_really_is_full(home: Home) -> None:
    write_small_logs(Path(home.claude).parent)
    write(transcript(home), [answer("s1", f"m{number}", number, 1) for number in range(8_000)])
    home.data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(home.data)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        done = tally(home, "sync", "--accounting-only")
        assert done.returncode == 1
        assert f"The disk that holds {home.data / 'ledger.db'} is full" in done.stderr
        subprocess.run(["mount", "-o", "remount,size=64m", str(home.data)], check=True)
        assert tally(home, "sync", "--accounting-only", "--verify").returncode == 0
        found = content(home.data)
    finally:
        subprocess.run(["umount", str(home.data)], check=True)
    again = Home(home.claude, home.codex, home.data.parent / "again")
    again.sync()
    assert not differing(found, content(again.data))


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounts a small disk")
def test_a_disk_that_may_not_be_written(home: Home) -> None:
    """New lines cannot be taken up; what is there can still be asked for, and nothing is lost."""
    write(transcript(home), calls(1))
    home.data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(home.data)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        assert tally(home, "sync", "--accounting-only").returncode == 0
        write(transcript(home), calls(1, 2))
        subprocess.run(["mount", "-o", "remount,ro", str(home.data)], check=True)
        done = tally(home, "sync", "--accounting-only")
        assert done.returncode == 1
        assert str(home.data) in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,rw", str(home.data)], check=True)
        assert tally(home, "sync", "--accounting-only").returncode == 0
        assert (home.sums().calls, outputs(home)) == (2, 3)
    finally:
        subprocess.run(["umount", str(home.data)], check=True)


def test_a_full_disk_under_a_running_program(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same ingestor goes on when there is room: what its memory held ahead of the ledger is forgotten."""
    write_small_logs(Path(home.claude).parent)
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    signal_before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with syncing.Ingestor(Settings()) as ingestor:
        import signal

        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, signal_before[1]))
        try:
            with pytest.raises(LedgerError, match="kept"):
                ingestor.run()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, signal_before)
            signal.signal(signal.SIGXFSZ, handler)
        ingestor.run()
        assert differences(ingestor.db) == []
    again = Home(home.claude, home.codex, home.data.parent / "again")
    again.sync()
    assert not differing(content(home.data), content(again.data))


@pytest.mark.parametrize("what", ["a file in its place", "no ledger", "damaged"])
def test_a_ledger_that_cannot_be_used(home: Home, what: str) -> None:
    write_small_logs(Path(home.claude).parent)
    if what == "a file in its place":
        home.data.write_text("no folder")
    elif what == "no ledger":
        home.data.mkdir()
        (home.data / "ledger.db").write_text("some text that is longer than a header " * 100)
    else:
        home.sync()
        raw = bytearray((home.data / "ledger.db").read_bytes())
        raw[4096 : len(raw)] = os.urandom(len(raw) - 4096)
        (home.data / "ledger.db").write_bytes(raw)
    kept = {path: path.read_bytes() for path in [home.data, home.data / "ledger.db"] if path.is_file()}
    done = tally(home, "sync", "--accounting-only")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(home.data) in done.stderr
    assert {path: path.read_bytes() for path in kept} == kept


def test_the_app_tries_again_when_asked(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in the way is told, and after it is gone one key reads on."""
    write(transcript(home), calls(1, 2))
    home.data.mkdir()
    (home.data / "ledger.db").write_text("no ledger " * 1_000)
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    phases: list[Phase] = []
    source = LedgerSource(Settings())
    source.start(lambda news: phases.append(news.phase) if isinstance(news, SyncStatus) else None)
    try:
        until(lambda: Phase.FAILED in phases, "it says what is in the way")
        (home.data / "ledger.db").unlink()
        source.sync()
        until(lambda: Phase.DONE in phases, "it has read")
    finally:
        source.stop()
    assert outputs(home) == 3


def test_a_data_folder_that_is_none_is_told_without_saying_anything_twice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.data.write_text("no folder")
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    troubles: list[Trouble] = []
    source = LedgerSource(Settings())
    source.start(lambda news: troubles.append(news.trouble) if isinstance(news, SyncStatus) and news.trouble else None)
    try:
        until(lambda: bool(troubles), "it says what is in the way")
    finally:
        source.stop()
    words = told(troubles[0])
    assert "set TALLY_DATA_DIR" in words and words.endswith("Press r to try again.")
    assert words.count("is kept") == 1
