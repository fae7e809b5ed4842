"""What a list and a reader show depends on the lines of the logs alone: not on when, or in which order, they came."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from conversation_logs import write_home
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_sums import Home
from small_logs import write_small_logs

from tally_tui.exports.json import document
from tally_tui.ledger.open import open_reader
from tally_tui.reports.conversation import NoLogError, conversation
from tally_tui.reports.sessions import sessions

LONE = "aaaaaaaa-0000-4000-8000-000000000009"


def line(kind: str, uuid: str, second: int, content: Any, **more: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content, **more.pop("message", {})}
    return {
        "type": kind, "uuid": uuid, "sessionId": LONE, "cwd": "/srv/x", "version": "2.1.42", "gitBranch": "main",
        "timestamp": f"2026-02-12T10:00:{second:02d}.000Z", "message": message, **more,
    }  # fmt: skip


def answer(uuid: str, name: str, second: int, read: int, output: int = 5) -> dict[str, Any]:
    usage = {"input_tokens": 10, "cache_read_input_tokens": read, "output_tokens": output}
    about = {"id": name, "model": "claude-opus-4-6", "usage": usage}
    return line("assistant", uuid, second, [{"type": "text", "text": f"said {uuid}"}], message=about, requestId=f"r{name}")


def returning() -> list[dict[str, Any]]:
    """Answers whose lines go on behind other answers, lines that are written twice, and a compaction."""
    ask, first = line("user", "u1", 0, "hello"), answer("a1", "msg_A", 1, 1_000)
    result = line("user", "r1", 3, [{"type": "tool_result", "tool_use_id": "t1", "content": "fine"}])
    boundary = {
        "type": "system", "subtype": "compact_boundary", "uuid": "c1", "sessionId": LONE,
        "timestamp": "2026-02-12T10:00:06.000Z", "compactMetadata": {"trigger": "manual", "preTokens": 90_000},
    }  # fmt: skip
    more = [answer("b1", "msg_B", 2, 90_000), answer("a2", "msg_A", 1, 1_200, 9), ask, first, result, result,
            line("user", "u2", 4, "<button> is broken"), answer("b2", "msg_B", 2, 90_000, 7), ask, boundary,
            answer("a3", "msg_A", 1, 1_000), line("user", "u3", 7, "Stop hook feedback: not yet")]  # fmt: skip
    return [ask, first, *more, boundary]


def make(folder: Path) -> dict[Path, bytes]:
    """Path below the folder → what stands there in the end."""
    write_home(folder)
    write_small_logs(folder)
    path = folder / "claude" / "projects" / "-srv-x" / f"{LONE}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in returning()), encoding="utf-8")
    roots = (folder / "claude", folder / "codex")
    return {file.relative_to(folder): file.read_bytes() for root in roots for file in sorted(root.rglob("*")) if file.is_file()}


def shown(home: Home, folder: Path) -> dict[str, Any]:
    """Every column of every session, and every conversation whole; paths as they are below the folder."""
    with closing(open_reader(home.data / "ledger.db")) as db:
        found = sessions(db, tz=ZoneInfo("UTC"), include_subagents=True).rows
        rows = [msgspec.to_builtins(row) for row in found]
        told: dict[str, Any] = {}
        for (name,) in db.execute("SELECT name FROM session").fetchall():
            try:
                told[name] = document(conversation(db, name, depth=5, branches=True), lambda value: value)
            except NoLogError:
                told[name] = None
    for row in rows:
        row.pop("deleted_ms", None)  # by the time of the file's last change
    text = json.dumps({"rows": sorted(rows, key=lambda row: row["session"]), "told": told}, sort_keys=True)
    return dict(json.loads(text.replace(str(folder), "")))


def home_in(folder: Path) -> Home:
    return Home(str(folder / "claude"), str(folder / "codex"), folder / "data")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Path, bytes], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("whole")
    files = make(folder)
    home = Home(str(folder / "claude"), str(folder / "codex"), folder / "ledger")
    home.sync()
    return files, shown(home, folder)


def test_lines_that_return_or_are_written_twice_count_once(logs: Any) -> None:
    _, expected = logs
    (row,) = (row for row in expected["rows"] if row["session"] == LONE)
    assert (row["turns"], row["replies"], row["context"], row["figures"]["calls"]) == (2, 2, None, 2)
    said = [each["text"] for each in expected["told"][LONE]["messages"] if each["kind"] in ("prompt", "reply")]
    assert sorted(said) == ["<button> is broken", "hello", "said a1", "said a2", "said a3", "said b1", "said b2"]


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_is_shown_however_it_came(logs: Any, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    files, expected = logs
    folder = tmp_path_factory.mktemp("pieces")
    home = home_in(folder)
    # What stands beside a subagent's log is written before it.
    order = data.draw(st.permutations([path for path in sorted(files) if path.suffix != ".json"]))
    beside = [path for path in files if path.suffix == ".json"]
    cut = set(data.draw(st.lists(st.sampled_from(order), max_size=6)))
    for path in (*beside, *order):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        whole = files[path]
        ends = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=3))) if path in cut and path.suffix == ".jsonl" else []
        for end in ends:
            place.write_bytes(whole[:end])
            home.sync()
        place.write_bytes(whole)
        if path in cut:
            home.sync()
    home.sync()
    found = shown(home, folder)
    for have, want in zip(found["rows"], expected["rows"], strict=True):
        assert have == want
    assert found["told"] == expected["told"]
