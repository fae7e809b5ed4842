"""What log files may be like: nothing that was counted is lost, and nothing is counted twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hazard_logs import ROOT, THREAD_LINES, calls, later, outputs, rollout, skipped, transcript
from ledger_sums import Home
from small_logs import answer, at, prompt, write

from tally_tui.logs import lines as lines_of
from tally_tui.logs import parse as parse_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


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


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's own peak memory")
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
    # Of its own memory: ru_maxrss would begin with that of whoever started it.
    tell = "print(*(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')), "
    tell += "resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run(
        [sys.executable, "-c", reading + tell],
        env={**os.environ, **home.environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert max(map(int, done.stdout.split())) / 1024 < 250
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
