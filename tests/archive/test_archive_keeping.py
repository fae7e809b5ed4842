"""Sessions copied to the archive: whole, once, for their owner only, and never shortened."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from archive_home import MAIN, OTHER, THREAD, Kept, text_of

from tally_tui.archive import copying
from tally_tui.archive.copying import ArchiveError, copy, place_for
from tally_tui.reports.archive import archive


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept.made(tmp_path)


def test_a_session_is_archived_with_all_that_belongs_to_it_byte_by_byte(kept: Kept) -> None:
    before = kept.originals()
    result = kept.keep(MAIN)
    assert (result.problems, result.sessions, result.files) == ([], 1, 6)
    assert kept.copies() == before
    assert kept.originals() == before
    assert any(path.endswith("tool-results/big.txt") for path in before)
    assert result.size == sum(map(len, before.values()))
    assert result.stored < result.size / 4


def test_what_is_archived_is_not_copied_again(kept: Kept) -> None:
    kept.keep(MAIN)
    assert kept.keep(MAIN).files == 0


def test_a_log_that_has_grown_is_archived_again(kept: Kept) -> None:
    kept.keep(MAIN)
    with kept.log.open("ab") as log:
        log.write(b'{"type": "user"}\n{"torn')
    assert kept.keep(MAIN).files == 1
    assert kept.copies()[str(kept.log)] == kept.log.read_bytes()


@pytest.mark.parametrize("how", ["cut", "emptied", "rewritten"])
def test_a_log_that_was_cut_or_rewritten_never_takes_the_place_of_its_copy(kept: Kept, how: str) -> None:
    whole = kept.log.read_bytes()
    kept.keep(MAIN)
    kept.log.write_bytes({"cut": whole[: len(whole) // 2], "emptied": b"", "rewritten": b"x" * len(whole) * 2}[how])
    result = kept.keep(MAIN)
    assert result.files == 0
    assert result.differing == ([str(kept.log)] if how == "rewritten" else [])
    assert kept.copies()[str(kept.log)] == whole


def test_the_archive_is_for_its_owner_only(kept: Kept) -> None:
    before = os.umask(0)
    try:
        kept.keep(MAIN)
    finally:
        os.umask(before)
    for path in (kept.archive, *kept.archive.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_copy_takes_the_time_of_its_log(kept: Kept) -> None:
    os.utime(kept.log, (1_772_000_000, 1_772_000_000))
    kept.keep(MAIN)
    assert next(kept.archive.rglob(f"{MAIN}.jsonl.zst")).stat().st_mtime == 1_772_000_000


def test_taking_a_session_out_deletes_its_copies_and_their_folders(kept: Kept) -> None:
    kept.keep(MAIN, OTHER)
    result = kept.drop(MAIN)
    assert (result.sessions, result.files) == (1, 6)
    assert list(kept.copies()) == [str(kept.log.with_name(f"{OTHER}.jsonl"))]
    assert [path.name for path in kept.archive.rglob("*") if path.is_file()] == [f"{OTHER}.jsonl.zst"]
    assert kept.log.exists()


def test_what_two_sessions_share_stays_until_both_are_out(kept: Kept) -> None:
    from conversation_logs import FORK

    kept.keep(THREAD, FORK)
    assert list(kept.copies().values()).count(kept.rollout.read_bytes()) == 1
    with kept.db() as db:
        rows = db.execute("SELECT session FROM archived WHERE path = ? ORDER BY 1", (str(kept.rollout),)).fetchall()
    assert rows == [(THREAD,), (FORK,)]
    kept.drop(THREAD)
    assert str(kept.rollout) in kept.copies()
    kept.rollout.unlink()
    kept.home.sync()
    words = [entry.block.item.text for entry in kept.read(FORK).entries]
    assert "Mend the net" in words
    assert "Go on from here" in words


def test_a_compressed_rollout_is_copied_as_it_is(kept: Kept) -> None:
    import zstandard

    plain = kept.rollout
    text = plain.read_bytes()
    packed = plain.with_name(plain.name + ".zst")
    packed.write_bytes(zstandard.compress(text))
    as_it_is = packed.read_bytes()
    kept.keep(THREAD)
    plain.unlink()
    kept.home.sync()
    kept.keep(THREAD)
    packed.unlink()
    kept.home.sync()
    place = kept.archive / place_for("codex", str(packed))
    assert place.read_bytes() == as_it_is
    assert kept.read(THREAD).entries


def test_a_rollout_that_its_agent_moved_is_archived_once(kept: Kept) -> None:
    kept.keep(THREAD)
    moved = kept.folder / "codex" / "archived_sessions" / kept.rollout.name
    moved.parent.mkdir()
    kept.rollout.rename(moved)
    kept.home.sync()
    assert kept.keep(THREAD).files == 1
    names = [path for path in kept.archive.rglob("*.zst") if moved.name in path.name]
    assert [path.parent.name for path in names] == ["archived_sessions"]


# -- what goes wrong


def test_a_full_disk_leaves_nothing_half(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep(OTHER)
    before = kept.copies()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying.os, "fsync", full)
    with pytest.raises(ArchiveError, match="is full") as caught:
        kept.keep(MAIN)
    assert "nothing half was left" in str(caught.value)
    monkeypatch.undo()
    assert kept.parts() == []
    assert kept.copies() == before
    assert kept.keep(MAIN).files == 6


def test_stopping_keeps_what_was_copied_and_goes_on_later(kept: Kept) -> None:
    asked = [0]

    def stopped() -> bool:
        asked[0] += 1
        return asked[0] > 6

    first = kept.keep(MAIN, stopped=stopped)
    assert first.cancelled
    assert 0 < first.files < 6
    assert len(kept.copies()) == first.files
    assert kept.parts() == []
    assert first.files + kept.keep(MAIN).files == 6


def test_a_kill_in_the_middle_leaves_whole_copies_only(kept: Kept) -> None:
    program = f"""
        import os, signal
        from tally_tui.archive import copying, keeping
        from tally_tui.ledger.open import open_reader
        from tally_tui.reports.conversation_files import find_session
        from tally_tui.paths import ledger_path
        real, count = os.fsync, [0]
        def fsync(handle):
            count[0] += 1
            if count[0] == 5:
                os.kill(os.getpid(), signal.SIGKILL)
            real(handle)
        copying.os.fsync = fsync
        keeping.keep([find_session(open_reader(ledger_path()), {MAIN!r})], chosen=True)
    """
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], env={**os.environ, **kept.home.environment}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(kept.parts()) == 1
    whole = {path.read_bytes() for path in kept.log.parent.rglob("*") if path.is_file()}
    assert all(text_of(path) in whole for path in kept.archive.rglob("*.zst"))
    assert kept.keep(MAIN).problems == []
    assert kept.parts() == []
    assert kept.copies() == kept.originals()


def test_a_log_that_shrinks_while_it_is_copied_is_refused(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    real = copying._read

    def cut(source: object, size: int) -> bytes:
        kept.log.write_bytes(b"")
        return real(source, size)

    monkeypatch.setattr(copying, "_read", cut)
    result = kept.keep(MAIN)
    assert any("became shorter" in problem for problem in result.problems)
    assert str(kept.log) not in kept.copies()


# -- hostile names


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31mred", "..", "-rf", "ünïcödé 船", "x" * 250, "é" * 120])
def test_odd_names_are_archived(kept: Kept, name: str) -> None:
    path = kept.log.parent / MAIN / "tool-results" / (name if name != ".." else "..hidden")
    path.write_bytes(name.encode())
    assert kept.keep(MAIN).problems == []
    assert kept.copies()[str(path)] == name.encode()


def test_links_and_pipes_are_left_alone_and_so_are_names_that_no_text_has(kept: Kept, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("no")
    folder = kept.log.parent / MAIN / "tool-results"
    (folder / "link").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_bytes(b"x")
    result = kept.keep(MAIN)
    assert result.files == 6
    assert [problem.rpartition(": ")[2] for problem in result.problems] == ["not archived (its name is not UTF-8)"]
    assert b"no" not in kept.copies().values()


@pytest.mark.parametrize("path", ["/a/../../../etc/passwd", "/x/./y.jsonl", "//a//b.jsonl", "/a/b.jsonl.zst"])
def test_no_copy_lies_outside_the_archive(path: str) -> None:
    place = place_for("claude", path)
    assert not place.startswith("/")
    assert ".." not in Path(place).parts
    assert place.startswith("claude/")


def test_a_copy_reads_as_any_zstandard_file(tmp_path: Path) -> None:
    import zstandard

    log = tmp_path / "x.jsonl"
    log.write_bytes(os.urandom(copying.FRAME * 2) + b"end")
    made = copy(str(log), tmp_path / "kept" / "x.zst", tmp_path / "kept")
    assert made is not None
    assert made.size == log.stat().st_size
    with (tmp_path / "kept" / "x.zst").open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        assert reader.read() == log.read_bytes()
    (tmp_path / "empty").write_bytes(b"")
    copy(str(tmp_path / "empty"), tmp_path / "kept" / "empty.zst", tmp_path / "kept")
    assert text_of(tmp_path / "kept" / "empty.zst") == b""


# -- what is told of it


def test_what_the_archive_holds(kept: Kept) -> None:
    kept.keep(MAIN)
    kept.log.unlink()
    stray = kept.archive / "claude" / "stray.zst"
    stray.write_bytes(b"")
    with kept.db() as db:
        told = archive(db)
    (session,) = told.sessions
    assert (session.provider, session.session, session.files, session.files_gone) == ("claude", MAIN, 6, 1)
    assert session.title == "Count the boats"
    assert told.unknown_files == 1
    assert told.stored == sum(path.stat().st_size for path in kept.archive.rglob("*") if path.is_file())
    assert (told.size, told.files) == (session.size, 6)
