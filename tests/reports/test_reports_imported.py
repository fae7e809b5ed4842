"""What Codex copied from another agent's session is told by that session, and leads to it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conversation_logs import Transcript, event, response, text
from ledger_sums import Home
from small_logs import count, meta, turn, write

from tally_tui.ledger.open import open_reader
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Kind, fields
from tally_tui.model import Provider
from tally_tui.reports.conversation import Conversation, conversation
from tally_tui.reports.transcripts import Reading

ORIGIN = "44444444-aaaa-4000-8000-000000000001"
THREAD = "01900001-0000-7000-8000-000000000001"


def message(role: str, words: str) -> dict[str, Any]:
    kind = "input_text" if role == "user" else "output_text"
    return response(10, "message", role=role, content=[{"type": kind, "text": words}])


def write_home(folder: Path, origin: bool, marker: bool) -> Home:
    codex = folder / "codex"
    lines = [meta(THREAD, 10), event(10, "task_started", turn_id="external-import-turn-1"),
             event(10, "user_message", message="Mend the net"), message("user", "Mend the net"),
             message("assistant", "Mended")]  # fmt: skip
    lines += [message("assistant", "<EXTERNAL SESSION IMPORTED>")] if marker else []
    own = "01a00001-0000-7000-8000-000000000009"
    lines += [event(20, "task_started", turn_id=own), turn(20, own), event(20, "user_message", message="Go on"),
              message("assistant", "Going on"), count(21, (900, 0, 10), (900, 0, 10))]  # fmt: skip
    write(codex / "sessions/2026/03/01" / f"rollout-2026-03-01T00-10-00-{THREAD}.jsonl", lines)
    record = {"source_path": f"/elsewhere/{ORIGIN}.jsonl", "imported_thread_id": THREAD}
    (codex / "external_agent_session_imports.json").write_text(json.dumps({"records": [record]}))
    if origin:
        log = Transcript(ORIGIN)
        log.user("Mend the net")
        log.said(text("Mended"))
        log.save(folder / "claude/projects/-home-mira-harbour" / f"{ORIGIN}.jsonl")
    home = Home(str(folder / "claude"), str(codex), folder / "data")
    home.sync()
    return home


def words(told: Conversation) -> list[str]:
    return [entry.block.item.text for entry in told.entries if entry.block.item.kind in (Kind.PROMPT, Kind.REPLY)]


@pytest.mark.parametrize("marker", [True, False])
@pytest.mark.parametrize("origin", [True, False])
def test_the_words_stand_once_and_lead_to_their_origin(tmp_path: Path, origin: bool, marker: bool) -> None:
    home = write_home(tmp_path, origin, marker)
    with closing(open_reader(home.data / "ledger.db")) as db:
        told = conversation(db, THREAD)
        reading = Reading(Provider.CODEX, THREAD)
        reading.more(db)
    link = told.entries[0].block.item
    assert (link.kind, link.name, link.text) == (Kind.CONTINUED, "imported from", ORIGIN)
    # Where the origin cannot be read, this is the only place for its words.
    kept = [] if origin else ["Mend the net", "Mended", *(["<EXTERNAL SESSION IMPORTED>"] if marker else [])]
    assert words(told) == [*kept, "Go on", "Going on"]
    shown = [entry.item.text for entry in reading.told.entries if entry.item.kind in (Kind.PROMPT, Kind.REPLY)]
    assert shown == words(told)


def test_what_was_imported_is_no_second_hit(tmp_path: Path) -> None:
    write_home(tmp_path, origin=True, marker=True)
    (path,) = (tmp_path / "codex").rglob("rollout-*.jsonl")
    found = [words for item in parse_items(str(path), Provider.CODEX).items for _, words in fields(item)]
    assert found == ["Go on", "Going on"]
