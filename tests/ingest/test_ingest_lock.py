"""One writer at a time, and none that is dead."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tally_tui.ingest.lock import IngestLock, LockError

HOLD = """
import sys
from pathlib import Path
from tally_tui.ingest.lock import IngestLock
if sys.argv[2] == "pid":
    import errno, fcntl
    def refuse(*_): raise OSError(errno.ENOLCK, "No locks available")
    fcntl.flock = refuse
print(IngestLock(Path(sys.argv[1])).acquire(), flush=True)
sys.stdin.read()
"""


class Other:
    """Another process that took, or tried to take, the lock."""

    def __init__(self, path: Path, way: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path), way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert self.process.stdout
        self.got = self.process.stdout.readline().strip() == "True"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture(params=["flock", "pid"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of locking: the kernel's, and that of file systems without it."""
    if request.param == "pid":

        def refuse(*_: object) -> None:
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(fcntl, "flock", refuse)
    return str(request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ingest.lock"


def test_one_at_a_time_and_free_again_when_released(path: Path, way: str) -> None:
    first, second = IngestLock(path), IngestLock(path)
    assert first.acquire()
    assert first.acquire()
    assert first.held
    assert not second.acquire()
    assert not second.acquire(wait=0.01)
    first.release()
    first.release()
    assert not first.held
    assert second.acquire()
    second.release()


def test_another_process_is_kept_out_and_names_the_holder(
    path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TALLY_NOW", "2026-11-22T10:32:05Z")
    with IngestLock(path) as lock:
        other = Other(path, way)
        assert not other.got
        other.kill()
        assert lock.holder() is not None
        assert lock.holder() == IngestLock(path).holder()
        assert str(lock.holder()).startswith(f"process {os.getpid()}, since ")
    assert IngestLock(path).holder() is None


def test_the_dead_writers_lock_is_taken_over(path: Path, way: str) -> None:
    other = Other(path, way)
    assert other.got
    lock = IngestLock(path)
    assert not lock.acquire()
    assert str(lock.holder()).startswith(f"process {other.process.pid}, since ")
    other.kill()
    assert lock.holder() is None
    assert lock.acquire(wait=60)
    assert str(lock.holder()).startswith(f"process {os.getpid()}, since ")
    lock.release()


def test_waiting_gets_the_lock_once_it_is_free(path: Path, way: str) -> None:
    other = Other(path, way)
    lock = IngestLock(path)
    assert not lock.acquire()
    assert other.process.stdin
    other.process.stdin.close()
    assert lock.acquire(wait=60)
    lock.release()
    other.process.wait()


def test_files_are_private(path: Path, way: str) -> None:
    with IngestLock(path):
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
        text = (path if way == "flock" else path.with_name("ingest.lock.pid")).read_text()
        assert json.loads(text)["pid"] == os.getpid()


def test_a_looser_lock_file_is_tightened(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("left by something else\n")
    path.chmod(0o644)
    assert IngestLock(path).holder() is None
    with IngestLock(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_lock_file_deleted_under_its_holder_does_not_confuse_the_next(path: Path) -> None:
    first = IngestLock(path)
    assert first.acquire()
    path.unlink()
    with IngestLock(path) as second:
        assert second.held
        assert not IngestLock(path).acquire()
    first.release()


def test_children_do_not_hold_it_unless_it_is_handed_to_them(path: Path) -> None:
    lock = IngestLock(path)
    assert lock.acquire()
    fd = lock.fileno()
    assert fd is not None
    plain = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    lock.release()
    # The kernel lets the starter go on shortly before it closes the child's copies.
    assert lock.acquire(wait=60)
    plain.communicate(b"\n")

    fd = lock.fileno()
    assert fd is not None
    heir = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[fd])
    lock.release()
    assert not lock.acquire()
    heir.communicate(b"\n")
    assert lock.acquire()
    lock.release()
    assert lock.fileno() is None


def test_a_bare_fork_does_not_keep_it(path: Path, way: str) -> None:
    lock = IngestLock(path)
    assert lock.acquire()
    ready, done = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready[1], b"held" if lock.held else b"free")
        os.read(done[0], 1)
        lock.release()
        os._exit(0)
    assert os.read(ready[0], 4) == b"free"
    assert lock.held
    assert not IngestLock(path).acquire()
    lock.release()
    assert lock.acquire()
    os.write(done[1], b"x")
    os.waitpid(child, 0)
    assert not IngestLock(path).acquire()
    lock.release()
    for fd in (*ready, *done):
        os.close(fd)


def test_what_cannot_be_locked_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LockError, match="TALLY_DATA_DIR"):
        IngestLock(tmp_path / "file" / "ingest.lock").acquire()

    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(LockError, match="Read-only file system"):
        IngestLock(tmp_path / "ingest.lock").acquire()


def test_with_a_lock_that_is_held_is_an_error_that_names_the_holder(path: Path, way: str) -> None:
    with IngestLock(path), pytest.raises(LockError, match=f"process {os.getpid()}, since"), IngestLock(path):
        pass


@pytest.mark.parametrize("text", ["", "no json", '{"pid": 1}', "[]"])
def test_pid_file_of_the_other_way_that_says_nothing_is_kept_while_young(
    path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    path.parent.mkdir()
    pid_path = path.with_name("ingest.lock.pid")
    pid_path.write_text(text)
    assert not IngestLock(path).acquire()
    os.utime(pid_path, (1, 1))
    with IngestLock(path):
        assert json.loads(pid_path.read_text())["pid"] == os.getpid()
    assert [file.name for file in path.parent.iterdir()] == ["ingest.lock"]


def test_pid_file_of_a_reused_number_is_taken_over_and_another_machines_is_not(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    path.parent.mkdir()
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "born": "1", "since": 0}
    pid_path = path.with_name("ingest.lock.pid")
    pid_path.write_text(json.dumps({**owner, "host": "elsewhere"}))
    assert not IngestLock(path).acquire()
    if not Path("/proc/self/stat").exists():
        pytest.skip("this system does not tell when a process started")
    pid_path.write_text(json.dumps(owner))
    with IngestLock(path) as lock:
        assert lock.held
