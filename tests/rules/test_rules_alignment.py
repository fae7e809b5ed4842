"""Two lists of prompts laid side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.alignment import align


def test_the_same_and_the_similar_stand_together_in_both_orders() -> None:
    left = ["Build the boat", "yes", "Paint it blue with two coats", "Sell it"]
    right = ["build  the boat", "Paint it red with two coats", "Sail away", "Sell it"]
    found = align(left, right)
    assert [each[:2] for each in found] == [(0, 0), (1, None), (2, 1), (None, 2), (3, 3)]
    assert [each[2] == 1 for each in found] == [True, False, False, False, True]
    assert found[2][2] > 0.5


def test_words_that_no_spaces_part_are_compared_by_their_signs() -> None:
    assert [each[:2] for each in align(["请修复解析器的错误"], ["请修复解析器里的错误吧"])] == [(0, 0)]
    assert [each[:2] for each in align(["请修复"], ["船在港口"])] == [(0, None), (None, 0)]


def test_nothing_beside_something() -> None:
    assert align([], []) == []
    assert align([], ["a"]) == [(None, 0, 0.0)]
    assert align(["", "?!"], ["..."]) == [(0, None, 0.0), (1, None, 0.0), (None, 0, 0.0)]


def test_thousands_of_prompts_are_no_trouble() -> None:
    left = [f"prompt number {n}" for n in range(3_000)]
    right = [f"request number {n}" for n in range(3_000)] + left[:3]
    found = align(left, right)
    assert sum(each[0] is not None for each in found) == len(left)
    assert sum(each[1] is not None for each in found) == len(right)


prompts = st.lists(st.sampled_from(["go", "go on", "go on now", "stop it", "stop", "", "fix the tests now"]), max_size=9)


@given(prompts, prompts)
def test_every_prompt_stands_once_and_in_its_order(left: list[str], right: list[str]) -> None:
    found = align(left, right)
    assert [each[0] for each in found if each[0] is not None] == list(range(len(left)))
    assert [each[1] for each in found if each[1] is not None] == list(range(len(right)))
    assert all((each[2] > 0) == (None not in each[:2]) for each in found)
