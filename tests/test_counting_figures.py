"""The figures that counting has to hit, from lines in a log to the answer a person gets."""

from __future__ import annotations

import json
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_sums import Home
from small_logs import at, count, meta, turn, write

from tally_tui.ledger.open import open_reader
from tally_tui.model import Reason
from tally_tui.reports.answers import Calls, Usage
from tally_tui.reports.calls import calls
from tally_tui.reports.usage import usage

Line = dict[str, Any]
ZONES = ["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Pago_Pago"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")


def asked(home: Home, *by: str, tz: str = "UTC") -> Usage:
    with closing(open_reader(home.data / "ledger.db")) as db:
        return usage(db, by=by, tz=ZoneInfo(tz))


def listed(home: Home) -> Calls:
    with closing(open_reader(home.data / "ledger.db")) as db:
        return calls(db, tz=ZoneInfo("UTC"))


def dollars(answer: Usage) -> Decimal:
    return Decimal(answer.totals.cost).scaleb(-9)


def claude(home: Home, lines: list[Line], session: str = "s1") -> None:
    write(Path(home.claude) / "projects" / "-work" / f"{session}.jsonl", list(lines))


def said(call: str, minute: int, usage_of: Line, model: str, **more: Any) -> Line:
    return {
        "type": "assistant", "sessionId": "s1", "cwd": "/work", "timestamp": at(minute), "uuid": f"{call}-{minute}",
        "requestId": f"r-{call}", "message": {"id": call, "model": model, "usage": usage_of},
    } | more  # fmt: skip


def rollout(home: Home, thread: str, lines: list[Line], minute: int = 0) -> Path:
    path = Path(home.codex) / "sessions" / "2026" / "03" / "01" / f"rollout-2026-03-01T00-{minute:02d}-00-{thread}.jsonl"
    write(path, list(lines))
    return path


# -- single calls


def test_four_streamed_lines_are_two_calls(home: Home) -> None:
    small, large = {"input_tokens": 400, "output_tokens": 3}, {"input_tokens": 400, "output_tokens": 2_500}
    model = "claude-sonnet-4-6"
    claude(home, [said("a", 1, small, model), said("a", 2, large, model), said("b", 3, small, model), said("b", 4, large, model)])
    home.sync()
    answer = asked(home)
    tokens = answer.totals.tokens
    assert (answer.totals.calls, tokens.input, tokens.output) == (2, 800, 5_000)
    assert dollars(answer) == Decimal("0.0774")


def test_codex_input_holds_its_cached_part(home: Home) -> None:
    usage_of = {"input_tokens": 5_000, "cached_input_tokens": 1_000, "output_tokens": 2_000,
                "reasoning_output_tokens": 300, "total_tokens": 7_000}  # fmt: skip
    info = {"total_token_usage": usage_of, "last_token_usage": usage_of}
    told = {"timestamp": at(3), "type": "event_msg", "payload": {"type": "token_count", "info": info}}
    rollout(home, "t", [meta("t", 1), turn(2, "u", "gpt-5"), told])
    home.sync()
    answer = asked(home)
    tokens = answer.totals.tokens
    assert (tokens.input, tokens.cache_read, tokens.output, tokens.reasoning) == (4_000, 1_000, 2_000, 300)
    assert tokens.total == 7_000
    assert dollars(answer) == Decimal("0.025125")


def test_one_million_of_each_on_opus(home: Home) -> None:
    million = 1_000_000
    each = {
        "input_tokens": million, "output_tokens": million, "cache_creation_input_tokens": million,
        "cache_read_input_tokens": million,
    }  # fmt: skip
    claude(home, [said("a", 1, each, "claude-opus-4-8")])
    home.sync()
    assert dollars(asked(home)) == Decimal("36.75")


def test_the_tier_of_a_long_prompt_is_that_of_its_call_and_is_told(home: Home) -> None:
    usage_of = {
        "input_tokens": 1_000, "cache_creation_input_tokens": 60_000, "cache_read_input_tokens": 150_000,
        "output_tokens": 1_000,
    }  # fmt: skip
    claude(home, [said("a", 1, usage_of, "claude-sonnet-4-5-20250929")])
    home.sync()
    (row,) = listed(home).rows
    # $6 and $22.50 per million, 1.25 × for the write and 0.1 × for the read: the whole request is above 200,000.
    assert row.cost is not None
    assert Decimal(row.cost).scaleb(-9) == Decimal("0.5685")
    assert "200" in row.rate


@pytest.mark.parametrize(
    ("written", "five", "hour"),
    [
        ({"cache_creation_input_tokens": 1_000}, 1_000, 0),
        ({"cache_creation_input_tokens": 1_000, "cache_creation": {"ephemeral_1h_input_tokens": 600}}, 400, 600),
        ({"cache_creation_input_tokens": 1_000, "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 600}}, 400, 600),
        ({"cache_creation": {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 600}}, 300, 600),
        ({"cache_creation_input_tokens": None, "cache_creation": {"ephemeral_5m_input_tokens": 300}}, 300, 0),
        ({"cache_creation_input_tokens": 100, "cache_creation": {"ephemeral_1h_input_tokens": 600}}, 0, 100),
        ({"cache_creation_input_tokens": 0, "cache_creation": {"ephemeral_1h_input_tokens": 600}}, 0, 600),
        ({"cache_creation_input_tokens": 0, "cache_creation": {"ephemeral_5m_input_tokens": 7}}, 7, 0),
        ({"cache_creation_input_tokens": 100, "cache_creation": {"ephemeral_5m_input_tokens": 600}}, 100, 0),
    ],
)  # fmt: skip
def test_no_split_of_cache_writes_loses_tokens(home: Home, written: Line, five: int, hour: int) -> None:
    claude(home, [said("a", 1, written | {"output_tokens": 1}, "claude-opus-4-8")])
    home.sync()
    tokens = asked(home).totals.tokens
    assert (tokens.write_5m, tokens.write_1h) == (five, hour)


@pytest.mark.parametrize("apart", [False, True])
def test_lines_that_split_one_cache_write_differently_write_it_once(home: Home, apart: bool) -> None:
    """A line without the split and one with it, in one reading or in two, in one file or in two."""
    flat = {"cache_creation_input_tokens": 1_000, "output_tokens": 1}
    split = flat | {"cache_creation": {"ephemeral_1h_input_tokens": 900}}
    first, second = said("a", 1, flat, "claude-opus-4-8"), said("a", 2, split, "claude-opus-4-8")
    claude(home, [first] if apart else [first, second])
    home.sync()
    if apart:
        claude(home, [first, second])
        claude(home, [second | {"sessionId": "s2"}], "s2")
        home.sync()
    tokens = asked(home).totals.tokens
    assert (tokens.write_5m, tokens.write_1h) == (100, 900)


# -- a parent and the child that replays it

PARENT = [turn(1, "t1"), *(count(1 + n, (10_000 * n, 0, 500 * n), (10_000, 0, 500)) for n in range(1, 11))]
OWN = [turn(62, "t2"), count(63, (111_000, 0, 5_300), (11_000, 0, 300))]
SPAWNED = {"source": {"subagent": {"thread_spawn": {"parent_thread_id": "parent", "agent_role": "tester"}}}}


@pytest.mark.parametrize("shape", [{"forked_from_id": "parent"}, {"parent_thread_id": "parent"}, SPAWNED], ids=["fork", "parent", "spawn"])
@pytest.mark.parametrize("first", ["parent", "child", "both"])
def test_a_child_counts_only_what_it_adds(home: Home, shape: Line, first: str) -> None:
    """Its copies of the parent's records bear its own time; whichever file is met first, the sums are the same."""
    def parent() -> None:
        rollout(home, "parent", [meta("parent", 0), *PARENT])

    def child() -> None:
        copies = [line | {"timestamp": at(60)} for line in PARENT]
        rollout(home, "child", [meta("child", 60, **shape), meta("parent", 60), *copies, *OWN], 59)

    if first != "child":
        parent()
    if first != "parent":
        child()
    home.sync()
    parent()
    child()
    home.sync()
    answer = asked(home)
    assert (answer.totals.tokens.input, answer.totals.tokens.output, answer.totals.calls) == (111_000, 5_300, 11)
    assert dict(answer.duplicates) == {Reason.REPLAY: 10}


def test_a_thread_that_forks_itself_or_in_a_circle_loses_nothing(home: Home) -> None:
    rollout(home, "parent", [meta("parent", 0, forked_from_id="parent"), *PARENT])
    rollout(home, "one", [meta("one", 0, forked_from_id="two"), turn(1, "t1"), count(2, (10, 0, 1), (10, 0, 1)), count(3, (30, 0, 2), (20, 0, 1))])
    rollout(home, "two", [meta("two", 0, forked_from_id="one"), turn(1, "t1"), count(2, (10, 0, 1), (10, 0, 1)), count(3, (30, 0, 2), (20, 0, 1))])
    home.sync()
    assert asked(home).totals.tokens.input == 100_000 + 2 * 30


# -- sums


@pytest.mark.parametrize("tz", ZONES)
def test_sums_agree_in_any_zone(home: Home, tz: str) -> None:
    """Calls around every midnight there is, in fractions of a cent, over the change to summer time."""
    lines = []
    for hour in range(0, 24 * 45, 1):
        day, clock_ = divmod(hour, 24)
        stamp = f"2026-{3 + day // 31:02d}-{day % 31 + 1:02d}T{clock_:02d}:{hour * 7 % 60:02d}:59.999Z"
        if day % 31 + 1 > 30 and 3 + day // 31 == 4:
            continue
        usage_of = {"input_tokens": 1 + hour * 13 % 997, "output_tokens": hour % 7, "cache_read_input_tokens": hour}
        lines.append(said(f"m{hour}", 0, usage_of, "claude-haiku-4-5", timestamp=stamp, cwd=f"/work/{hour % 3}"))
    claude(home, lines)
    home.sync()
    whole = asked(home).totals
    assert whole.calls == len(lines)
    for by in ("hour", "day", "week", "month", "year", "session", "project", "model"):
        answer = asked(home, by, tz=tz)
        assert answer.totals == whole
        for name in ("calls", "cost"):
            assert sum(getattr(row.figures, name) for row in answer.rows) == getattr(whole, name)
        assert sum(row.figures.tokens.total for row in answer.rows) == whole.tokens.total
    days = {row.key["day"]: row.figures.cost for row in asked(home, "day", tz=tz).rows}
    months: dict[str, int] = {}
    for name, cost in days.items():
        months[str(name)[:7]] = months.get(str(name)[:7], 0) + cost
    assert months == {row.key["month"]: row.figures.cost for row in asked(home, "month", tz=tz).rows}


def test_lines_as_the_agents_write_them_are_what_these_tests_write(home: Home) -> None:
    """Spaces, another order of keys and nulls deep inside change nothing."""
    usage_of = {"output_tokens": 5, "input_tokens": 400}
    line = said("a", 1, usage_of, "claude-sonnet-4-6")
    line["message"]["content"] = [{"type": "tool_use", "input": {"id": None, "usage": {"input_tokens": 9}}}]
    path = Path(home.claude) / "projects" / "-work" / "s1.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(dict(reversed(line.items())), separators=(" , ", " : ")) + "\n")
    home.sync()
    assert asked(home).totals.tokens.total == 405
