"""Transcripts that share a session id: one session where they share a line, else several."""

from __future__ import annotations

import json
import os
import random
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_sums import Home
from project_logs import lines, mangled, save, session, subagent

from tally_tui.config import Settings
from tally_tui.ingest import sync as syncing
from tally_tui.ingest import twins
from tally_tui.ingest.indexing import index
from tally_tui.ledger import marks
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.ledger.verify import dangling, differences
from tally_tui.library.reader import Library
from tally_tui.library.shards import library_dir
from tally_tui.model import Subject
from tally_tui.query import QueryError, parse
from tally_tui.reports.conversation import Conversation, Entry, conversation
from tally_tui.reports.conversation_files import NoSessionError, find_session
from tally_tui.reports.search import search
from tally_tui.reports.sessions import sessions

UTC = ZoneInfo("UTC")
ID = "67d3dbb5-93b9-4a3d-8989-24aaf48f3672"
ALPHA, BETA = f"{ID}@-gone-alpha", f"{ID}@-gone-beta"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


def listed(home: Home, query: str = "") -> dict[str, tuple[str | None, int, int | None]]:
    """Every session: its project, its calls, the messages of its conversation."""
    asked = parse(query, now=0, tz=UTC) if query else None
    with closing(open_reader(home.data / "ledger.db")) as db:
        assert differences(db) == [] and dangling(db) == {}
        rows = sessions(db, tz=UTC, include_subagents=True, query=asked).rows
    return {row.session: (row.project, row.own.calls, row.messages) for row in rows}


def told(home: Home, name: str) -> set[str]:
    """The texts of a session's conversation."""
    with closing(open_reader(home.data / "ledger.db")) as db:
        found = conversation(db, name)
    items = [entry.block.item for entry in _entries(found)]
    assert {item.session.partition("/")[0] for item in items} == {found.session.name}
    return {item.text for item in items if item.text}


def _entries(told: Conversation) -> list[Entry]:
    below = [agent for entry in told.entries for agent in entry.agents] + told.agents
    return [*told.entries, *(entry for agent in below for entry in _entries(agent))]


def unrelated(claude: Path) -> None:
    session(claude, ID, "/gone/alpha", "/gone/alpha", mark="a")
    session(claude, ID, "/gone/beta", first=5, mark="b")
    subagent(claude, ID, "x1", "/gone/beta", start="/gone/beta")


def test_unrelated_transcripts_are_two_sessions(home: Home) -> None:
    unrelated(Path(home.claude))
    home.sync()
    assert listed(home) == {
        ALPHA: ("alpha", 2, 4), BETA: ("beta", 1, 2), f"{BETA}/agent-x1": ("beta", 1, 2),
    }  # fmt: skip
    assert told(home, ALPHA) == {f"{who} {n} in /gone/alpha" for who in ("user", "assistant") for n in (0, 1)}
    assert {"user 5 in /gone/beta", "user 0 in /gone/beta"} <= told(home, BETA)
    with closing(open_reader(home.data / "ledger.db")) as db:
        with pytest.raises(NoSessionError, match="2 sessions have the id") as refused:
            find_session(db, ID)
        assert [name for name, _ in refused.value.fitting] == [ALPHA, BETA]
        for word in (f"{ID}@alpha", f"{ID}@/gone/alpha", f"{ID[:8]}@alpha", ALPHA):
            assert find_session(db, word).name == ALPHA
    with pytest.raises(QueryError, match="2 sessions have this id"):
        listed(home, f"session:{ID}")
    assert set(listed(home, f"session:{ALPHA}")) == {ALPHA}


def test_related_transcripts_are_one_session(home: Home) -> None:
    claude = Path(home.claude)
    began = lines(ID, "/gone/alpha", mark="a")
    save(claude / f"projects/-gone-alpha/{ID}.jsonl", began)
    save(claude / f"projects/-gone-beta/{ID}.jsonl", lines(ID, "/gone/beta", first=5, mark="b", chain=began[-1]["uuid"]))
    home.sync()
    assert listed(home)[ID][:2] == ("alpha", 2)
    assert len(listed(home)) == 1


def test_one_that_comes_later_and_what_was_kept_before(home: Home) -> None:
    claude = Path(home.claude)
    session(claude, ID, "/gone/alpha", mark="a")
    subagent(claude, ID, "y1", "/gone/alpha", start="/gone/alpha")
    home.sync()
    about = Subject("claude", ID, f"{ID}:0:0:prompt", f"{ID}-main-a0-user", "a message", None)
    with closing(open_writer(home.data / "ledger.db", full=True)) as db:
        marks.set_note(db, about, "mine", 1)
        marks.hide(db, "claude", ID, True, 1)
        marks.leave(db, "claude", ID, f"{ID}:0:0:prompt", 3, 1)
    session(claude, ID, "/gone/beta", first=5, mark="b")
    home.sync()
    assert listed(home) == {
        ALPHA: ("alpha", 1, 2), f"{ALPHA}/agent-y1": ("alpha", 1, 2), BETA: ("beta", 1, 2),
    }  # fmt: skip
    with closing(open_reader(home.data / "ledger.db")) as db:
        (kept,) = marks.kept(db)
        assert (kept.subject.session, kept.subject.item, kept.note) == (ALPHA, f"{ALPHA}:0:0:prompt", "mine")
        assert marks.hidden(db) == {(1, ALPHA)}
        assert marks.places(db) == {("claude", ALPHA): (f"{ALPHA}:0:0:prompt", 3)}


def test_transcripts_that_turn_out_to_be_related_become_one(home: Home) -> None:
    claude = Path(home.claude)
    unrelated(claude)
    home.sync()
    above = lines(ID, "/gone/alpha", "/gone/alpha", mark="a")[-1]["uuid"]
    path = claude / f"projects/-gone-beta/{ID}.jsonl"
    with path.open("a") as log:
        for line in lines(ID, "/gone/beta", first=9, mark="c", chain=above):
            log.write(json.dumps(line) + "\n")
    home.sync()
    assert {name: calls for name, (_, calls, _) in listed(home).items()} == {ID: 4, f"{ID}/agent-x1": 1}
    assert len(told(home, ID)) >= 8


def test_what_an_earlier_version_read_as_one_is_read_anew(home: Home) -> None:
    unrelated(Path(home.claude))
    with patch.object(twins.Twins, "met", lambda self, paths: set()):
        home.sync()
    assert len(listed(home)) == 2
    with closing(open_writer(home.data / "ledger.db", full=True)) as db:
        beta = Subject("claude", ID, f"{ID}:0:0:prompt", f"{ID}-main-b5-user", "a message", None)
        marks.set_note(db, beta, "mine", 1)
    home.sync(rebuild=True)
    assert listed(home) == {
        ALPHA: ("alpha", 2, 4), BETA: ("beta", 1, 2), f"{BETA}/agent-x1": ("beta", 1, 2),
    }  # fmt: skip
    with closing(open_reader(home.data / "ledger.db")) as db:
        assert [each.subject.session for each in marks.kept(db)] == [BETA]


def test_what_was_decided_stays_when_a_transcript_is_gone(home: Home) -> None:
    claude = Path(home.claude)
    unrelated(claude)
    home.sync()
    before = listed(home)
    (claude / f"projects/-gone-alpha/{ID}.jsonl").unlink()
    home.sync()
    with (claude / f"projects/-gone-beta/{ID}.jsonl").open("a") as log:
        log.write("{}\n")
    home.sync()
    assert listed(home) == before


def test_search_names_the_session_that_a_message_is_of(home: Home) -> None:
    claude = Path(home.claude)
    session(claude, ID, "/gone/alpha", mark="a")

    def hits(query: str) -> set[str]:
        with patch.dict(os.environ, home.environment):
            index(Settings())
            with closing(open_reader(home.data / "ledger.db")) as db, closing(Library(library_dir())) as library:
                asked = parse(query, now=0, tz=UTC)
                return {hit.session for hit in search(library, db, asked).hits}

    home.sync()
    assert hits("user") == {ID}
    session(claude, ID, "/gone/beta", first=5, mark="b")
    home.sync()
    assert hits("user") == {ALPHA, BETA}
    assert hits("user project:beta") == {BETA}
    assert hits(f"user session:{ALPHA}") == {ALPHA}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1 << 32), late=st.sets(st.sampled_from(["a", "b", "c"])), link=st.booleans())
def test_no_order_of_reading_changes_what_is_one_session(
    seed: int, late: set[str], link: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    claude = folder / "claude"

    def written(name: str) -> None:
        chain = f"{ID}-main-a0-assistant" if name == "c" and link else ""
        session(claude, ID, f"/gone/{name}", first="abc".index(name) * 3, mark=name, chain=chain)

    for name in "abc":
        if name not in late:
            written(name)
    found = syncing.discover

    def discover(*arguments: Any) -> Any:
        logs = found(*arguments)
        random.Random(seed).shuffle(logs)
        return logs

    first, second = (Home(str(claude), str(folder / "codex"), folder / name) for name in ("one", "two"))
    with patch.object(syncing, "discover", discover):
        first.sync()
        for name in sorted(late, key=lambda name: random.Random(f"{seed}{name}").random()):
            written(name)
            first.sync()
    second.sync()
    assert listed(first) == listed(second)
    assert set(listed(second)) == ({f"{ID}@-gone-a", f"{ID}@-gone-b"} if link else {f"{ID}@{mangled(f'/gone/{name}')}" for name in "abc"})
