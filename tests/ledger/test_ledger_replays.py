"""Codex threads in several files: replays of a parent, totals told again, archives, headless logs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_sums import Home
from small_logs import Line, count, meta, record, turn, write

from tally_tui.ledger.replays import Evidence, leading_burst, replayed

EVIDENCE = st.builds(Evidence, vector=st.integers(0, 3), turn=st.sampled_from([None, 1, 2]), ts=st.integers(0, 3_000))
Log = tuple[str, list[Line | bytes]]


@given(parent=st.lists(EVIDENCE, max_size=8), own=st.lists(EVIDENCE, max_size=4), left_out=st.data())
def test_a_replay_is_found_whole(parent: list[Evidence], own: list[Evidence], left_out: st.DataObject) -> None:
    kept = [each for each in parent if left_out.draw(st.booleans())]
    copies = [Evidence(each.vector, each.turn, 9_999) for each in kept]
    assert replayed([*copies, *own], parent) >= len(copies)
    assert replayed(own, []) == 0


@given(child=st.lists(EVIDENCE, max_size=6), parent=st.lists(EVIDENCE, max_size=6))
def test_never_more_than_the_parent_has(child: list[Evidence], parent: list[Evidence]) -> None:
    assert 0 <= replayed(child, parent) <= min(len(child), len(parent))


def test_turns_tell_equal_counts_apart_where_both_name_one() -> None:
    assert replayed([Evidence(1, 1, 0)], [Evidence(1, 2, 0)]) == 0
    assert replayed([Evidence(1, None, 0)], [Evidence(1, 2, 0)]) == 1


def test_a_burst_is_no_replay_when_it_is_all_there_is() -> None:
    burst, rest = [Evidence(1, None, 500), Evidence(2, None, 900)], [Evidence(3, None, 1_500)]
    assert leading_burst(burst, 0) == 0
    assert leading_burst(burst + rest, 0) == 2
    assert leading_burst(burst + rest, 5_000) == 0


# -- through the ledger, in every order of arrival


def sums_in_every_order(tmp_path: Path, logs: list[Log]) -> Any:
    """The sums of these files, which must be the same in whichever order they are met."""
    found = []
    for number, order in enumerate([*permutations(logs), None]):
        home = Home(str(tmp_path / "none"), str(tmp_path / f"codex{number}"), tmp_path / f"data{number}")
        for path, lines in order or logs:
            write(Path(home.codex) / path, lines)
            if order is not None:
                home.sync()
        home.sync()
        found.append(home.sums())
    assert all(sums == found[0] for sums in found)
    return found[0]


def rollout(hour: int, thread: str, lines: list[Line], folder: str = "sessions/2026/03/01", end: str = "") -> Log:
    return f"{folder}/rollout-2026-03-01T{hour:02d}-00-00-{thread}{end}.jsonl", [meta(thread, hour * 60), *lines]


def counts(start: int, *totals: int) -> list[Line]:
    """Token counts with these totals, each a step from the one before."""
    found, before = [], 0
    for minute, total in enumerate(totals, start):
        step = total - before if total > before else total
        found.append(count(minute, (total, 0, total // 10), (step, 0, step // 10)))
        before = total
    return found


def test_a_thread_taken_up_again_in_a_new_file_tells_its_totals_again(tmp_path: Path) -> None:
    """Resumed, it says once more what it said last; then it goes on from there."""
    again = count(121, (300, 0, 30), (200, 0, 20))
    sums = sums_in_every_order(tmp_path, [
        rollout(1, "t", [turn(60, "t1"), *counts(61, 100, 300)]),
        rollout(2, "t", [again, turn(122, "t2"), count(123, (450, 0, 45), (150, 0, 15))], end="_2"),
        rollout(3, "t", [count(181, (450, 0, 45), (150, 0, 15)), count(182, (500, 0, 50), (50, 0, 5))], end="_3"),
    ])  # fmt: skip
    assert (sums.calls, sums.inclusive_input, sums.duplicates) == (4, 500, {"repeat": 2})


def test_another_size_with_the_same_totals_is_a_repeat_all_the_same(tmp_path: Path) -> None:
    sums = sums_in_every_order(tmp_path, [
        rollout(1, "t", counts(61, 100, 300)),
        rollout(2, "t", [count(121, (300, 0, 30), (300, 0, 30)), *counts(122, 0)], end="_2"),
    ])  # fmt: skip
    assert (sums.inclusive_input, sums.duplicates["repeat"]) == (300, 1)


def test_totals_that_start_again_in_a_new_file_are_calls(tmp_path: Path) -> None:
    sums = sums_in_every_order(tmp_path, [rollout(1, "t", counts(61, 100, 300)), rollout(2, "t", counts(121, 100), end="_2")])
    assert (sums.calls, sums.inclusive_input) == (3, 400)


def test_a_child_of_a_thread_that_was_taken_up_again(tmp_path: Path) -> None:
    said = [*counts(61, 100, 300), count(121, (300, 0, 30), (200, 0, 20)), count(123, (450, 0, 45), (150, 0, 15))]
    parent, child = meta("t", 60), meta("c", 240, forked_from_id="t")
    copies = [line | {"timestamp": child["timestamp"]} for line in said]
    own = count(250, (470, 0, 47), (20, 0, 2))
    sums = sums_in_every_order(tmp_path, [
        rollout(1, "t", said[:2]),
        rollout(2, "t", said[2:], end="_2"),
        ("sessions/2026/03/01/rollout-2026-03-01T04-00-00-c.jsonl", [child, parent, *copies, own]),
    ])  # fmt: skip
    assert (sums.calls, sums.inclusive_input) == (4, 470)
    assert sums.duplicates == {"repeat": 2, "replay": 3}


def test_a_grandchild_replays_what_its_parent_replays(tmp_path: Path) -> None:
    first = counts(61, 100, 300)
    second = [*first, count(125, (350, 0, 35), (50, 0, 5))]
    sums = sums_in_every_order(tmp_path, [
        rollout(1, "a", first),
        ("sessions/rollout-2026-03-01T02-00-00-b.jsonl", [meta("b", 120, forked_from_id="a"), *second]),
        ("sessions/rollout-2026-03-01T03-00-00-c.jsonl",
         [meta("c", 180, parent_thread_id="b"), *second, count(190, (360, 0, 36), (10, 0, 1))]),
    ])  # fmt: skip
    assert (sums.calls, sums.inclusive_input, sums.duplicates) == (4, 360, {"replay": 5})


def test_two_siblings_that_did_the_same_are_two(tmp_path: Path) -> None:
    children = [
        (f"sessions/rollout-2026-03-01T02-00-0{n}-c{n}.jsonl", [meta(f"c{n}", 120, forked_from_id="a"), *counts(125, 70)])
        for n in (1, 2)
    ]
    sums = sums_in_every_order(tmp_path, [rollout(1, "a", counts(61, 100)), *children])
    assert (sums.calls, sums.duplicates) == (3, {})


@pytest.mark.parametrize("half", ["live", "archived"])
def test_half_a_thread_elsewhere_counts_no_record_beside_its_count(tmp_path: Path, half: str) -> None:
    """One copy ends between a usage record and its count: there it looks like a call of its own."""
    whole: list[Line] = [turn(61, "t1"), record(62, "r1", (100, 0, 10)), count(62, (100, 0, 10), (100, 0, 10), 1)]
    live, archived = (whole[:2], whole) if half == "live" else (whole, whole[:2])
    sums = sums_in_every_order(tmp_path, [rollout(1, "t", live), rollout(1, "t", archived, "archived_sessions")])
    assert (sums.calls, sums.inclusive_input) == (1, 100)


def headless(thread: str) -> list[Line | bytes]:
    usage = {"input_tokens": 100, "output_tokens": 7}
    return [{"type": "thread.started", "thread_id": thread}, *({"type": "turn.completed", "usage": usage} for _ in range(2))]


def test_a_headless_run_in_two_places_is_one(tmp_path: Path) -> None:
    sums = sums_in_every_order(tmp_path, [("sessions/run.jsonl", headless("run")), ("archived_sessions/run.jsonl", headless("run"))])
    assert (sums.calls, sums.duplicates) == (2, {"archive": 2})


@pytest.mark.parametrize("beheaded", [False, True])
def test_a_headless_log_beside_its_rollout_counts_nothing(tmp_path: Path, beheaded: bool) -> None:
    """Also when the rollout has lost its first line to a crash."""
    thread = "01900001-0000-7000-8000-000000000001"
    cut: Callable[[Log], Log] = lambda log: (log[0], [b'{"timestamp', *log[1][1:]]) if beheaded else log  # noqa: E731
    sums = sums_in_every_order(tmp_path, [("sessions/run.jsonl", headless(thread)), cut(rollout(1, thread, counts(61, 100)))])
    assert (sums.calls, sums.inclusive_input, sums.duplicates) == (1, 100, {"archive": 2})
