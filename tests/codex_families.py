"""Families of Codex threads drawn by hypothesis, with the calls that are each thread's own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

Line = dict[str, Any]
START = 1_790_000_000_000
MINUTE = 60_000


@dataclass
class Record:
    """A token count: the size of its call, its thread's totals behind it, and the turn it stands in."""

    size: int
    total: int
    turn: str | None


@dataclass
class Thread:
    name: str
    began: int
    lines: list[Line] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    """Sizes of the calls that nobody else made."""

    @property
    def path(self) -> str:
        return f"sessions/rollout-{self.began}-{self.name}.jsonl"

    @property
    def log(self) -> bytes:
        return b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)


def uuid7(at: int, number: int) -> str:
    """A UUID of version 7 made at `at` ms."""
    high = f"{at:012x}"
    return f"{high[:8]}-{high[8:]}-7000-8000-{number:012x}"


def stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def usage(size: int) -> Line:
    return {"input_tokens": size, "cached_input_tokens": size // 2, "output_tokens": size // 10, "total_tokens": size + size // 10}


def said(at: int, kind: str, payload: Line) -> Line:
    return {"timestamp": stamp(at), "type": kind, "payload": payload}


def tell(thread: Thread, at: int, record: Record) -> None:
    info = {"total_token_usage": usage(record.total), "last_token_usage": usage(record.size)}
    thread.lines.append(said(at, "event_msg", {"type": "token_count", "info": info}))
    thread.records.append(record)


def begin_turn(thread: Thread, at: int, turn: str | None) -> None:
    thread.lines.append(said(at, "turn_context", {"model": "gpt-5.5", "cwd": "/home/dev/lantern"} | ({"turn_id": turn} if turn else {})))


@st.composite
def families(draw: st.DrawFn) -> tuple[list[Thread], set[str]]:
    """Threads of a family, oldest first, and the names of those whose log is nowhere.

    No two calls have one size, so that what is whose is known.
    """
    sizes = iter(range(1_000, 900_000, 10))
    threads: list[Thread] = []
    lost: set[str] = set()
    for number in range(draw(st.integers(2, 4))):
        at = START + number * 1_000 * MINUTE
        parent = draw(st.sampled_from(threads)) if threads else None
        thread = Thread(uuid7(at, number), at)
        more: Line = {}
        if parent is not None:
            word = draw(st.sampled_from(["forked_from_id", "parent_thread_id", "source"]))
            more = {word: parent.name} if word != "source" else {"source": {"subagent": {"thread_spawn": {"parent_thread_id": parent.name}}}}
        thread.lines.append(said(at, "session_meta", {"id": thread.name, "cwd": "/home/dev/lantern"} | more))
        total = 0
        if parent is not None:
            total = _replay(draw, thread, parent, at, parent.name not in lost)
        _work(draw, thread, at, total, sizes)
        threads.append(thread)
        if draw(st.integers(0, 3)) == 0:
            lost.add(thread.name)
    return threads, lost


def _replay(draw: st.DrawFn, thread: Thread, parent: Thread, at: int, known: bool) -> int:
    """Copy some of the parent's records; returns the totals behind them."""
    theirs = parent.records
    first = draw(st.integers(0, len(theirs)))
    copied = theirs[first : draw(st.integers(first, len(theirs)))]
    shapes = ["plain", "older"] if known else ["burst", "older"]
    shape = draw(st.sampled_from([*shapes, "rebased"] if known and len(copied) >= 3 else shapes))
    if shape == "plain":
        copied = [record for record in copied if draw(st.integers(0, 3))]
    if shape != "older" and draw(st.booleans()):
        begin_turn(thread, at, uuid7(at, 99))
    moment = at if shape == "burst" else at + draw(st.sampled_from([0, 300, 40 * MINUTE]))
    total = 0
    for index, record in enumerate(copied):
        if shape == "older":
            begin_turn(thread, moment, uuid7(at - MINUTE + index, 7))
        elif draw(st.integers(0, 3)) == 0:
            begin_turn(thread, moment, draw(st.sampled_from([record.turn, uuid7(at + index, 5)])))
        moment += draw(st.integers(0, 60)) if shape == "burst" else draw(st.sampled_from([0, 30, 2_000]))
        total = total + record.size if shape == "rebased" else record.total
        tell(thread, moment, Record(record.size, total, record.turn))
    return total


def _work(draw: st.DrawFn, thread: Thread, at: int, total: int, sizes: Any) -> None:
    """Turns of the thread's own, each answer minutes after the one before."""
    moment = at + 60 * MINUTE
    for _ in range(draw(st.integers(0, 3))):
        turn = uuid7(moment, 1)
        begin_turn(thread, moment, turn)
        for _ in range(draw(st.integers(0, 3))):
            moment += MINUTE
            size = next(sizes)
            total = size if draw(st.integers(0, 9)) == 0 else total + size
            tell(thread, moment, Record(size, total, turn))
            thread.own.append(size)
        moment += MINUTE
