"""Of what type a subagent is, and below which session it stands: by what says it best, in any order of reading."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conversation_logs import Transcript, at, result, text, use
from ledger_sums import Home
from small_logs import count, meta, turn, write

from tally_tui.ledger.open import open_reader
from tally_tui.reports.subagents import subagents
from tally_tui.reports.usage import usage

SESSION = "33333333-aaaa-4000-8000-000000000001"
THREAD, CHILD = "01900001-0000-7000-8000-000000000001", "01900001-0000-7000-8000-000000000002"


def logs(folder: Path) -> dict[Path, str]:
    """Path → what stands there: a session, the subagents it started, and one that a subagent started."""
    main = Transcript(SESSION)
    main.user("Look at the harbour")
    main.said(use("c1", "Task", description="Look at the pier", prompt="Look", subagent_type="Explore"))
    main.said(use("c2", "Agent", description="Count", prompt="Count boats", subagent_type="wrong"))
    main.user(result("c1", "done"), toolUseResult={"agentId": "outer"})
    main.user(result("c2", "done"), toolUseResult={"agentId": "told"})
    outer = Transcript(SESSION, "outer")
    outer.user("Look")
    outer.said(use("c3", "Task", description="Dive", prompt="Dive", subagent_type="diver"))
    outer.user(result("c3", "mud"), toolUseResult={"agentId": "inner"})
    outer.said(text("It stands"), attributionAgent="less sure")
    found = {"outer": outer}
    for name, more in (("inner", {}), ("told", {}), ("attributed", {"attributionAgent": "planner"}), ("silent", {})):
        found[name] = Transcript(SESSION, name)
        found[name].user("Do it")
        found[name].said(text("Done"), **more)
    project = folder / "claude" / "projects" / "-home-mira-harbour"
    files = {project / f"{SESSION}.jsonl": main}
    files |= {project / SESSION / "subagents" / f"agent-{name}.jsonl": log for name, log in found.items()}
    texts = {path: "".join(json.dumps(line) + "\n" for line in log.lines) for path, log in files.items()}
    texts[project / SESSION / "subagents" / "agent-told.meta.json"] = json.dumps({"agentType": "counter"})
    return texts


def home_in(folder: Path) -> Home:
    return Home(str(folder / "claude"), str(folder / "codex"), folder / "data")


def save(path: Path, words: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


def types(home: Home) -> dict[str | None, int]:
    with closing(open_reader(home.data / "ledger.db")) as db:
        rows = usage(db, by=("subagent",), tz=ZoneInfo("UTC")).rows
    return {row.key["subagent"]: row.figures.calls for row in rows}


EXPECTED = {None: 2, "Explore": 2, "diver": 1, "counter": 1, "planner": 1, "unknown": 1}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_type_is_told_by_the_description_the_call_or_the_lines(tmp_path: Path, order: tuple[int, ...]) -> None:
    home, files = home_in(tmp_path), logs(tmp_path)
    parts = ([path for path in files if path.stem == SESSION], [path for path in files if path.stem == "agent-outer"],
             [path for path in files if path.stem not in (SESSION, "agent-outer")])  # fmt: skip
    for number in order:
        for path in sorted(parts[number], key=lambda path: path.suffix != ".json"):
            save(path, files[path])
        home.sync()
    assert types(home) == EXPECTED


def test_instances_stand_one_level_down_and_nested_ones_in_the_list(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    for path, words in logs(tmp_path).items():
        save(path, words)
    home.sync()
    with closing(open_reader(home.data / "ledger.db")) as db:
        rows = usage(db, by=("instance",), tz=ZoneInfo("UTC"), where=(("subagent", "Explore"),)).rows
        assert [(row.key["instance"], row.label) for row in rows] == [(f"{SESSION}/agent-outer", "Look at the pier")]
        below = subagents(db, [SESSION], tz=ZoneInfo("UTC")).of[SESSION]
    parents = {row.session.rpartition("/agent-")[2]: row.parent for row in below}
    assert parents == {**dict.fromkeys(("outer", "told", "attributed", "silent"), SESSION), "inner": f"{SESSION}/agent-outer"}
    names = [row.session.rpartition("/agent-")[2] for row in below]
    assert names.index("inner") == names.index("outer") + 1


def test_subagents_that_only_progress_tells_of_have_types_too(tmp_path: Path) -> None:
    main = Transcript(SESSION)
    main.user("Look")
    main.said(use("c1", "Task", prompt="Look", subagent_type="Explore"))
    for agent, call, block in (("a", "c1", use("c2", "Task", prompt="Dive", subagent_type="diver")), ("b", "c2", text("Mud"))):
        message = {"id": f"m-{agent}", "role": "assistant", "model": "claude-haiku-4-5", "content": [block],
                   "usage": {"input_tokens": 9, "output_tokens": 1}}  # fmt: skip
        inner = {"type": "assistant", "uuid": f"i-{agent}", "timestamp": at(9), "message": message}
        main.add("progress", data={"type": "agent_progress", "agentId": agent, "message": inner}, parentToolUseID=call)
    save(tmp_path / "claude/projects/-home-mira-harbour" / f"{SESSION}.jsonl", "".join(json.dumps(each) + "\n" for each in main.lines))
    home = home_in(tmp_path)
    home.sync()
    assert types(home) == {None: 1, "Explore": 1, "diver": 1}
    with closing(open_reader(home.data / "ledger.db")) as db:
        assert [row.parent for row in subagents(db, [SESSION], tz=ZoneInfo("UTC")).of[SESSION]] == [SESSION, f"{SESSION}/agent-a"]


def test_a_role_of_codex_is_a_type_and_a_nickname_is_none(tmp_path: Path) -> None:
    day = tmp_path / "codex" / "sessions" / "2026" / "03" / "01"
    for thread, spawn in ((THREAD, {"agent_role": "reviewer", "agent_nickname": "Laplace"}), (CHILD, {"agent_nickname": "Noether"})):
        source = {"subagent": {"thread_spawn": {"parent_thread_id": "gone", **spawn}}}
        write(day / f"rollout-2026-03-01T00-10-00-{thread}.jsonl",
              [meta(thread, 10, source=source, parent_thread_id="gone"), turn(11, "t"), count(12, (900, 0, 10), (900, 0, 10))])  # fmt: skip
    home = home_in(tmp_path)
    home.sync()
    assert types(home) == {"reviewer": 1, "unknown": 1}
