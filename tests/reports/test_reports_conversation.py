"""A session's conversation, put together from its logs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversation_logs import CHILD, FORK, MAIN, OTHER, THREAD, write_home

from tally_tui.ledger.open import open_reader
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Kind, Mark
from tally_tui.model import Provider
from tally_tui.reports.conversation import Conversation, NoLogError, NoSessionError, conversation
from tally_tui.reports.conversation_order import Arranging


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_home(folder)
    return folder


@pytest.fixture
def db(home: Path) -> Iterator[sqlite3.Connection]:
    db = open_reader(home / "data" / "ledger.db")
    yield db
    db.close()


def kinds(told: Conversation) -> list[str]:
    return [entry.block.item.kind.word for entry in told.entries]


def prompts(told: Conversation) -> list[str]:
    return [entry.block.item.text for entry in told.entries if entry.block.item.kind is Kind.PROMPT]


def test_depth_says_what_is_shown(db: sqlite3.Connection) -> None:
    found = [kinds(conversation(db, MAIN, depth=depth)) for depth in range(1, 6)]
    assert found[0] == ["prompt"] * 3
    assert set(found[1]) == {"prompt", "reply", "branch", "compaction", "summary", "interruption"}
    assert [sum(kind == "tool_call" for kind in each) for each in found] == [0, 0, 1, 5, 5]
    assert "thinking" in found[4]
    assert "raw" in found[4]
    assert [len(each) for each in found] == sorted(len(each) for each in found)


def test_results_stand_under_their_calls_though_they_came_crossed(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN)
    calls = {entry.block.item.call: entry.block for entry in told.entries if entry.block.item.kind is Kind.TOOL_CALL}
    assert calls["B"].text == "one\ntwo"
    assert "ok" in calls["A"].text
    assert calls["E"].failed
    assert "tool_result" not in kinds(told)


def test_a_queued_prompt_stands_once_where_its_turn_came(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN)
    assert prompts(told).count("And the oars") == 1
    place = next(n for n, entry in enumerate(told.entries) if entry.block.item.text == "And the oars")
    assert told.entries[place - 1].block.item.call == "C"
    assert not told.entries[place].block.item.marks & Mark.AGAIN, "it would be told as a mere repetition"


def test_a_branch_that_was_left_is_told_but_not_shown(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN)
    assert not any("paint" in words for words in prompts(told))
    rule = next(entry.block.item for entry in told.entries if entry.block.item.kind is Kind.BRANCH)
    assert rule.detail == {"items": 2}
    assert told.hidden == 2
    whole = conversation(db, MAIN, branches=True)
    assert any("paint" in words for words in prompts(whole))
    assert sum(entry.block.undone for entry in whole.entries) == 2


def test_subagents_stand_below_the_calls_that_started_them(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN, depth=3)
    starter = next(entry for entry in told.entries if entry.agents)
    assert starter.block.item.call == "D"
    (oars,) = starter.agents
    assert (oars.session.agent, oars.description) == ("counter", "Count oars")
    deep = [agent for entry in oars.entries for agent in entry.agents]
    assert [agent.session.name for agent in deep] == [f"{MAIN}/agent-deep"]
    assert told.agents == []


def test_turns_carry_what_they_cost(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN)
    turns = [entry.spent for entry in told.entries if entry.block.item.kind is Kind.PROMPT]
    assert [turn.calls if turn else 0 for turn in turns] == [5, 2, 2]
    assert told.spent.calls == 10  # the branch that was left cost money, too
    assert told.spent.cost > 0


def test_a_session_is_named_by_the_beginning_of_its_id(db: sqlite3.Connection) -> None:
    assert conversation(db, MAIN[:10]).session.name == MAIN
    assert conversation(db, "oars").session.name == f"{MAIN}/agent-oars"
    with pytest.raises(NoSessionError, match="2 sessions") as several:
        conversation(db, "11111111")
    assert {name for name, _ in several.value.fitting} == {MAIN, OTHER}
    for nothing in ("zzz", "", "%", "_"):
        with pytest.raises(NoSessionError):
            conversation(db, nothing)


def test_codex_tells_each_thing_once(db: sqlite3.Connection) -> None:
    told = conversation(db, THREAD)
    assert prompts(told) == ["Mend the net", "Good"]
    calls = [entry.block for entry in told.entries if entry.block.item.kind is Kind.TOOL_CALL]
    assert [block.item.name for block in calls] == ["exec", "apply_patch", "spawn_agent"]
    assert [inner.item.input["command"] for inner in calls[0].inner] == ["ls"]
    assert any(item.detail and item.detail.get("changes") for item in calls[1].more)
    assert told.hidden == 2
    assert "rewind" in kinds(told)


def test_a_codex_subagent_is_found_by_its_thread(db: sqlite3.Connection) -> None:
    told = conversation(db, THREAD)
    starter = next(entry for entry in told.entries if entry.agents)
    assert (starter.block.item.name, starter.agents[0].session.name) == ("spawn_agent", CHILD)


def test_a_paginated_fork_begins_with_its_parents_words(db: sqlite3.Connection) -> None:
    told = conversation(db, FORK)
    assert prompts(told) == ["Mend the net", "Good", "Go on from here"]
    copied = [bool(entry.block.item.marks & Mark.COPIED) for entry in told.entries
              if entry.block.item.kind is Kind.PROMPT]  # fmt: skip
    assert copied == [True, True, False]


def test_a_session_whose_log_is_gone_says_so(tmp_path: Path) -> None:
    home = write_home(tmp_path)
    (tmp_path / "claude/projects/-home-mira-harbour" / f"{OTHER}.jsonl").unlink()
    home.sync()
    db = open_reader(tmp_path / "data" / "ledger.db")
    try:
        with pytest.raises(NoLogError, match="is gone"):
            conversation(db, OTHER)
    finally:
        db.close()


def test_every_line_with_an_item_has_its_place(home: Path) -> None:
    """What a search finds by a line's offset, a reader can open."""
    for path in sorted((home / "claude").rglob("*.jsonl")) + sorted((home / "codex").rglob("*.jsonl")):
        provider = Provider.CODEX if path.name.startswith("rollout-") else Provider.CLAUDE
        work = Arranging()
        items = parse_items(str(path), provider).items
        for item in items:
            work.add(item)
        assert {offset for _, offset in work.places} == {item.offset for item in items}
        assert all(0 <= place < len(work.blocks) for place in work.places.values())
