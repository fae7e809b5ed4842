"""What happens to log files: nothing that was counted is lost, and nothing is counted twice."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hazard_logs import THREAD_LINES, calls, later, outputs, rollout, transcript
from ledger_content import content, differing
from ledger_sums import Home
from small_logs import answer, prompt, write

from tally_tui.ingest import sync as syncing
from tally_tui.logs import parse as parse_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


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
    assert outputs(home) == 21
    write(path, [*head, *calls(6, 7)])
    home.sync()
    assert outputs(home) == 28


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
