"""Codex threads are called what a person called them last, wherever Codex wrote it down."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from ledger_sums import Home
from small_logs import Line, at, count, meta, turn, write

from tally_tui.ledger.open import open_reader

THREAD = "01900001-0000-7000-8000-000000000001"
FORK = "01900001-0000-7000-8000-000000000002"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


def said(minute: int, text: str, second: int = 0) -> Line:
    return {"timestamp": at(minute, second), "type": "event_msg", "payload": {"type": "user_message", "message": text}}


def named(minute: int, thread: str, name: str) -> Line:
    payload = {"type": "thread_name_updated", "thread_id": thread, "thread_name": name}
    return {"timestamp": at(minute), "type": "event_msg", "payload": payload}


def rollout(home: Home, thread: str, *lines: Line) -> None:
    path = Path(home.codex) / "sessions/2026/03/01" / f"rollout-2026-03-01T00-10-00-{thread}.jsonl"
    write(path, list(lines))


def listed(home: Home, *lines: Any) -> None:
    path = Path(home.codex) / "session_index.jsonl"
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in lines))


def titles(home: Home) -> dict[str, str]:
    home.sync()
    with closing(open_reader(home.data / "ledger.db")) as db:
        return dict(db.execute("SELECT name, title FROM session"))


def thread_lines(thread: str = THREAD) -> list[Line]:
    return [meta(thread, 10), turn(11, "t1"), said(11, "Mend the net"), count(12, (900, 0, 10), (900, 0, 10))]


def test_the_list_has_the_last_word(home: Home) -> None:
    rollout(home, THREAD, *thread_lines(), named(13, THREAD, "Nets"))
    assert titles(home) == {THREAD: "Nets"}
    listed(
        home, {"id": THREAD, "thread_name": "Older", "updated_at": at(20)}, "{torn",
        {"id": THREAD, "thread_name": "The harbour's  nets", "updated_at": at(30)},
        {"id": THREAD, "thread_name": "Oldest", "updated_at": at(5)}, {"id": "someone else", "thread_name": "x"},
        ["odd"], {"id": THREAD, "thread_name": None, "updated_at": at(40)},
    )  # fmt: skip
    assert titles(home) == {THREAD: "The harbour's nets"}
    # More of the log, and logs that come later than the list, change nothing of it.
    rollout(home, THREAD, *thread_lines(), named(13, THREAD, "Nets"), said(14, "And now the oars"))
    assert titles(home) == {THREAD: "The harbour's nets"}
    listed(home, {"id": THREAD, "thread_name": "Oars", "updated_at": at(50)}, {"id": FORK, "thread_name": "Boats", "updated_at": at(51)})
    assert titles(home) == {THREAD: "Oars"}
    rollout(home, FORK, *thread_lines(FORK))
    assert titles(home) == {THREAD: "Oars", FORK: "Boats"}


def test_a_forks_title_is_its_own(home: Home) -> None:
    copied = [said(30, "Mend the net"), named(30, THREAD, "Nets"), count(30, (900, 0, 10), (900, 0, 10))]
    begin = meta(FORK, 30, forked_from_id=THREAD)
    rollout(home, THREAD, *thread_lines(), named(13, THREAD, "Nets"))
    rollout(home, FORK, begin, *copied, turn(31, "t2"), said(31, "Paint the boat"), count(32, (1900, 0, 20), (1000, 0, 10)))
    assert titles(home) == {THREAD: "Nets", FORK: "Paint the boat"}


def test_a_fork_that_says_nothing_of_its_own_is_called_by_what_it_copied(home: Home) -> None:
    rollout(home, FORK, meta(FORK, 30, forked_from_id=THREAD), said(30, "Mend the net"), turn(31, "t2"),
            count(32, (1900, 0, 20), (1000, 0, 10)))  # fmt: skip
    assert titles(home) == {FORK: "Mend the net"}
