"""What happens to log files: nothing that was counted is lost, and nothing is counted twice."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard
from ledger_content import content, differing
from ledger_sums import Home
from processes import until
from small_logs import Line, answer, at, count, meta, prompt, turn, write, write_small_logs

from tally_tui.config import Settings
from tally_tui.ingest import sync as syncing
from tally_tui.ledger.open import LedgerError
from tally_tui.ledger.verify import differences
from tally_tui.logs import lines as lines_of
from tally_tui.logs import parse as parse_of
from tally_tui.source import LedgerSource
from tally_tui.store import Phase, SyncStatus

ROOT = Path(__file__).parents[2]
THREAD = "01900001-0000-7000-8000-000000000001"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


def transcript(home: Home, session: str = "s1", folder: str = "-work") -> Path:
    path = Path(home.claude) / "projects" / folder / f"{session}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def rollout(home: Home, folder: str = "sessions/2026/03/01") -> Path:
    path = Path(home.codex) / folder / f"rollout-2026-03-01T00-10-00-{THREAD}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def calls(*numbers: int, session: str = "s1") -> list[Line | bytes]:
    return [answer(session, f"m{number}", number, number) for number in numbers]


THREAD_LINES: list[Line | bytes] = [
    meta(THREAD, 10), turn(11, "t1"), *(count(11 + n, (100 * n, 0, 10 * n), (100, 0, 10)) for n in range(1, 6))
]  # fmt: skip


def outputs(home: Home) -> int:
    return home.sums().output


def total(*numbers: int) -> int:
    return sum(numbers)


def skipped(home: Home) -> dict[str, int]:
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        return {f"{kind}:{name}": lines for kind, name, lines in db.execute("SELECT kind, name, sum(lines) FROM skipped GROUP BY 1, 2")}


def later(path: Path) -> None:
    """A file's next time stamp, where the clock of the file system is coarse."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


# -- lines


@pytest.mark.parametrize(
    "around",
    [
        lambda line: b"\0" * 4096 + line + b"\n",
        lambda line: b"\0" * 17 + b"\n" + line + b"\n",
        lambda line: b"\n\n  \n\r\n" + line + b"\r\n",
        lambda line: b"\xef\xbb\xbf" + line + b"\n",
        lambda line: b'{"type":"assistant","mess' + b"\n" + line + b"\n",
        lambda line: b'{"type":"assistant","mess' + b"\0" * 300 + line + b"\n",
        lambda line: line,
        lambda line: line + b"\0\0\0",
        lambda line: b"   " + line + b"  \n",
        lambda line: b'"a string"\n[1,2]\nnull\n12\ntrue\n' + line + b"\n",
        lambda line: b"\xff\xfe\x00\x01\xc3\x28\n" + line + b"\n",
    ],
    ids=["nul", "nul line", "blank", "bom", "torn", "torn and glued", "open end", "padded end", "spaces", "not objects", "bytes"],
)  # fmt: skip
def test_what_lies_around_a_line(home: Home, around: Any) -> None:
    line = json.dumps(answer("s1", "m2", 2, 20)).encode()
    path = transcript(home)
    write(path, calls(1))
    path.write_bytes(path.read_bytes() + around(line))
    home.sync()
    assert (home.sums().calls, outputs(home)) == (2, 21)
    with path.open("ab") as log:
        log.write((b"" if path.read_bytes().endswith(b"\n") else b"\n") + json.dumps(answer("s1", "m3", 3, 300)).encode() + b"\n")
    home.sync()
    assert (home.sums().calls, outputs(home)) == (3, 321)


def test_a_torn_line_waits_and_then_counts(home: Home) -> None:
    path = transcript(home)
    write(path, calls(1, 2))
    whole = path.read_bytes()
    for cut in range(len(whole) - 40, len(whole), 7):
        path.write_bytes(whole[:cut])
        home.sync()
        assert outputs(home) == 1
    path.write_bytes(whole)
    later(path)
    home.sync()
    assert outputs(home) == 3
    assert skipped(home) == {}


def test_a_line_as_long_as_a_book_in_flat_memory(home: Home) -> None:
    """50 MB in one line, and 60 MB of lines after it; read by a process whose memory is looked at."""
    path = transcript(home)
    long = answer("s1", "m1", 1, 10)
    long["message"]["content"] = [{"type": "text", "text": "BOOK"}]
    with path.open("wb") as log:
        head, _, tail = json.dumps(long).encode().partition(b"BOOK")
        log.write(head)
        for _ in range(50):
            log.write(b"x" * (1 << 20))
        log.write(tail + b"\n")
        filler = json.dumps(prompt("s1", 2, "y" * (1 << 20))).encode() + b"\n"
        for _ in range(60):
            log.write(filler)
        log.write(json.dumps(answer("s1", "m2", 3, 20)).encode() + b"\n")
    reading = "import resource; from tally_tui.config import Settings; from tally_tui.ingest.sync import sync; sync(Settings());"
    tell = "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run(
        [sys.executable, "-c", reading + tell],
        env={**os.environ, **home.environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert max(map(int, done.stdout.split())) / (1024 if sys.platform != "darwin" else 1 << 20) < 250
    assert outputs(home) == 30


def test_a_line_too_long_is_passed_over_and_counted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (lines_of, parse_of):
        monkeypatch.setattr(module, "MAX_LINE", 2_000)
    path = transcript(home)
    write(path, [*calls(1), prompt("s1", 2, "z" * 5_000), *calls(3)])
    with path.open("ab") as log:
        log.write(b'{"type":"user","message":"' + b"z" * 3_000)
    home.sync()
    assert outputs(home) == 4
    assert skipped(home) == {"unreadable:too long": 1}
    with path.open("ab") as log:
        log.write(b'"}\n' + json.dumps(answer("s1", "m5", 5, 50)).encode() + b"\n")
    home.sync()
    assert outputs(home) == 54
    assert skipped(home) == {"unreadable:too long": 2}


def test_unknown_and_unreadable_are_counted_by_name(home: Home) -> None:
    write(transcript(home), [*calls(1), {"type": "brand-new", "timestamp": at(1)}, {"type": "brand-new"}, b'{"torn', {"x": 1}])
    write(rollout(home), [*THREAD_LINES, {"type": "new_thing"}, {"type": "event_msg", "payload": {"type": "new_event"}}, b"]", {"type": "turn_context", "payload": 3}])
    home.sync()
    assert skipped(home) == {
        "unknown:brand-new": 2, "unknown:no type": 1, "unreadable:not JSON": 2,
        "unknown:new_thing": 1, "unknown:event new_event": 1, "unreadable:bad turn_context": 1,
    }  # fmt: skip
    home.sync()
    assert sum(skipped(home).values()) == 8


# -- files


def test_cut_short_and_written_on(home: Home) -> None:
    path = transcript(home)
    write(path, calls(1, 2, 3))
    home.sync()
    write(path, calls(1))
    home.sync()
    assert outputs(home) == 6, "what the file no longer says was spent all the same"
    write(path, calls(1, 4))
    home.sync()
    assert outputs(home) == 10


def test_rewritten_with_other_content_of_the_same_beginning(home: Home) -> None:
    """The first 4 KiB as before, the rest another and longer: a cursor alone would land in the middle of it."""
    path = transcript(home)
    head = [prompt("s1", 0, "Make the lamp blink. " * 300)]
    write(path, [*head, *calls(1, 2)])
    home.sync()
    write(path, [*head, prompt("s1", 1, "summed up " * 40), *calls(3, 4, 5, 6)])
    later(path)
    home.sync()
    assert outputs(home) == total(1, 2, 3, 4, 5, 6)
    write(path, [*head, *calls(6, 7)])
    home.sync()
    assert outputs(home) == total(1, 2, 3, 4, 5, 6, 7)


def test_replaced_by_another_file(home: Home) -> None:
    path = transcript(home)
    write(path, calls(1, 2))
    home.sync()
    write(path.with_suffix(".new"), calls(2, 3))
    path.with_suffix(".new").replace(path)
    home.sync()
    assert (outputs(home), home.sums().calls) == (6, 3)


@pytest.mark.parametrize("rebuild", [False, True])
def test_deleted_and_there_again(home: Home, rebuild: bool) -> None:
    path = transcript(home)
    write(path, calls(1, 2))
    write(rollout(home), THREAD_LINES)
    raw = path.read_bytes()
    home.sync()
    before = content(home.data)
    path.unlink()
    shutil.rmtree(home.codex)
    home.sync(rebuild=rebuild)
    assert not differing(content(home.data), before)
    path.write_bytes(raw)
    write(rollout(home), THREAD_LINES)
    home.sync(rebuild=rebuild)
    assert not differing(content(home.data), before)


def test_a_rebuild_keeps_what_a_rewritten_file_no_longer_says(home: Home) -> None:
    path = transcript(home)
    write(path, calls(1, 2, 3))
    home.sync()
    write(path, calls(3, 4))
    home.sync()
    home.sync(rebuild=True)
    assert outputs(home) == 10
    write(path, calls(5))
    home.sync(rebuild=True)
    assert outputs(home) == 15


def test_a_rebuild_keeps_what_cannot_be_read_any_more(home: Home) -> None:
    """Its beginning is as it was, further on it is damaged: nothing is taken out before it can be put in again."""
    packed = rollout(home).with_suffix(".jsonl.zst")
    raw = b"".join(json.dumps(line).encode() + b"\n" for line in [*THREAD_LINES, prompt("x", 1, os.urandom(300_000).hex())] if isinstance(line, dict))
    whole = zstandard.compress(raw)
    packed.write_bytes(whole)
    home.sync()
    assert home.sums().calls == 5
    packed.write_bytes(whole[: len(whole) // 2] + b"\xaa" * (len(whole) // 2))
    later(packed)
    result = home.sync(rebuild=True)
    assert home.sums().calls == 5
    assert any(str(packed) in problem for problem in result.problems)


@pytest.mark.parametrize("step", ["archive", "rename", "compress", "archive and compress"])
def test_a_rollout_that_moves(home: Home, step: str) -> None:
    """Archived, renamed or compressed: the same calls, and it grows on from where it was."""
    path = rollout(home)
    write(path, THREAD_LINES[:5])
    home.sync()
    assert home.sums().calls == 3
    target = {
        "archive": rollout(home, "archived_sessions"),
        "rename": path.with_name("rollout-renamed.jsonl"),
        "compress": path.with_name(path.name + ".zst"),
        "archive and compress": rollout(home, "archived_sessions").with_name(path.name + ".zst"),
    }[step]
    if target.suffix == ".zst":
        target.write_bytes(zstandard.compress(path.read_bytes()))
        path.unlink()
    else:
        path.rename(target)
    home.sync()
    assert (home.sums().calls, home.sums().duplicates) == (3, {})
    if target.suffix == ".zst":
        target.write_bytes(zstandard.compress(b"".join(json.dumps(line).encode() + b"\n" for line in THREAD_LINES if isinstance(line, dict))))
    else:
        write(target, THREAD_LINES)
    later(target)
    home.sync()
    assert (home.sums().calls, home.sums().duplicates) == (5, {})


def test_plain_and_compressed_side_by_side_and_in_the_archive(home: Home) -> None:
    path = rollout(home)
    write(path, THREAD_LINES)
    path.with_name(path.name + ".zst").write_bytes(zstandard.compress(path.read_bytes()))
    shutil.copy(path, rollout(home, "archived_sessions"))
    home.sync()
    assert (home.sums().calls, home.sums().duplicates) == (5, {"archive": 5})
    path.unlink()
    home.sync()
    assert home.sums().calls == 5


def test_a_compressed_log_that_is_cut_off_is_read_as_far_as_it_goes(home: Home) -> None:
    path = rollout(home)
    packed = path.with_name(path.name + ".zst")
    pieces = [zstandard.compress(json.dumps(line).encode() + b"\n") for line in THREAD_LINES if isinstance(line, dict)]
    packed.write_bytes(b"".join(pieces[:5]) + pieces[5][:20])
    home.sync()
    assert home.sums().calls == 3
    packed.write_bytes(b"".join(pieces))
    home.sync()
    assert home.sums().calls == 5


def test_a_compressed_log_that_is_damaged_gives_what_stands_before(home: Home) -> None:
    path = rollout(home)
    packed = path.with_name(path.name + ".zst")
    pieces = [zstandard.compress(json.dumps(line).encode() + b"\n") for line in THREAD_LINES if isinstance(line, dict)]
    packed.write_bytes(b"".join(pieces[:5]) + b"this is no frame" * 10)
    result = home.sync()
    assert home.sums().calls == 3
    assert any(str(packed) in problem for problem in result.problems)
    assert not home.sync().problems, "told once, until it is another file"
    packed.write_bytes(b"".join(pieces))
    home.sync()
    assert home.sums().calls == 5


def test_no_zstandard_at_all(home: Home) -> None:
    packed = rollout(home).with_name(rollout(home).name + ".zst")
    packed.write_bytes(b"plain text in a compressed file's clothes\n")
    write(transcript(home), calls(1))
    result = home.sync()
    assert home.sums().calls == 1
    assert any(str(packed) in problem for problem in result.problems)


def test_a_drive_that_stops_reading_midway(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read before the error counts, what comes after it counts when the drive gives it."""
    path = rollout(home)
    write(path, THREAD_LINES)
    good = parse_of.lines

    def failing(*arguments: Any) -> Any:
        for number, line in enumerate(good(*arguments)):
            if number == 4:
                raise OSError(5, "Input/output error")
            yield line

    with monkeypatch.context() as patched:
        patched.setattr(parse_of, "lines", failing)
        result = home.sync()
        assert any("Input/output error" in problem for problem in result.problems)
        assert home.sums().calls == 2
    home.sync()
    assert home.sums().calls == 5


def test_gone_between_the_look_and_the_reading(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drive that is away for a moment: the very same file is read when it is back."""
    path = rollout(home)
    write(path, THREAD_LINES[:4])
    home.sync()
    write(path, THREAD_LINES)
    plan = syncing.make_plan

    def planned(*arguments: Any, **options: Any) -> Any:
        found = plan(*arguments, **options)
        path.rename(path.with_suffix(".away"))
        return found

    with monkeypatch.context() as patched:
        patched.setattr(syncing, "make_plan", planned)
        result = home.sync()
    assert any(str(path) in problem for problem in result.problems)
    path.with_suffix(".away").rename(path)
    home.sync()
    assert (home.sums().calls, home.sums().duplicates, home.sums().unobserved) == (5, {}, 0)


def test_folders_and_links_that_lead_nowhere(home: Home) -> None:
    path = transcript(home)
    write(path, calls(1))
    (path.parent / "round").symlink_to(path.parent, target_is_directory=True)
    (path.parent / "folder.jsonl").mkdir()
    (path.parent / "gone.jsonl").symlink_to("/nowhere/at/all.jsonl")
    (path.parent / "self.jsonl").symlink_to("self.jsonl")
    (path.parent / "again.jsonl").symlink_to(path)
    home.sync()
    assert (home.sums().calls, home.sums().duplicates) == (1, {})


def test_a_log_that_grows_while_it_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = transcript(home)
    write(path, calls(1, 2))
    good, more = parse_of.lines, iter([3, 4])

    def growing(*arguments: Any) -> Any:
        for line in good(*arguments):
            number = next(more, None)
            if number is not None:
                with path.open("ab") as log:
                    log.write(json.dumps(answer("s1", f"m{number}", number, number)).encode() + b"\n")
            yield line

    monkeypatch.setattr(parse_of, "lines", growing)
    home.sync()
    home.sync()
    assert (home.sums().calls, outputs(home)) == (4, 10)


# -- the ledger's own disk


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
