"""Percents that were handed back, as a person tells of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

Tally = Callable[..., Any]
RESET = "2026-11-25T00:00:00Z"
"""`TALLY_NOW` of these tests is 2026-11-22T12:00:00Z."""


@pytest.fixture
def week(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    """46 % at eleven, 31 % at half past: a fall that is too small to be believed by itself."""
    for at, percent in (("11:00", "46"), ("11:30", "31")):
        monkeypatch.setenv("TALLY_NOW", f"2026-11-22T{at}:00Z")
        assert tally("record", "--seven-day", percent, "--seven-day-resets-at", RESET).status == 0
    monkeypatch.setenv("TALLY_NOW", "2026-11-22T12:00:00Z")


def percent(tally: Tally) -> list[tuple[float, int]]:
    return [(each["used_percent"], each["segment"]) for each in tally("limits", "--json").json["limits"]]


@pytest.mark.usefixtures("week")
def test_the_ambiguous_fall_of_46_to_31_is_believed_once_a_person_says_so(tally: Tally) -> None:
    assert percent(tally) == [(46.0, 0)]
    shown = tally("credit", "add", "31", "--at", "45m", "--dry-run")
    assert "46 % became 31 % 45m ago" in shown.out and "Nothing was changed" in shown.out
    assert percent(tally) == [(46.0, 0)]
    assert "`tally-tui credit remove 1` takes it back" in tally("credit", "add", "31%", "--at", "45m").out
    assert percent(tally) == [(31.0, 1)]
    assert "  1  claude 7d: fell to 31 % 45m ago" in tally("credit").out
    assert tally("credit", "list", "--json").json == {
        "schema": "tally.granted-credits/1",
        "credits": [
            {
                "id": 1, "provider": "claude", "root": os.environ["CLAUDE_CONFIG_DIR"], "limit": "claude", "minutes": 10_080,
                "time": "2026-11-22T11:15:00Z", "percent": 31.0,
            }
        ],
    }  # fmt: skip
    assert tally("credit", "remove", "1").out == "credit 1 is taken back\n"
    assert percent(tally) == [(46.0, 0)]
    assert "You told of no credit" in tally("credit").out


@pytest.mark.usefixtures("week")
def test_after_a_credit_the_week_goes_on_from_there(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    tally("credit", "add", "31", "--at", "45m")
    monkeypatch.setenv("TALLY_NOW", "2026-11-22T13:00:00Z")
    tally("record", "--seven-day", "35", "--seven-day-resets-at", RESET)
    assert percent(tally) == [(35.0, 1)]
    # What was told stays told: the same instant with another percentage replaces it.
    tally("credit", "add", "20", "--at", "2026-11-22T11:15:00Z")
    assert [each["percent"] for each in tally("credit", "--json").json["credits"]] == [20.0]


@pytest.mark.usefixtures("week")
def test_the_id_of_a_removed_credit_is_never_given_again(tally: Tally) -> None:
    tally("credit", "add", "31", "--at", "45m")
    tally("credit", "remove", "1")
    assert "`tally-tui credit remove 2` takes it back" in tally("credit", "add", "31", "--at", "45m").out
    again = tally("credit", "remove", "1")
    assert (again.status, again.out) == (2, "")
    assert [each["id"] for each in tally("credit", "--json").json["credits"]] == [2]


@pytest.mark.usefixtures("week")
def test_a_limit_that_nobody_read_is_answered_with_those_there_are(tally: Tally) -> None:
    resets = "2026-11-22T15:00:00Z"
    tally("record", "--five-hour", "12", "--five-hour-resets-at", resets)
    said = tally("credit", "add", "3", "--window", "3h").err
    assert "no such limit was ever read; there are: claude 5h, claude 7d\n" in said


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("words", "pointed", "said"),
    [
        (("add",), "", "a word is missing"),
        (("add", "31", "now"), "now", "one word too many"),
        (("give", "31"), "give", "no action"),
        (("add", "little"), "little", "no percentage"),
        (("add", "101"), "101", "not between 0 and 100"),
        (("add", "nan"), "nan", "not between 0 and 100"),
        (("add", "46"), "46", "stood at 46 %"),
        (("add", "31", "--at", "2026-11-23"), "2026-11-23", "still to come"),
        (("add", "31", "--at", "2026-10-01"), "2026-10-01", "no window"),
        (("add", "31", "--at", "someday"), "someday", ""),
        (("add", "31", "--window", "5h"), "5h", "no such limit"),
        (("add", "31", "--window", "week"), "week", "no length"),
        (("add", "31", "--name", "opus"), "opus", "no such limit"),
        (("add", "31", "--provider", "codex"), "add", "no such limit"),
        (("add", "31", "--provider", "gemini"), "gemini", "not known"),
        (("add", "31", "--root", "/nowhere"), "/nowhere", "no such limit"),
        (("remove", "7"), "7", "no credit 7"),
        (("remove", "x"), "x", "no credit's id"),
    ],
)
def test_what_cannot_be_is_pointed_at_and_nothing_is_kept(
    tally: Tally, words: tuple[str, ...], pointed: str, said: str
) -> None:
    ran = tally("credit", *words)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    if pointed:
        line, carets = ran.err.splitlines()[1:3]
        assert line[carets.index("^") :][: carets.count("^")] == pointed
    assert tally("credit", "--json").json["credits"] == []


def test_without_any_reading_there_is_nothing_to_hand_back(tally: Tally) -> None:
    ran = tally("credit", "add", "31")
    assert ran.status == 2
    assert "no limit was ever read" in ran.err
    assert tally("credit").status == 0
