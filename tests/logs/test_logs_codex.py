"""Codex's lines → calls, by the running totals; what several files say is the ledger's to decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_logs import Line, count, meta, record, turn, write

from tally_tui.logs.parse import parse
from tally_tui.logs.records import BEGINNING_LOST, Chunk
from tally_tui.model import Provider, Reason

THREAD = "01900001-0000-7000-8000-000000000001"
NAME = f"rollout-2026-03-01T00-10-00-{THREAD}.jsonl"


def read(folder: Path, lines: list[Line | bytes], name: str = NAME) -> Chunk:
    write(folder / name, lines)
    return parse(str(folder / name), Provider.CODEX, changed_ms=1_772_000_000_000)


def sizes(chunk: Chunk) -> list[tuple[int, int, int]]:
    """Uncached input, cached, output of what counts."""
    return [(seen.input, seen.cache_read, seen.output) for seen in chunk.sightings if seen.reason == Reason.COUNTED]


def repeats(chunk: Chunk) -> int:
    return sum(seen.reason == Reason.REPEAT for seen in chunk.sightings)


HEAD = [meta(THREAD, 10), turn(11, "t1")]


def test_unchanged_totals_are_a_repeat_whenever_they_come(tmp_path: Path) -> None:
    one = (100, 20, 10)
    chunk = read(tmp_path, [*HEAD, count(12, one, one), count(12, one, one, 1), count(40, one, one), count(41, None, None)])
    assert (sizes(chunk), repeats(chunk)) == ([(80, 20, 10)], 2)


def test_sizes_without_last_are_what_the_totals_grew_by(tmp_path: Path) -> None:
    lines = [count(12, (100, 20, 10), None), count(13, (250, 60, 30), None), count(14, (40, 0, 4), None)]
    assert sizes(read(tmp_path, [*HEAD, *lines])) == [(80, 20, 10), (110, 40, 20), (40, 0, 4)]


def test_totals_that_jump_leave_the_rest_unobserved(tmp_path: Path) -> None:
    chunk = read(tmp_path, [*HEAD, count(12, (5_000, 0, 50), (100, 0, 10)), count(13, (9_000, 0, 300), (1_000, 0, 50))])
    assert sizes(chunk) == [(100, 0, 10), (1_000, 0, 50)]
    assert [seen.unobserved for seen in chunk.sightings] == [0, 3_000 + 200]


def test_without_totals_only_the_same_bytes_are_a_repeat(tmp_path: Path) -> None:
    chunk = read(tmp_path, [*HEAD, count(12, None, (100, 0, 10)), count(13, None, (100, 0, 10)), count(14, None, (100, 0, 11))])
    assert (sizes(chunk), repeats(chunk)) == ([(100, 0, 10), (100, 0, 11)], 1)


@pytest.mark.parametrize("first", ["count", "record"])
def test_a_usage_record_beside_its_count_is_the_same_call(tmp_path: Path, first: str) -> None:
    pair = [count(12, (100, 20, 10), (100, 20, 10)), record(12, "r1", (100, 20, 10))]
    chunk = read(tmp_path, [*HEAD, *(pair if first == "count" else pair[::-1]), record(13, "r2", (100, 20, 10))])
    assert sizes(chunk) == [(80, 20, 10), (80, 20, 10)]
    assert sum(seen.reason == Reason.RECORD for seen in chunk.sightings) == 1


def test_a_response_told_twice_is_one(tmp_path: Path) -> None:
    assert sizes(read(tmp_path, [*HEAD, record(12, "r1", (9, 0, 1)), record(14, "r1", (9, 0, 1))])) == [(9, 0, 1)]


def test_a_model_named_later_is_inferred(tmp_path: Path) -> None:
    one, two = (100, 0, 10), (200, 0, 20)
    chunk = read(tmp_path, [meta(THREAD, 10), count(12, one, one), turn(13, "t1", "openai/gpt-5.5"), count(14, two, one)])
    assert [(seen.model, seen.inferred) for seen in chunk.sightings] == [("gpt-5.5", True), ("gpt-5.5", False)]
    assert chunk.inferred_model == "gpt-5.5"


def test_more_cached_than_input_is_clamped(tmp_path: Path) -> None:
    assert sizes(read(tmp_path, [*HEAD, count(12, (100, 900, 10), (100, 900, 10))])) == [(0, 100, 10)]


@pytest.mark.parametrize("bad", ["usage", "info", "total", "count", "record", "done"])
def test_what_is_no_usage_is_counted_and_the_rest_is_read(tmp_path: Path, bad: str) -> None:
    good = count(14, (100, 0, 10), (100, 0, 10))
    wrong: Line = count(12, (50, 0, 5), (50, 0, 5))
    if bad == "usage":
        wrong["payload"]["info"]["last_token_usage"] = "much"
    elif bad == "info":
        wrong["payload"]["info"] = [1]
    elif bad == "total":
        wrong["payload"]["info"]["total_token_usage"] = 7
    elif bad == "count":
        wrong["payload"]["info"]["last_token_usage"]["input_tokens"] = 4.5
    elif bad == "record":
        wrong = record(12, "r", (1, 1, 1))
        wrong["payload"]["usage"] = None
    else:
        wrong = {"type": "turn.completed", "usage": None}
    chunk = read(tmp_path, [*HEAD, wrong, good])
    assert sizes(chunk) == [(100, 0, 10)]
    assert sum(lines for lines, _ in chunk.skipped.values()) == 1


def test_integers_as_texts_and_half_emoji(tmp_path: Path) -> None:
    line = count(12, (100, 20, 10), (100, 20, 10))
    for usage in line["payload"]["info"].values():
        usage.update({name: str(value) for name, value in usage.items()})
    line["payload"]["note"] = "NOTE"
    raw = json.dumps(line).encode().replace(b"NOTE", b"\\ud83d")
    assert sizes(read(tmp_path, [*HEAD, raw])) == [(80, 20, 10)]


def test_the_first_meta_names_the_thread_later_ones_are_its_ancestors(tmp_path: Path) -> None:
    chunk = read(tmp_path, [meta("own", 10, forked_from_id="above"), meta("above", 10), count(12, (9, 0, 1), (9, 0, 1))])
    (fact,) = chunk.sessions
    assert (fact.name, fact.forked_from, chunk.sightings[0].session) == ("own", "above", "own")


def test_a_rollout_without_its_first_line_is_known_by_its_file(tmp_path: Path) -> None:
    chunk = read(tmp_path, [b'{"timestamp":"2026', count(12, (9, 0, 1), (9, 0, 1))])
    (fact,) = chunk.sessions
    assert (fact.name, fact.started) == (THREAD, BEGINNING_LOST)


def test_identities_do_not_hang_on_where_or_when_a_file_lies(tmp_path: Path) -> None:
    """A record without a time of its own is the same call in the archive."""
    timeless: Any = count(12, (9, 0, 1), (9, 0, 1))
    del timeless["timestamp"]
    lines: list[Line | bytes] = [{"type": "session_meta", "payload": {"id": THREAD}}, timeless]
    one = read(tmp_path, lines)
    write(tmp_path / "archived" / NAME, lines)
    other = parse(str(tmp_path / "archived" / NAME), Provider.CODEX, changed_ms=1_779_999_999_999)
    assert [seen.identity for seen in one.sightings] == [seen.identity for seen in other.sightings]


def test_a_headless_run(tmp_path: Path) -> None:
    done = {"type": "turn.completed", "model": "gpt-5.5", "usage": {"input_tokens": 100, "cached_input_tokens": 40, "output_tokens": 7}}
    chunk = read(tmp_path, [{"type": "thread.started", "thread_id": "run"}, done, done], "run.jsonl")
    assert [(seen.session, seen.input, seen.ts) for seen in chunk.sightings] == [("run", 60, 1_772_000_000_000)] * 2
