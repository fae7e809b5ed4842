"""The text pass: whatever happens to logs and to the process, the library ends up the same."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest
from small_logs import write_small_logs
from talks import Talks, answered, called, replied, said

from tally_tui.config import Settings
from tally_tui.ingest import filling, index_pass
from tally_tui.ingest.indexing import IndexProgress, library_lock, pending, remove
from tally_tui.library import shards, write
from tally_tui.library.status import status
from tally_tui.logs import message_reading

TOP = Path(__file__).parents[2]
WORDS = "amber brook cedar delta ember fjord grove haven inlet jetty knoll lagoon".split()


@pytest.fixture
def talks(tmp_path: Path) -> Talks:
    return Talks(tmp_path)


def chatter(session: str, messages: int, seed: int = 0) -> list[dict[str, object]]:
    dice = random.Random(f"{session}{seed}")
    lines = []
    for minute in range(0, messages, 3):
        lines.append(said(session, minute, " ".join(dice.choices(WORDS, k=8))))
        lines.append(called(session, minute + 1, "Bash", command=" ".join(dice.choices(WORDS, k=5))))
        lines.append(answered(session, minute + 2, minute + 1, " ".join(dice.choices(WORDS, k=40))))
    return lines


def fresh(talks: Talks, folder: Path) -> list[tuple[object, ...]]:
    """What an undisturbed pass over the same logs gives."""
    other = Talks(folder)
    for name in ("claude", "codex"):
        if (talks.folder / name).exists():
            folder.mkdir(exist_ok=True)
            (folder / name).symlink_to(talks.folder / name)
    other.index()
    return other.content()


def test_what_is_appended_is_found_and_nothing_twice(talks: Talks, tmp_path: Path) -> None:
    talks.write("one-1", said("one-1", 1, "amber"))
    talks.index()
    talks.append("one-1", replied("one-1", 2, "brook"), called("one-1", 3, "Bash", command="cedar"))
    assert talks.index().messages == 2
    # The result is told apart as Bash's, though its call was read a pass before.
    talks.append("one-1", answered("one-1", 4, 3, "delta"))
    talks.index()
    assert [len(talks.found(word)) for word in ("amber", "brook", "cedar", "tool:Bash delta")] == [1, 1, 1, 1]
    assert talks.index().changed is False
    assert talks.content() == fresh(talks, tmp_path / "fresh")


def test_an_unfinished_line_waits_for_its_end(talks: Talks) -> None:
    path = talks.write("one-1", said("one-1", 1, "amber"))
    whole = json.dumps(said("one-1", 2, "brook")).encode() + b"\n"
    with path.open("ab") as log:
        log.write(whole[:40])
    talks.index()
    assert talks.found("brook") == []
    with path.open("ab") as log:
        log.write(whole[40:])
    talks.index()
    assert talks.found("brook") == ["brook"]


def test_a_rewritten_file_is_read_anew_and_its_old_words_are_gone(talks: Talks, tmp_path: Path) -> None:
    talks.write("one-1", *chatter("one-1", 30))
    talks.index()
    assert talks.found("amber")
    path = talks.write("one-1", said("one-1", 1, "only zebra now"))
    os.utime(path, ns=(1, 1))
    talks.index()
    assert talks.found("amber") == []
    assert talks.found("zebra") == ["only zebra now"]
    assert talks.content() == fresh(talks, tmp_path / "fresh")


def test_a_deleted_log_is_still_found_and_says_so(talks: Talks) -> None:
    path = talks.write("one-1", said("one-1", 1, "amber in a file"), replied("one-1", 2, "brook brook"))
    talks.write("two-2", said("two-2", 1, "amber elsewhere"))
    talks.index()
    path.unlink()
    talks.index()
    gone = [hit for hit in talks.ask("amber").hits if hit.gone]
    assert [(hit.session, hit.snippet) for hit in gone] == [("one-1", "")]
    assert len(talks.ask("amber is:gone").hits) == 1
    # What must be verified in the text cannot be, and that is told.
    answer = talks.ask('"amber in a"')
    assert (answer.hits, answer.unreadable) == ((), 1)
    assert status(talks.shards).files_gone == 1
    talks.write("one-1", said("one-1", 1, "amber in a file"), replied("one-1", 2, "brook brook"))
    talks.index()
    assert not any(hit.gone for hit in talks.ask("amber").hits)


def test_a_moved_log_is_not_read_again(talks: Talks) -> None:
    path = talks.write("one-1", said("one-1", 1, "amber in a file"))
    talks.index()
    path.rename(path.with_name("one-2.jsonl"))
    assert talks.index().bytes_read == 0
    assert talks.found("amber") == ["amber in a file"]


def test_a_hit_in_a_file_that_changed_meanwhile_shows_no_wrong_text(talks: Talks) -> None:
    path = talks.write("one-1", said("one-1", 1, "padding"), said("one-1", 2, "amber"))
    talks.index()
    path.write_bytes(b'{"type":"other"}\n' * 50)
    (hit,) = talks.ask("amber").hits
    assert (hit.gone, hit.snippet) == (True, "")


@pytest.mark.parametrize("seed", range(6))
def test_no_order_and_no_interruption_changes_the_content(
    talks: Talks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Stretches, batches, shards and passes of any size, stopped anywhere: the same docs in the end."""
    dice = random.Random(seed)
    write_small_logs(tmp_path)
    for number in range(4):
        talks.write(f"more-{number}", *chatter(f"more-{number}", 40 * number + 12))
    expected = fresh(talks, tmp_path / "fresh")
    assert len(expected) > 300
    monkeypatch.setattr(index_pass, "COLD_FROM", dice.choice([0, 1 << 30]))
    monkeypatch.setattr(index_pass, "HELPER_FROM", 1 << 30)
    monkeypatch.setattr(index_pass, "LOOK_S", dice.choice([0.0, 60.0]))
    monkeypatch.setattr(index_pass, "LOOK_RESTS", 0)
    monkeypatch.setattr(filling, "BATCH_DOCS", dice.choice([1, 7, 100]))
    monkeypatch.setattr(write, "SHARD_DOCS", dice.choice([50, 1000]))
    monkeypatch.setattr(write, "HOT_DOCS", dice.choice([50, 1000]))
    step = dice.choice([300, 2000])
    plain = message_reading.parse_items
    monkeypatch.setattr(
        "tally_tui.ingest.texts.parse_items",
        lambda path, provider, cursor=0, state=b"": plain(path, provider, cursor, state, limit=step),
    )
    for _ in range(500):
        left = dice.randint(1, 12)

        def enough() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        if not talks.index(cancelled=enough).cancelled:
            break
    assert talks.content() == expected
    everywhere = talks.ask("role:user", limit=1000).hits
    times = [hit.time_ms for hit in everywhere]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("kills", [1, 2, 3])
def test_a_killed_process_loses_nothing_and_repeats_nothing(talks: Talks, tmp_path: Path, kills: int) -> None:
    for number in range(6):
        talks.write(f"more-{number}", *chatter(f"more-{number}", 900))
    expected = fresh(talks, tmp_path / "fresh")
    program = (
        "from tally_tui.ingest import index_pass, indexing, filling; index_pass.COLD_FROM = index_pass.HELPER_FROM = 0;"
        "filling.BATCH_DOCS = 40; from tally_tui.config import Settings;"
        "indexing.index(Settings(), progress=lambda told: print(told.messages, flush=True))"
    )
    environment = {**os.environ, **talks.environment, "PYTHONPATH": str(TOP)}
    for number in range(kills):
        child = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
        assert child.stdout is not None
        for _ in range(2 + number):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    # A second process of the killed one holds the lock until it has put its last batch away.
    deadline = time.monotonic() + 180
    while talks.index(wait=5).busy and time.monotonic() < deadline:
        pass
    assert talks.content() == expected
    for path in shards.shard_paths(talks.shards):
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)
            db.execute("INSERT INTO words (words) VALUES ('integrity-check')")


def test_two_processes_share_a_backlog(talks: Talks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    for number in range(4):
        talks.write(f"more-{number}", *chatter(f"more-{number}", 90))
    expected = fresh(talks, tmp_path / "fresh")
    monkeypatch.setattr(index_pass, "COLD_FROM", 0)
    monkeypatch.setattr(index_pass, "HELPER_FROM", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    result = talks.index()
    assert (result.files_read, result.cancelled) == (4, False)
    assert len(shards.shard_paths(talks.shards)) == 2
    assert talks.content() == expected
    hits = [hit.time_ms for hit in talks.ask("amber", limit=1000).hits]
    assert hits == sorted(hits, reverse=True)


@pytest.mark.parametrize("helped", [False, True])
def test_what_is_appended_while_a_backlog_is_read_need_not_wait_for_its_end(
    talks: Talks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helped: bool
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TOP))
    for number in range(12):
        path = talks.write(f"more-{number}", *chatter(f"more-{number}", 60))
        os.utime(path, (number, number))
    monkeypatch.setattr(index_pass, "COLD_FROM", 1 << 16)
    monkeypatch.setattr(index_pass, "HELPER_FROM", 0 if helped else 1 << 40)
    monkeypatch.setattr(index_pass, "LOOK_S", 0.0)
    monkeypatch.setattr(index_pass, "LOOK_RESTS", 0)
    monkeypatch.setattr(filling, "BATCH_DOCS", 20)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    found: list[int] = []

    def told(progress: IndexProgress) -> None:
        if progress.files_done == 0 or progress.phase != "indexing":
            return
        if not found:
            # The newest log is read first.
            talks.append("more-11", said("more-11", 990, "zebra"))
            talks.write("new-0", said("new-0", 991, "zebra in a new one"))
        found.append(len(talks.found("zebra")))

    monkeypatch.setattr(index_pass.Pass, "_progress", lambda self, phase, now=False: told(progress_of(self, phase)))
    assert not talks.index(progress=lambda _: None).cancelled
    assert helped or 2 in found[:-1]
    talks.index()
    assert len(talks.found("zebra")) == 2
    assert talks.content() == fresh(talks, tmp_path / "fresh")


def progress_of(a_pass: index_pass.Pass, phase: str) -> IndexProgress:
    return IndexProgress(phase=phase, files_done=a_pass._done.files)


def test_a_second_process_that_dies_is_made_up_for(
    talks: Talks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        talks.write(f"more-{number}", *chatter(f"more-{number}", 30))
    expected = fresh(talks, tmp_path / "fresh")
    monkeypatch.setattr(index_pass, "COLD_FROM", 0)
    monkeypatch.setattr(index_pass, "HELPER_FROM", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(filling.sys, "executable", "/bin/false")
    result = talks.index()
    assert (result.files_read, result.cancelled) == (4, False)
    assert talks.content() == expected


def test_one_process_at_a_time(talks: Talks) -> None:
    talks.write("one-1", said("one-1", 1, "amber"))
    with patch.dict(os.environ, talks.environment):
        lock = library_lock()
        assert lock.acquire()
        try:
            assert talks.index().busy
            assert remove() is None
        finally:
            lock.release()
        assert pending(Settings()).files == 1
        assert not talks.index().busy
        left = pending(Settings())
        assert (left.files, left.bytes) == (0, 0)
        assert left.log_bytes == sum(path.stat().st_size for path in talks.project.iterdir())


def test_deleted_and_all_comes_back(talks: Talks) -> None:
    talks.write("one-1", *chatter("one-1", 30))
    talks.index()
    before = talks.content()
    with patch.dict(os.environ, talks.environment):
        assert remove() == 1
    assert talks.ask("amber").hits == ()
    talks.index()
    assert talks.content() == before
    talks.index(rebuild=True)
    assert talks.content() == before


@pytest.mark.parametrize("harm", [b"", b"no database at all", None])
def test_a_damaged_shard_is_made_anew(talks: Talks, harm: bytes | None) -> None:
    talks.write("one-1", *chatter("one-1", 30))
    talks.index()
    before = talks.content()
    (path,) = shards.shard_paths(talks.shards)
    if harm is None:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA user_version = 99")
    else:
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        path.write_bytes(harm)
    talks.index()
    assert talks.content() == before


def test_the_library_is_for_its_owner_only(talks: Talks) -> None:
    talks.write("one-1", said("one-1", 1, "amber"))
    talks.index()
    assert talks.shards.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in talks.shards.iterdir()} == {0o600}


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(talks: Talks) -> None:
    talks.write("one-1", said("one-1", 1, "amber"))
    bad = talks.folder / "codex" / "sessions" / "rollout-2026-03-01T00-00-00-x.jsonl.zst"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"not compressed")
    result = talks.index()
    assert len(result.problems) == 1
    assert str(bad) in result.problems[0]
    assert talks.found("amber") == ["amber"]


def test_a_child_process_does_it_and_can_be_stopped(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.ingest.indexing_child import index_in_child

    for name, value in (talks.environment | {"PYTHONPATH": str(TOP)}).items():
        monkeypatch.setenv(name, value)
    for number in range(3):
        talks.write(f"more-{number}", *chatter(f"more-{number}", 60))
    phases: list[str] = []
    result = index_in_child(lambda progress: phases.append(progress.phase), lambda: False)
    assert (result.files_read, result.cancelled) == (3, False)
    assert phases[-1] == "done"
    assert talks.found("amber")
    talks.append("more-0", said("more-0", 999, "zebra"))
    stopped = index_in_child(lambda _: None, lambda: True)
    assert stopped.cancelled or talks.found("zebra")


def test_a_child_that_fails_says_why(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.ingest.child import ChildError
    from tally_tui.ingest.indexing_child import index_in_child

    for name, value in (talks.environment | {"PYTHONPATH": str(TOP)}).items():
        monkeypatch.setenv(name, value)
    talks.write("one-1", said("one-1", 1, "amber"))
    talks.shards.parent.mkdir(parents=True)
    talks.shards.write_text("in the way")
    with pytest.raises(ChildError, match="What was indexed is kept"):
        index_in_child(lambda _: None, lambda: False)
