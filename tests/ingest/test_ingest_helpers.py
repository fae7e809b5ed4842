"""Helper processes: what they bring is what reading here brings, whatever happens to them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from processes import PATIENCE_S, kill
from small_logs import write_small_logs

from tally_tui.ingest import parsing
from tally_tui.ingest.helper import LENGTH, Order
from tally_tui.ingest.parsing import Parsed, parse_in_place, parse_with_helpers
from tally_tui.ingest.plan import Job, make_plan
from tally_tui.logs.discover import discover
from tally_tui.logs.records import encode
from tally_tui.model import Provider
from tally_tui.paths import Root


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    write_small_logs(tmp_path)
    roots = [Root(Provider.CLAUDE, tmp_path / "claude"), Root(Provider.CODEX, tmp_path / "codex")]
    return make_plan({}, discover(roots)).jobs


def told(found: list[Parsed]) -> dict[str, list[bytes]]:
    """What was said of each file, in order."""
    by_path: dict[str, list[bytes]] = {}
    for parsed in found:
        assert parsed.chunk is not None
        by_path.setdefault(parsed.job.log.path, []).append(encode(parsed.chunk))
    return by_path


def nothing(_: Job) -> bytes:
    return b""


@pytest.fixture
def in_place(jobs: list[Job]) -> dict[str, list[bytes]]:
    return told(list(parse_in_place(jobs, nothing)))


def test_as_in_place(jobs: list[Job], in_place: dict[str, list[bytes]]) -> None:
    assert told(list(parse_with_helpers(jobs, nothing, 2))) == in_place


@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_helper_that_dies_has_its_files_read_here(
    jobs: list[Job], in_place: dict[str, list[bytes]], after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "BUNDLE_FILES", 3)
    crew = crew_of(monkeypatch)
    found = []
    for number, parsed in enumerate(parse_with_helpers(jobs, nothing, 2)):
        found.append(parsed)
        if number == after:
            kill([helper.pid for helper in crew])
    assert told(found) == in_place


def crew_of(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The helpers that are started from now on."""
    crew: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        crew.append(popen(*arguments, **options))
        return crew[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    return crew


def test_all_dead_before_they_answer(
    jobs: list[Job], in_place: dict[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert told(list(parse_with_helpers(jobs, nothing, 3))) == in_place


def test_no_helper_can_be_started(
    jobs: list[Job], in_place: dict[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert told(list(parse_with_helpers(jobs, nothing, 3))) == in_place


def test_leaving_early_leaves_no_helper(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crew_of(monkeypatch)
    stretches = parse_with_helpers(jobs, nothing, 2)
    next(stretches)
    stretches.close()
    assert [helper.returncode is not None for helper in crew] == [True, True]


def test_orders_larger_than_a_pipe_do_not_stop_it(
    jobs: list[Job], in_place: dict[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parser's memory may be large, and pipes small: neither side may wait for the other for ever."""
    monkeypatch.setattr(parsing, "BUNDLE_FILES", 2)
    monkeypatch.setattr(parsing, "_widen", lambda pipe: None)
    padding = b" " * 300_000  # white space around the state, which is JSON

    def state(job: Job) -> bytes:
        return b"{}" + padding

    wanted = told(list(parse_in_place(jobs, state)))
    assert told(list(parse_with_helpers(jobs * 3, state, 1))) == {path: chunks * 3 for path, chunks in wanted.items()}


def test_a_file_that_cannot_be_read_is_told_of_and_the_others_are_read(
    jobs: list[Job], in_place: dict[str, list[bytes]]
) -> None:
    lost = jobs[2].log.path
    Path(lost).unlink()
    found = list(parse_with_helpers(jobs, nothing, 2))
    (problem,) = [parsed for parsed in found if parsed.chunk is None]
    assert problem.job.log.path == lost
    assert lost in (problem.problem or "")
    assert told([parsed for parsed in found if parsed.chunk]) == {
        path: chunks for path, chunks in in_place.items() if path != lost
    }


@pytest.mark.parametrize("busy", [False, True])
def test_it_ends_when_whoever_started_it_does(jobs: list[Job], busy: bool) -> None:
    """Its standard input closes: idle, or with more to say than anybody reads."""
    import msgspec

    helper = subprocess.Popen(
        [sys.executable, "-m", "tally_tui.ingest.helper"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert helper.stdin is not None
    if busy:
        job = max(jobs, key=lambda job: job.log.size)
        orders = msgspec.msgpack.encode([Order(job.log.path, int(job.log.provider), 0, b"", 0)] * 500)
        helper.stdin.write(LENGTH.pack(len(orders)) + orders)
    helper.stdin.close()
    assert helper.wait(PATIENCE_S) == 0
    assert helper.stderr is not None
    assert helper.stderr.read() == b""
    for pipe in (helper.stdout, helper.stderr):
        assert pipe is not None
        pipe.close()
