"""Subagents that have no log of their own stand once, below the call that started them, however the log came."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conversation_logs import Transcript, at, result, text, use
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_sums import Home

from tally_tui.ledger.open import open_reader
from tally_tui.logs.messages import Kind
from tally_tui.model import Provider
from tally_tui.reports.agent_places import Candidate, places
from tally_tui.reports.conversation import Conversation, conversation
from tally_tui.reports.transcripts import Reading

SESSION = "22222222-aaaa-4000-8000-000000000001"


def embedded(log: Transcript, agent: str, call: str, words: str, *more: dict[str, Any], kind: str = "assistant") -> None:
    identity = f"{agent}-{len(log.lines)}"
    message: dict[str, Any] = {"role": kind, "content": [text(words), *more]}
    if kind == "assistant":
        message |= {"id": identity, "model": "claude-haiku-4-5", "usage": {"input_tokens": 10, "output_tokens": 1}}
    inner = {"type": kind, "uuid": identity, "timestamp": at(len(log.lines)), "message": message}
    log.add("progress", data={"type": "agent_progress", "agentId": agent, "message": inner}, parentToolUseID=call)


def progress_log(agents: int) -> Transcript:
    """A session whose subagents are told by progress records alone; the first starts one more."""
    log = Transcript(SESSION)
    log.user("Look at the harbour")
    for number in range(agents):
        log.said(use(f"call-{number}", "Task", prompt=f"Look at pier {number}", subagent_type="Explore"))
    for number in range(agents):
        embedded(log, f"a{number}", f"call-{number}", f"Look at pier {number}", kind="user")
        embedded(log, f"a{number}", f"call-{number}", f"Pier {number} is sound")
    if agents:
        embedded(log, "a0", "call-0", "Someone else should", use("call-deep", "Task", prompt="Dive"))
        embedded(log, "deep", "call-deep", "The ground is mud")
    for number in range(agents):
        log.user(result(f"call-{number}", "done"), toolUseResult={"agentId": f"a{number}"})
    log.said(text("The harbour is fine"))
    return log


def sidechain_log() -> Transcript:
    """As versions of 2025 wrote it: the lines of subagents among those of the session."""
    log = Transcript(SESSION)
    log.user("Look at the harbour")
    task = log.said(use("call-1", "Task", prompt="Count boats"), use("call-2", "Task", prompt="Count oars"))
    aside = {"isSidechain": True}
    boats = log.user("Count boats", parent=None, **aside)
    oars = log.user("Count oars", parent=None, **aside)
    log.said(text("Seven boats"), parent=boats, **aside)
    inner = log.said(use("call-3", "Task", prompt="Count rowlocks"), parent=oars, **aside)
    deep = log.user("Count rowlocks", parent=None, **aside)
    log.said(text("Twelve rowlocks"), parent=deep, **aside)
    log.user(result("call-3", "12"), parent=inner, **aside)
    log.user([*result("call-1", "7"), *result("call-2", "9")], parent=task)
    log.said(text("All is counted"))
    return log


def words(told: Conversation) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in told.entries:
        if entry.block.item.kind in (Kind.PROMPT, Kind.REPLY):
            found[entry.block.item.text] += 1
        for agent in entry.agents:
            found += words(agent)
    for agent in told.agents:
        found += words(agent)
    return found


def shape(told: Conversation) -> Any:
    agents = [agent for entry in told.entries for agent in entry.agents]
    return {agent.session.name.partition("/agent-")[2]: shape(agent) for agent in (*agents, *told.agents)}


def read(home: Home, name: str = SESSION, depth: int = 5) -> Conversation:
    with closing(open_reader(home.data / "ledger.db")) as db:
        return conversation(db, name, depth=depth)


def follow(home: Home, name: str = SESSION, limit: int = 1 << 62) -> list[tuple[int, str, str, str]]:
    with closing(open_reader(home.data / "ledger.db")) as db:
        reading = Reading(Provider.CLAUDE, name)
        reading.more(db, limit)
        while not reading.told.whole:
            reading.more(db, limit)
        return rows(reading)


def rows(reading: Reading) -> list[tuple[int, str, str, str]]:
    return [(entry.level, entry.item.kind.word, entry.item.text, entry.item.session) for entry in reading.told.entries]


def home_in(folder: Path) -> Home:
    return Home(str(folder / "claude"), str(folder / "codex"), folder / "data")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_in(tmp_path)


def path_in(home: Home) -> Path:
    return Path(home.claude) / "projects" / "-home-mira-harbour" / f"{SESSION}.jsonl"


@pytest.mark.parametrize("agents", [1, 2, 9, 40])
def test_what_progress_tells_of_a_subagent_stands_once(home: Home, agents: int) -> None:
    progress_log(agents).save(path_in(home))
    home.sync()
    told = read(home)
    expected = Counter({"Look at the harbour": 1, "The harbour is fine": 1, "Someone else should": 1, "The ground is mud": 1})
    for number in range(agents):
        expected[f"Look at pier {number}"] = expected[f"Pier {number} is sound"] = 1
    assert words(told) == expected
    assert shape(told) == {f"a{number}": {"deep": {}} if number == 0 else {} for number in range(agents)}
    shown = [row for row in follow(home) if row[1] in ("prompt", "reply")]
    assert Counter(row[2] for row in shown) == expected
    assert {row[0] for row in shown if "deep" in row[3]} == {2}
    # One of them by itself is what it says, not the session that started it.
    assert words(read(home, f"{SESSION}/agent-a0")) == Counter(
        ["Look at pier 0", "Pier 0 is sound", "Someone else should", "The ground is mud"]
    )
    alone = [row[2] for row in follow(home, f"{SESSION}/agent-a0") if row[1] in ("prompt", "reply")]
    assert alone == ["Look at pier 0", "Pier 0 is sound", "Someone else should", "The ground is mud"]


def test_lines_of_subagents_inside_a_log_are_subagents(home: Home) -> None:
    sidechain_log().save(path_in(home))
    home.sync()
    told = read(home)
    assert set(words(told).values()) == {1}
    starters = {entry.block.item.call: [words(agent) for agent in entry.agents] for entry in told.entries if entry.agents}
    assert set(starters) == {"call-1", "call-2"}
    assert [set(each) for each in starters["call-1"]] == [{"Count boats", "Seven boats"}]
    assert [set(each) for each in starters["call-2"]] == [{"Count oars", "Count rowlocks", "Twelve rowlocks"}]
    levels = {row[2]: row[0] for row in follow(home) if row[1] in ("prompt", "reply")}
    assert levels == {
        "Look at the harbour": 0, "All is counted": 0, "Count boats": 1, "Seven boats": 1, "Count oars": 1,
        "Count rowlocks": 2, "Twelve rowlocks": 2,
    }  # fmt: skip
    for depth in (1, 2):
        assert set(words(read(home, depth=depth))) <= {"Look at the harbour", "All is counted"}


@pytest.mark.parametrize("make", [lambda: progress_log(3), sidechain_log])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_following_them_is_reading_them_at_once(make: Any, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    home = home_in(tmp_path_factory.mktemp("home"))
    path = path_in(home)
    make().save(path)
    home.sync()
    whole = path.read_bytes()
    expected = follow(home)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    limit = data.draw(st.sampled_from([1 << 62, 500, 3_000]))
    with closing(open_reader(home.data / "ledger.db")) as db:
        path.write_bytes(b"")
        reading = Reading(Provider.CLAUDE, SESSION)
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            with path.open("ab") as log:
                log.write(whole[start:end])
            reading.more(db, limit)
            while not reading.told.whole:
                reading.more(db, limit)
        assert rows(reading) == expected
        assert not reading.more(db)


def test_a_nested_subagent_without_a_description_stands_once(home: Home) -> None:
    main = Transcript(SESSION)
    main.user("Look at the harbour")
    main.said(use("call-1", "Task", prompt="Look at the pier"))
    main.user(result("call-1", "done"), toolUseResult={"agentId": "outer"})
    main.save(path_in(home))
    folder = path_in(home).with_suffix("") / "subagents"
    outer = Transcript(SESSION, "outer")
    outer.user("Look at the pier")
    outer.said(use("call-2", "Task", prompt="Dive"))
    outer.user(result("call-2", "mud"), toolUseResult={"agentId": "inner"})
    outer.said(text("The pier stands in mud"))
    outer.save(folder / "agent-outer.jsonl")
    inner = Transcript(SESSION, "inner")
    inner.user("Dive")
    inner.said(text("Mud"))
    inner.save(folder / "agent-inner.jsonl")
    home.sync()
    assert shape(read(home)) == {"outer": {"inner": {}}}
    assert set(words(read(home)).values()) == {1}
    levels = {row[2]: row[0] for row in follow(home) if row[1] in ("prompt", "reply")}
    assert levels == {"Look at the harbour": 0, "Look at the pier": 1, "The pier stands in mud": 1, "Dive": 2, "Mud": 2}


def test_a_subagent_that_another_ones_log_tells_of_is_read_with_it(home: Home) -> None:
    main = Transcript(SESSION)
    main.user("Look at the harbour")
    main.said(use("call-1", "Task", prompt="Look at the pier"))
    main.user(result("call-1", "done"), toolUseResult={"agentId": "outer"})
    main.save(path_in(home))
    outer = Transcript(SESSION, "outer")
    outer.user("Look at the pier")
    outer.said(use("call-2", "Task", prompt="Dive"))
    embedded(outer, "inner", "call-2", "Mud")
    outer.save(path_in(home).with_suffix("") / "subagents" / "agent-outer.jsonl")
    home.sync()
    assert shape(read(home)) == {"outer": {"inner": {}}}
    assert words(read(home))["Mud"] == 1
    assert [row for row in follow(home) if row[2] == "Mud"] == [(2, "reply", "Mud", f"{SESSION}/agent-inner")]


def test_a_subagent_that_nobody_started_stands_behind_the_session(home: Home) -> None:
    main = Transcript(SESSION)
    main.user("Look at the harbour")
    embedded(main, "stray", "call-unknown", "Mud")
    main.said(text("Done"))
    main.save(path_in(home))
    home.sync()
    assert shape(read(home)) == {"stray": {}}
    assert [row[2] for row in follow(home) if row[1] in ("prompt", "reply")] == ["Look at the harbour", "Done", "Mud"]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_every_subagent_has_one_place_in_the_tree(data: st.DataObject) -> None:
    names = [f"n{number}" for number in range(data.draw(st.integers(0, 8)))]
    keys = st.sampled_from(["k1", "k2", "k3", *names]) if names else st.just("k1")
    agents = [
        Candidate(name, tuple(data.draw(st.lists(keys, max_size=3))), data.draw(st.sampled_from(["top", "gone", None, *names])))
        for name in names
    ]
    starters = {name: dict.fromkeys(data.draw(st.lists(keys, max_size=3)), 1) for name in ["top", *names]}
    found = places("top", agents, starters)
    assert set(found) == set(names)
    for name in names:
        at, seen = name, set()
        while at != "top":
            assert at not in seen, "a circle"
            seen.add(at)
            at = found[at][0]
        assert found[name][0] != name
    assert json.dumps(found)
