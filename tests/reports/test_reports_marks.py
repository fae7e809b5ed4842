"""What was bookmarked, noted and hidden, in answers; and that no sum knows of hiding."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import MIDNIGHT, Book
from small_logs import at, write
from talks import Talks, called, replied, said

from tally_tui.ledger import marks as kept
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.model import Provider, Subject
from tally_tui.query import LEDGER, Query, parse
from tally_tui.reports.answers import Sessions
from tally_tui.reports.calls import calls
from tally_tui.reports.explain import explain
from tally_tui.reports.marks import marks
from tally_tui.reports.now import now
from tally_tui.reports.sessions import sessions
from tally_tui.reports.transcripts import Reading
from tally_tui.reports.usage import usage

UTC_ZONE = ZoneInfo("UTC")
ROLLOUT = "0190000b-0000-7000-8000-00000000000b"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    book = Book(tmp_path / "ledger.db")
    book.session("a", folder="/src/web", title="Beta")
    book.session("a/agent-1", parent="a", agent="Explore")
    book.session("b", provider=Provider.CODEX, folder="/src/api", title="alpha")
    book.session("c", title="gamma")
    book.call("a", MIDNIGHT + 10, cost=1)
    book.call("a/agent-1", MIDNIGHT + 7000, cost=2)
    book.call("b", MIDNIGHT + 3000, model="gpt-5.5", cost=5)
    book.call("c", MIDNIGHT + 9000, cost=20)
    return book


def parsed(text: str) -> Query | None:
    return parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER) if text else None


def listed(book: Book, text: str = "") -> Sessions:
    return sessions(book.reader(), query=parsed(text), tz=UTC_ZONE, without_hidden=True)


def names(answer: Sessions) -> list[str]:
    return [row.session for row in answer.rows]


def hide(book: Book, provider: str, session: str) -> None:
    kept.hide(book.db, provider, session, True, MIDNIGHT)


def test_what_is_hidden_is_left_out_and_counted_and_found_when_asked_for(book: Book) -> None:
    assert (names(listed(book)), listed(book).hidden) == (["c", "a", "b"], 0)
    hide(book, "claude", "a")
    answer = listed(book)
    assert (names(answer), answer.total_rows, answer.hidden) == (["c", "b"], 2, 1)
    answer = listed(book, "is:hidden")
    assert (names(answer), answer.hidden, [row.hidden for row in answer.rows]) == (["a"], 0, [True])
    assert names(listed(book, "-is:hidden")) == ["c", "b"]
    assert (names(listed(book, "project:api")), listed(book, "project:api").hidden) == (["b"], 0)
    assert names(sessions(book.reader(), tz=UTC_ZONE)) == ["c", "a", "b"], "only the list of conversations leaves it out"


def test_a_page_of_the_list_is_a_page_of_what_is_shown(book: Book) -> None:
    hide(book, "claude", "c")
    answer = sessions(book.reader(), tz=UTC_ZONE, without_hidden=True, limit=1, offset=1)
    assert (names(answer), answer.total_rows) == (["b"], 2)


@pytest.mark.parametrize("text", ["", "project:web", "is:subagent", "cost:>0.000000001"])
def test_numbers_agree_hidden_or_not(book: Book, text: str) -> None:
    def sums() -> list[Any]:
        db, query = book.reader(), parsed(text)
        common: dict[str, Any] = {"query": query, "tz": UTC_ZONE}
        told = explain(db, **common)
        return [
            usage(db, by=("day", "model", "session"), **common),
            calls(db, **common),
            now(db, now_ms=MIDNIGHT + 10_000, **common).stretches,
            (told.totals, told.lines),
            sessions(db, without_hidden=True, **common).totals,
            sessions(db, **common).totals,
        ]

    before = sums()
    for provider, session in (("claude", "a"), ("codex", "b"), ("claude", "c")):
        hide(book, provider, session)
        assert sums() == before


def test_bookmarked_sessions_are_chosen_with_their_subagents(book: Book) -> None:
    kept.set_bookmark(book.db, Subject("claude", "a"), True, MIDNIGHT)
    kept.set_bookmark(book.db, Subject("claude", "c", "c:1:0:1"), True, MIDNIGHT)
    kept.set_note(book.db, Subject("codex", "b"), "look", MIDNIGHT)
    answer = listed(book, "is:bookmarked")
    assert (names(answer), answer.totals.cost) == (["a"], 3), "a bookmark of one message is none of its session"
    assert usage(book.reader(), by=("session",), query=parsed("is:bookmarked"), tz=UTC_ZONE).totals.cost == 3
    assert usage(book.reader(), by=(), query=parsed("-is:bookmarked"), tz=UTC_ZONE).totals.cost == 25
    assert [row.session for row in calls(book.reader(), query=parsed("is:bookmarked"), tz=UTC_ZONE).rows] == [
        "a/agent-1", "a",
    ]  # fmt: skip
    rows = {row.session: row for row in listed(book).rows}
    assert (rows["a"].bookmarked, rows["b"].note, rows["c"].bookmarked) == (True, "look", False)


def test_the_list_of_all_knows_the_sessions(book: Book) -> None:
    book.db.execute("UPDATE file SET gone_at = 1 WHERE path = '/logs/b.jsonl'")
    kept.set_bookmark(book.db, Subject("claude", "a"), True, MIDNIGHT)
    kept.set_note(book.db, Subject("codex", "b", "b:1:0:1", excerpt="Said once"), "look", MIDNIGHT + 1)
    kept.set_bookmark(book.db, Subject("claude", "never-read", excerpt="Its title"), True, MIDNIGHT - 1)
    kept.leave(book.db, "codex", "b", "b:1:0:1", 2, MIDNIGHT)
    told = marks(book.reader())
    assert [(each.title, each.project, each.bookmarked, each.note, each.file_gone) for each in told.rows] == [
        ("alpha", "api", False, "look", True),
        ("Beta", "web", True, "", False),
        ("Its title", None, True, "", True),
    ]
    assert told.rows[0].subject.excerpt == "Said once"
    assert told.places == {("codex", "b"): ("b:1:0:1", 2)}


def test_a_search_finds_what_was_bookmarked_in_the_reader_of_both_agents(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.write(
        "aaaa-1",
        said("aaaa-1", 1, "make the lamp blink"),
        replied("aaaa-1", 2, "the lamp blinks"),
        called("aaaa-1", 3, "Bash", command="lamp --off"),
    )
    write(
        talks.folder / "codex" / "sessions" / "2026" / "03" / "01" / f"rollout-2026-03-01T03-20-00-{ROLLOUT}.jsonl",
        [
            {"timestamp": at(200), "type": "session_meta", "payload": {"id": ROLLOUT, "cwd": "/home/dev/lantern"}},
            {"timestamp": at(201), "type": "event_msg", "payload": {"type": "user_message", "message": "codex lamp"}},
            {"timestamp": at(202), "type": "event_msg", "payload": {"type": "agent_message", "message": "lamp, yes"}},
        ],
    )
    talks.account()
    talks.index()
    assert talks.ask("is:bookmarked lamp").hits == ()
    path = talks.folder / "data" / "ledger.db"
    for provider, session, number in ((Provider.CLAUDE, "aaaa-1", 2), (Provider.CODEX, ROLLOUT, 0)):
        with closing(open_reader(path)) as db:
            reading = Reading(provider, session)
            reading.more(db)
        entry = [entry for entry in reading.told.entries if "lamp" in f"{entry.item.text}{entry.item.input}"][number]
        with closing(open_writer(path, full=True)) as db:
            kept.set_bookmark(db, Subject(provider.word, session, entry.key, entry.item.uuid), True, MIDNIGHT)
    found = talks.ask("is:bookmarked lamp")
    assert sorted(hit.snippet.split("\n")[0] for hit in found.hits) == ["codex lamp", "lamp --off"]
    assert found.total == 2 and len(talks.ask("-is:bookmarked lamp").hits) == 3
    assert [hit.provider for hit in talks.ask("is:bookmarked provider:codex").hits] == ["codex"]
    with closing(open_writer(path, full=True)) as db:
        kept.hide(db, "claude", "aaaa-1", True, MIDNIGHT)
    assert {hit.session for hit in talks.ask("is:hidden lamp").hits} == {"aaaa-1"}
    assert len(talks.ask("lamp").hits) == 5, "what is hidden from the list is found all the same"
