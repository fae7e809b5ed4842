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

from tally_tui.ledger.replays import Evidence, leading_run, replayed

EVIDENCE = st.builds(Evidence, vector=st.integers(0, 3), ts=st.integers(0, 3_000))
Log = tuple[str, list[Line | bytes]]


@given(parent=st.lists(EVIDENCE, max_size=8), own=st.lists(EVIDENCE, max_size=4), left_out=st.data())
def test_a_replay_is_found_whole(parent: list[Evidence], own: list[Evidence], left_out: st.DataObject) -> None:
    kept = [each for each in parent if left_out.draw(st.booleans())]
    copies = [Evidence(each.vector, 9_999) for each in kept]
    assert replayed([*copies, *own], parent) >= len(copies)
    assert replayed(own, []) == 0


@given(child=st.lists(EVIDENCE, max_size=6), parent=st.lists(EVIDENCE, max_size=6))
def test_never_more_than_the_parent_has(child: list[Evidence], parent: list[Evidence]) -> None:
    assert 0 <= replayed(child, parent) <= min(len(child), len(parent))


def sized(*sizes: int, totals: int = 0) -> list[Evidence]:
    """Records of these sizes whose totals are like no other's."""
    return [Evidence(1_000 + totals * 100 + index, 0, size) for index, size in enumerate(sizes)]


def test_three_equal_sizes_in_a_row_are_copies_whose_totals_were_rebased() -> None:
    parent = sized(5, 6, 7, 8, 9)
    assert replayed(sized(6, 7, 8, 50, totals=1), parent) == 3
    assert replayed(sized(5, 6, 7, 8, 9, totals=1), parent) == 5
    assert replayed(sized(6, 7, 50, totals=1), parent) == 0, "two may be chance"
    assert replayed(sized(5, 7, 8, totals=1), parent) == 0, "not in a row"
    assert replayed([*parent[:2], *sized(7, 50, totals=1)], parent) == 3, "the first two with their own totals"


def test_a_turn_older_than_its_thread_needs_no_like_in_the_parent() -> None:
    strange = Evidence(77, 0, 77, older=True)
    parent = sized(5, 6)
    assert replayed([strange, *parent, Evidence(9, 0, 9)], parent) == 3
    assert replayed([parent[0], strange, Evidence(9, 0, 9)], parent) == 2


def run_at(*times: int) -> list[Evidence]:
    return [Evidence(index, ts) for index, ts in enumerate(times)]


@pytest.mark.parametrize(("times", "copies"), [
    ((985, 990, 995, 1_010, 1_020, 9_000), 5),    # over the tick of the clock's second
    (tuple(range(0, 2_000, 66)), 31),             # slowly, and nothing behind it yet
    ((1_000, 1_999, 2_998), 3),                   # the slowest run there is
    ((1_001, 1_002, 1_003), 0),                   # begun too late
    ((0, 999, 1_999), 1),                         # the third was waited for
    ((900,), 0), ((900, 1_800), 0),               # quick first answers of a small model
    ((200, 9_000), 1), ((201, 9_000), 0),
    ((5, 195, 9_000), 2), ((5, 210, 9_000), 1),
    ((10, 20, 30, 231, 400), 3),                   # more than 20 times the median before it
    ((10, 20, 30, 230, 400), 5),                   # not more
    ((10, 11, 12, 211, 212), 5),                  # no gap under 0.2 s ends a run
    ((), 0),
])  # fmt: skip
def test_a_run_without_the_parent(times: tuple[int, ...], copies: int) -> None:
    assert leading_run(run_at(*times), 0) == copies


def test_what_stands_before_any_turn_of_its_own_is_a_copy() -> None:
    slow = [Evidence(1, 5_000, early=True), Evidence(2, 9_000, older=True), Evidence(3, 20_000)]
    assert leading_run(slow, 0) == 2


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


def uuid7(minute: int, number: int = 0) -> str:
    high = f"{1_772_323_200_000 + minute * 60_000:012x}"  # 2026-03-01, as `small_logs.at`
    return f"{high[:8]}-{high[8:]}-7000-8000-{number:012x}"


def test_a_parent_whose_log_is_gone_is_still_known(tmp_path: Path) -> None:
    """Its rows tell: a quick first answer of the child's own is no copy."""
    home = Home(str(tmp_path / "none"), str(tmp_path / "codex"), tmp_path / "data")
    parent = write_log(home, rollout(1, "a", counts(61, 100, 300)))
    home.sync()
    parent.unlink()
    copied = [line | {"timestamp": meta("c", 120)["timestamp"]} for line in counts(61, 100, 300)]
    own = count(120, (350, 0, 35), (50, 0, 5))
    write_log(home, ("sessions/rollout-2026-03-01T02-00-00-c.jsonl", [meta("c", 120, forked_from_id="a"), *copied, own]))
    home.sync()
    sums = home.sums()
    assert (sums.calls, sums.inclusive_input, sums.duplicates) == (3, 350, {"replay": 2})


def write_log(home: Home, log: Log) -> Path:
    path = Path(home.codex) / log[0]
    write(path, log[1])
    return path


@pytest.mark.parametrize("known", [True, False], ids=["with the parent", "without it"])
@pytest.mark.parametrize("declared", [True, False], ids=["a fork", "not said to be one"])
def test_a_turn_older_than_its_thread_is_no_turn_of_it(tmp_path: Path, known: bool, declared: bool) -> None:
    parent, child = uuid7(60), uuid7(120)
    more = {"forked_from_id": parent} if declared else {}
    logs: list[Log] = [(
        f"sessions/rollout-2026-03-01T02-00-00-{child}.jsonl",
        [meta(child, 120, **more), turn(120, uuid7(70)), count(121, (900, 0, 9), (900, 0, 9)),
         turn(125, uuid7(125)), count(126, (960, 0, 15), (60, 0, 6))],
    )]  # fmt: skip
    if known:
        logs.append((f"sessions/rollout-2026-03-01T01-00-00-{parent}.jsonl", [meta(parent, 60), turn(60, uuid7(60, 1)), *counts(61, 100)]))
    sums = sums_in_every_order(tmp_path, logs)
    assert (sums.calls, sums.inclusive_input) == (1 + known, 60 + 100 * known)
    assert sums.duplicates == {"replay": 1}


def test_copies_in_an_archived_twin_of_a_fork_are_no_calls_either(tmp_path: Path) -> None:
    child = uuid7(120)
    lines: list[Line] = [meta(child, 120), turn(120, uuid7(70)), count(121, (900, 0, 9), (900, 0, 9))]
    name = f"rollout-2026-03-01T02-00-00-{child}.jsonl"
    sums = sums_in_every_order(tmp_path, [(f"sessions/{name}", [*lines]), (f"archived_sessions/{name}", [*lines])])
    assert (sums.calls, sums.duplicates) == (0, {"replay": 1, "archive": 1})
