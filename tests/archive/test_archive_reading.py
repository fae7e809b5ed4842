"""A session whose log is gone is read, found and exported from the archive, and says so; nothing is counted twice."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from archive_home import MAIN, OTHER, THREAD, Kept
from ledger_content import content as content_of

from tally_tui.exports.json import document
from tally_tui.exports.markdown import markdown
from tally_tui.library.reader import Library
from tally_tui.logs.message_reading import parse_items
from tally_tui.model import Provider
from tally_tui.query import LEDGER, LIBRARY, parse
from tally_tui.reports.conversation import NoLogError
from tally_tui.reports.search import search
from tally_tui.reports.search_answers import SearchHit
from tally_tui.reports.sessions import sessions
from tally_tui.reports.transcripts import Reading, Transcript

UTC = ZoneInfo("UTC")
DELETED = "from the archive; the log was deleted"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept.made(tmp_path)


def delete(kept: Kept, name: str = MAIN) -> None:
    """As its agent does it: the log and the folder beside it."""
    import shutil

    kept.log.with_name(f"{name}.jsonl").unlink()
    shutil.rmtree(kept.log.with_name(name), ignore_errors=True)


def reading(kept: Kept, name: str = MAIN) -> Transcript:
    with kept.db() as db:
        told = Reading(Provider.CLAUDE, name)
        told.more(db)
        return told.told


def found(kept: Kept, words: str) -> tuple[SearchHit, ...]:
    with kept.db() as db, Library(kept.home.data / "library") as library:
        return search(library, db, parse(words, now=0, tz=UTC, allow=LIBRARY)).hits


def told(transcript: Transcript) -> list[object]:
    return [
        (each.item.kind, each.item.text, each.level, each.spent, each.until_here, each.result and each.result.text)
        for each in transcript.entries
    ]


@pytest.mark.parametrize("synced", [True, False], ids=["synced", "not yet synced"])
def test_a_deleted_log_is_read_from_the_archive_and_says_so(kept: Kept, synced: bool) -> None:
    before, text = reading(kept), "".join(markdown(kept.read(), UTC, str))
    kept.keep(MAIN)
    assert (before.from_archive, reading(kept).from_archive) == ("", "")
    delete(kept)
    if synced:
        kept.home.sync()
    after = reading(kept)
    assert after.from_archive == DELETED
    assert told(after) == told(before)
    assert after.spent == before.spent
    whole = kept.read()
    assert whole.from_archive == DELETED
    again = "".join(markdown(whole, UTC, str))
    assert f"- source: {DELETED}\n" in again
    assert again.replace(f"- source: {DELETED}\n", "") == text
    assert document(whole, lambda value: value)["from_archive"] is True


def test_without_an_archive_it_is_gone(kept: Kept) -> None:
    delete(kept)
    kept.home.sync()
    with pytest.raises(NoLogError, match="tally-tui archive"):
        kept.read()


def test_a_log_that_was_cut_is_read_from_the_archive(kept: Kept) -> None:
    before = reading(kept)
    kept.keep(MAIN)
    kept.log.write_bytes(kept.log.read_bytes()[:900])
    kept.home.sync()
    after = reading(kept)
    assert after.from_archive == "from the archive; the log was cut"
    assert [each.item.text for each in after.entries] == [each.item.text for each in before.entries]


def test_a_log_that_goes_while_it_is_read_stays_on_the_screen(kept: Kept) -> None:
    kept.keep(MAIN)
    with kept.db() as db:
        read = Reading(Provider.CLAUDE, MAIN)
        read.more(db)
        before = told(read.told)
        delete(kept)
        kept.home.sync()
        read.more(db)
        assert read.told.from_archive == DELETED
        assert told(read.told) == before
        texts = read.texts(0, len(read.told.entries))
    assert any(item.text.startswith("Two boats") for item, _ in texts.values()) or texts
    place = next(each for each in read.told.entries if each.item.name == "Bash")
    assert read.texts(read.told.entries.index(place), read.told.entries.index(place))


def test_a_copy_is_read_from_the_middle(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.archive import copying

    monkeypatch.setattr(copying, "FRAME", 700)
    kept.keep(MAIN)
    place = str(next(kept.archive.rglob(f"{MAIN}.jsonl.zst")))
    whole = parse_items(str(kept.log), Provider.CLAUDE).items
    pieces, cursor, state = [], 0, b""
    while True:
        chunk = parse_items(place, Provider.CLAUDE, cursor, state, limit=500)
        assert chunk.cursor - cursor < len(kept.log.read_bytes())
        pieces += chunk.items
        cursor, state = chunk.cursor, chunk.state
        if chunk.at_end:
            break
    assert [(each.offset, each.kind, each.text, each.session) for each in pieces] == [
        (each.offset, each.kind, each.text, each.session) for each in whole
    ]


# -- search


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed since", "not indexed since"])
def test_what_was_said_in_a_deleted_log_is_still_found_with_its_words(kept: Kept, indexed: bool) -> None:
    kept.index()
    kept.keep(MAIN)
    before = found(kept, '"four oars"')
    assert [hit.archived for hit in before] == [""] * len(before)
    delete(kept)
    kept.home.sync()
    if indexed:
        kept.index()
    after = found(kept, '"four oars"')
    assert [(hit.snippet, hit.time_ms, hit.session) for hit in after] == [
        (hit.snippet, hit.time_ms, hit.session) for hit in before
    ]
    assert {(hit.archived, hit.gone) for hit in after} == {(DELETED, False)}
    paths = {entry.path for entry in reading(kept).entries}
    assert {hit.file for hit in after} <= paths


def test_the_library_is_made_anew_with_what_is_archived(kept: Kept) -> None:
    kept.keep(MAIN, THREAD)
    delete(kept)
    kept.rollout.unlink()
    kept.home.sync()
    kept.index(rebuild=True)
    assert {hit.archived for hit in found(kept, "boats")} == {DELETED}
    assert {hit.session for hit in found(kept, "Mended")} == {THREAD}
    kept.index()
    assert len(found(kept, "boats")) == len({(hit.file, hit.offset, hit.facet) for hit in found(kept, "boats")})


def test_a_log_that_comes_back_is_indexed_once(kept: Kept) -> None:
    kept.index()
    kept.keep(MAIN)
    hits = [(hit.snippet, hit.offset) for hit in found(kept, "boats")]
    text = kept.log.read_bytes()
    kept.log.unlink()
    kept.index()
    assert [(hit.snippet, hit.offset) for hit in found(kept, "boats")] == hits
    kept.log.write_bytes(text)
    kept.index()
    back = found(kept, "boats")
    assert [(hit.snippet, hit.offset) for hit in back] == hits
    assert {(hit.archived, hit.file.startswith(str(kept.archive))) for hit in back} == {("", False)}


def test_what_a_log_gains_after_it_was_archived_is_indexed(kept: Kept) -> None:
    kept.keep(OTHER)
    kept.index()
    log = kept.log.with_name(f"{OTHER}.jsonl")
    last = log.read_text().splitlines()[0]
    with log.open("a") as out:
        out.write(last.replace("Another day", "A lighthouse").replace('"m-0"', '"m-9"') + "\n")
    kept.index()
    kept.keep(OTHER)
    delete(kept, OTHER)
    kept.home.sync()
    kept.index()
    assert [hit.archived for hit in found(kept, "lighthouse")] == [DELETED]


# -- counting


def test_archiving_changes_no_number(kept: Kept) -> None:
    before, rows = kept.sums(), content_of(kept.home.data)
    kept.keep(MAIN, OTHER, THREAD)
    kept.home.sync()
    kept.home.sync(rebuild=True)
    assert (kept.sums(), content_of(kept.home.data)) == (before, rows)
    delete(kept)
    kept.home.sync()
    kept.home.sync(rebuild=True)
    assert kept.sums() == before


def test_an_archive_below_a_log_folder_is_not_counted_again(tmp_path: Path) -> None:
    import dataclasses

    kept = Kept.made(tmp_path)
    home = dataclasses.replace(kept.home, data=tmp_path / "codex" / "sessions" / "data")
    kept = dataclasses.replace(kept, home=home)
    home.sync()
    before = home.sums()
    with kept.environment():
        from tally_tui.archive.keeping import keep
        from tally_tui.ledger.open import open_reader
        from tally_tui.reports.conversation_files import find_session

        db = open_reader(home.data / "ledger.db")
        keep([find_session(db, THREAD)])
        db.close()
    home.sync()
    after = home.sums()
    assert (after.calls, after.tokens, after.cost) == (before.calls, before.tokens, before.cost)


def test_the_list_knows_what_is_archived_and_when_a_log_will_be_deleted(kept: Kept) -> None:
    import os

    os.utime(kept.log, (1_772_000_000, 1_772_000_000))
    kept.home.sync()
    kept.keep(MAIN)
    with kept.db() as db:
        rows = {row.session: row for row in sessions(db, tz=UTC).rows}
        chosen = sessions(db, tz=UTC, query=parse("is:archived", now=0, tz=UTC, allow=LEDGER)).rows
        others = sessions(db, tz=UTC, query=parse("-is:archived", now=0, tz=UTC, allow=LEDGER)).rows
    assert (rows[MAIN].archived, rows[OTHER].archived) == (True, False)
    assert rows[MAIN].deleted_ms == (1_772_000_000 + 30 * 86_400) * 1000
    assert rows[THREAD].deleted_ms is None
    assert [row.session for row in chosen] == [MAIN]
    assert MAIN not in {row.session for row in others}


@pytest.mark.parametrize(("said", "days"), [('{"cleanupPeriodDays": 9}', 9), ('{"cleanupPeriodDays": 0}', None), ("{", None)])
def test_how_long_logs_are_kept_is_the_agents_to_say(kept: Kept, said: str, days: int | None) -> None:
    (kept.folder / "claude" / "settings.json").write_text(said)
    with kept.db() as db:
        row = next(row for row in sessions(db, tz=UTC).rows if row.session == MAIN)
    at = kept.log.stat().st_mtime_ns // 1_000_000
    assert row.deleted_ms == (None if days is None else at + days * 86_400_000)


def test_what_is_archived_is_nothing_to_warn_of(kept: Kept) -> None:
    import os

    from tally_tui.config import Settings
    from tally_tui.record.firings_calls import retained
    from tally_tui.rules.alerts import Rule

    os.utime(kept.log, (1_772_000_000, 1_772_000_000))
    os.utime(kept.log.with_name(f"{OTHER}.jsonl"), (1_772_000_000, 1_772_000_000))
    kept.home.sync()
    rule, now = Rule.of("retention"), (1_772_000_000 + 29 * 86_400) * 1000

    def warned() -> list[object]:
        with kept.environment(), kept.db() as db:
            return [each.numbers["files"] for each in retained(db, Settings(), rule, now, UTC)]

    assert warned() == [2]
    own = kept.folder / "claude" / "settings.json"
    own.write_text('{"cleanupPeriodDays": 0}')
    assert warned() == []  # never deleted
    own.unlink()
    kept.keep(MAIN)
    assert warned() == [1]
    kept.keep(OTHER)
    assert warned() == []
