"""Sessions of Claude that Codex imported are no work of Codex; empty usage is no call."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ledger_sums import Home
from small_logs import Line, at, count, meta, record, turn, write

from tally_tui.ingest import parsing

THREAD = "019e7786-c300-7503-8b7b-7fe54bd85b5c"
ORIGIN = "338593d9-dece-4e53-81fa-3d455e089257"


def event(minute: int, kind: str, **more: Any) -> Line:
    return {"timestamp": at(minute), "type": "event_msg", "payload": {"type": kind} | more}


def imported(turns: bool = True) -> list[Line]:
    lines: list[Line] = []
    for number in (1, 2):
        name = f"external-import-turn-{number}"
        lines += [event(1, "task_started", turn_id=name)] if turns else []
        lines += [event(1, "user_message", message=f"wire it {number}"), event(1, "agent_message", message="wired")]
        lines += [count(1, (number * 100, 0, 7), (100, 0, 7))]
    return [*lines, event(1, "agent_message", message="<EXTERNAL SESSION IMPORTED>")]


OWN = [turn(5, "t1"), event(5, "user_message", message="now paint it"), count(6, (1_000, 0, 50), (800, 0, 36))]


def listing(home: Home, source: str = f"/home/dev/.claude/projects/-srv-x/{ORIGIN}.jsonl") -> None:
    path = Path(home.codex, "external_agent_session_imports.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"records": [{"source_path": source, "imported_thread_id": THREAD}]}))


def read(tmp_path: Path, lines: list[Line], stretch: int = 1 << 30, listed: bool = True) -> tuple[Home, tuple[Any, ...]]:
    home = Home(str(tmp_path / "none"), str(tmp_path / "codex"), tmp_path / "data")
    write(Path(home.codex, f"sessions/rollout-2026-03-01T00-01-00-{THREAD}.jsonl"), lines)
    if listed:
        listing(home)
    in_place = parsing.parse_in_place
    with patch.object(parsing, "parse_in_place", lambda jobs, state_of: in_place(jobs, state_of, stretch)):
        home.sync()
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        (origin,) = db.execute("SELECT imported_from FROM session WHERE name = ?", (THREAD,)).fetchone()
        turns = db.execute("SELECT coalesce(sum(turns), 0), coalesce(sum(replies), 0) FROM talk").fetchone()
    sums = home.sums()
    return home, (sums.calls, sums.inclusive_input, sums.duplicates, origin, *turns)


@pytest.mark.parametrize("stretch", [1, 500, 1 << 30])
@pytest.mark.parametrize("turns", [True, False], ids=["in turns of their own", "up to the marker"])
def test_an_import_counts_nothing_and_what_follows_is_codex_own(tmp_path: Path, stretch: int, turns: bool) -> None:
    _, found = read(tmp_path, [meta(THREAD, 1), *imported(turns), *OWN], stretch)
    assert found == (1, 800, {}, ORIGIN, 1, 1)


def test_an_import_that_nothing_lists_is_known_by_its_turns(tmp_path: Path) -> None:
    _, found = read(tmp_path, [meta(THREAD, 1), *imported(), *OWN], listed=False)
    assert found == (1, 800, {}, "", 1, 1)


def test_an_import_that_is_listed_only_after_it_was_read(tmp_path: Path) -> None:
    home, found = read(tmp_path, [meta(THREAD, 1), *imported(), *OWN], listed=False)
    assert found[3] == ""
    listing(home)
    with next(Path(home.codex).rglob("*.jsonl")).open("ab") as log:
        log.write(b"\n")
    home.sync()
    home.sync()
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        assert db.execute("SELECT imported_from FROM session WHERE name = ?", (THREAD,)).fetchone() == (ORIGIN,)


def test_an_older_import_without_the_marker(tmp_path: Path) -> None:
    _, found = read(tmp_path, [meta(THREAD, 1), *imported()[:-1], *OWN])
    assert found == (1, 800, {}, ORIGIN, 1, 1)


def test_a_second_import_takes_nothing_of_the_work_between(tmp_path: Path) -> None:
    _, found = read(tmp_path, [meta(THREAD, 1), *imported(), *OWN, *imported(), turn(8, "t2"), count(9, (2_000, 0, 60), (500, 0, 5))])
    assert found[:2] == (2, 1_300)


def test_an_agent_that_says_the_marker_s_words_has_imported_nothing(tmp_path: Path) -> None:
    said = event(7, "agent_message", message="<EXTERNAL SESSION IMPORTED>")
    _, found = read(tmp_path, [meta(THREAD, 1), *OWN, said, count(9, (2_000, 0, 60), (500, 0, 5))], listed=False)
    assert found[:4] == (2, 1_300, {}, None)


def test_empty_usage_is_no_call_and_moves_no_total(tmp_path: Path) -> None:
    """After a compaction Codex states an estimate as a total, with sizes of zero."""
    empty = count(4, (5_000, 0, 0), (0, 0, 0))
    empty["payload"]["info"]["last_token_usage"]["total_tokens"] = 5_000
    headless = {"type": "turn.completed", "usage": {"input_tokens": 0, "output_tokens": 0}}
    lines = [meta(THREAD, 1), turn(2, "t1"), count(2, (0, 0, 0), (0, 0, 0)), count(3, (100, 0, 10), (100, 0, 10)), empty,
             record(5, "r", (0, 0, 0)), count(6, (100, 0, 10), (100, 0, 10)), count(7, (150, 0, 15), None), headless]  # fmt: skip
    _, found = read(tmp_path, lines)
    assert found[:3] == (2, 150, {"repeat": 1})


def test_a_negative_component_is_nothing_and_the_rest_counts(tmp_path: Path) -> None:
    line = count(3, (100, -5, 10), (100, -5, 10))
    strings = count(4, (200, 0, 30), (100, 0, 20))
    strings["payload"]["info"]["last_token_usage"] = {"input_tokens": "100", "output_tokens": "20", "cached_input_tokens": "-7"}
    home, found = read(tmp_path, [meta(THREAD, 1), turn(2, "t1"), line, strings])
    assert found[:2] == (2, 200)
    assert home.sums().output == 30
