"""What a person keeps: whatever the order, whoever writes, nothing of it gets lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tally_tui.ledger import marks
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.model import Provider, Subject

NOW = 1_795_305_600_000
SESSION = Subject("claude", "aaaa", excerpt="Fix the parser")
MESSAGE = Subject("codex", "bbbb", "bbbb:120:0:2", "", "It is fixed now", NOW - 9)

WRITING = """
import sys
from contextlib import closing
from pathlib import Path
from tally_tui.ledger import marks
from tally_tui.ledger.open import open_writer
from tally_tui.model import Subject
name = sys.argv[2]
with closing(open_writer(Path(sys.argv[1]), full=True)) as db:
    for number in range(40):
        both = Subject("claude", f"session-{number}")
        if name == "bookmarks":
            marks.set_bookmark(db, both, True, number)
        else:
            marks.set_note(db, both, f"note {number}", number)
        marks.hide(db, "codex", f"{name}-{number}", True, number)
"""


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "ledger.db"
    open_writer(path).close()
    yield path


def test_a_bookmark_and_a_note_are_two_things_about_one(path: Path) -> None:
    with closing(open_writer(path, full=True)) as db:
        assert marks.set_bookmark(db, MESSAGE, True, NOW) and not marks.set_bookmark(db, MESSAGE, True, NOW + 1)
        marks.set_note(db, MESSAGE, "  look here\n", NOW + 2)
        (kept,) = marks.kept(db)
        assert (kept.bookmarked, kept.note, kept.created_ms, kept.changed_ms) == (True, "look here", NOW, NOW + 2)
        assert kept.subject == MESSAGE
        assert marks.set_bookmark(db, MESSAGE, False, NOW + 3)
        (kept,) = marks.kept(db)
        assert (kept.bookmarked, kept.note) == (False, "look here"), "the note stays"
        marks.set_note(db, MESSAGE, " ", NOW + 4)
        assert marks.kept(db) == ()
        assert not marks.set_bookmark(db, MESSAGE, False, NOW + 5)


def test_all_of_it_is_there_when_the_ledger_is_opened_again(path: Path) -> None:
    with closing(open_writer(path, full=True)) as db:
        marks.set_bookmark(db, SESSION, True, NOW)
        marks.set_note(db, MESSAGE, "two\nlines", NOW + 1)
        marks.hide(db, "codex", "bbbb", True, NOW)
        marks.leave(db, "claude", "aaaa", "aaaa:10:0:1", 3, NOW)
    with closing(open_reader(path)) as db:
        assert [each.subject for each in marks.kept(db)] == [MESSAGE, SESSION], "the newest first"
        assert marks.of_sessions(db) == {(int(Provider.CLAUDE), "aaaa"): (True, "")}
        assert marks.hidden(db) == {(int(Provider.CODEX), "bbbb")}
        assert marks.places(db) == {("claude", "aaaa"): ("aaaa:10:0:1", 3)}


def test_what_is_put_back_is_as_old_as_it_was(path: Path) -> None:
    with closing(open_writer(path, full=True)) as db:
        marks.set_bookmark(db, SESSION, True, NOW)
        marks.set_bookmark(db, MESSAGE, True, NOW + 1)
        marks.set_bookmark(db, SESSION, False, NOW + 2)
        marks.set_bookmark(db, SESSION, True, NOW + 3, created=NOW)
        assert [each.subject for each in marks.kept(db)] == [MESSAGE, SESSION]


def test_a_note_that_is_too_long_leaves_the_one_before(path: Path) -> None:
    with closing(open_writer(path, full=True)) as db:
        marks.set_note(db, SESSION, "short", NOW)
        with pytest.raises(marks.LongNoteError, match=r"holds 4,000 characters; this one has 4,001"):
            marks.set_note(db, SESSION, "x" * 4_001, NOW)
        assert marks.one(db, SESSION) == marks.Kept(SESSION, False, "short", NOW, NOW)


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.characters(), max_size=80), excerpt=st.text(st.characters(), max_size=300))
def test_any_text_is_kept(tmp_path_factory: pytest.TempPathFactory, text: str, excerpt: str) -> None:
    path = tmp_path_factory.mktemp("any") / "ledger.db"
    with closing(open_writer(path, full=True)) as db:
        marks.set_bookmark(db, Subject("claude", "a", "a:1:0:1", excerpt=excerpt), True, NOW)
        marks.set_note(db, SESSION, text, NOW)
        kept = marks.one(db, SESSION)
        wanted = text.strip().encode("utf-8", "replace").decode()
        assert (kept.note if kept else "") == wanted


def test_two_programs_at_once_lose_nothing_of_each_other(path: Path) -> None:
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITING, str(path), name], stderr=subprocess.PIPE)
        for name in ("bookmarks", "notes")
    ]
    for run in runs:
        _, problems = run.communicate(timeout=180)
        assert run.returncode == 0, problems.decode()
    with closing(open_reader(path)) as db:
        kept = {each.subject.session: (each.bookmarked, each.note) for each in marks.kept(db)}
        assert kept == {f"session-{number}": (True, f"note {number}") for number in range(40)}
        assert len(marks.hidden(db)) == 80


def test_only_the_newest_places_are_remembered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "MOST_PLACES", 3)
    with closing(open_writer(path, full=True)) as db:
        for number in range(5):
            marks.leave(db, "claude", f"s{number}", "item", number, NOW + number)
        marks.leave(db, "claude", "s2", "item", 7, NOW + 9)
        assert marks.places(db) == {("claude", f"s{n}"): ("item", 7 if n == 2 else n) for n in (2, 3, 4)}


def test_a_reading_of_all_logs_afresh_leaves_them(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.config import Settings
    from tally_tui.ingest.sync import sync

    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "TALLY_DATA_DIR", "TALLY_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / ("." if name == "TALLY_DATA_DIR" else name)))
    with closing(open_writer(path, full=True)) as db:
        marks.set_bookmark(db, SESSION, True, NOW)
    sync(Settings(), rebuild=True)
    with closing(open_reader(path)) as db:
        assert [each.subject for each in marks.kept(db)] == [SESSION]
