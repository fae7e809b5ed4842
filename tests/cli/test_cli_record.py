"""Handing over readings: by flags, as JSON; what is refused, and how it is said."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tally_tui.clock import parse_instant

NOW_S = parse_instant("2026-11-22T12:00:00Z") // 1000
HOUR = 3600
FIVE = ("--five-hour", "23.5", "--five-hour-resets-at", str(NOW_S + 2 * HOUR))
WEEK = ("--seven-day", "41", "--seven-day-resets-at", "2026-11-25T00:00:00Z")
Tally = Callable[..., Any]


@pytest.fixture
def piped(tmp_path: Path, tally: Tally) -> Iterator[Callable[[str], Any]]:
    """Run `record` with a text on standard input."""
    kept = os.dup(0)

    def go(text: str) -> Any:
        file = tmp_path / "stdin"
        file.write_text(text, encoding="utf-8")
        handle = os.open(file, os.O_RDONLY)
        os.dup2(handle, 0)
        os.close(handle)
        return tally("record")

    yield go
    os.dup2(kept, 0)
    os.close(kept)


def readings() -> list[tuple[Any, ...]]:
    path = Path(os.environ["TALLY_DATA_DIR"]) / "ledger.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as db:
        return db.execute(
            "SELECT provider, limit_id, minutes, ts / 1000 - ?, percent, resets_at / 1000 - ?, source FROM reading "
            "ORDER BY minutes, limit_id",
            (NOW_S, NOW_S),
        ).fetchall()


class TestFlags:
    def test_both_windows(self, tally: Tally) -> None:
        ran = tally("record", *FIVE, *WEEK)
        assert (ran.status, ran.err) == (0, "")
        assert ran.out == (
            "recorded: claude, 5 hours: 23.5%, resets in 2h 00m\nrecorded: claude, 7 days: 41%, resets in 2d 12h\n"
        )
        assert readings() == [
            (1, "claude", 300, 0, 23.5, 2 * HOUR, "record"),
            (1, "claude", 10_080, 0, 41.0, 60 * HOUR, "record"),
        ]

    @pytest.mark.parametrize("words", [FIVE, WEEK])
    def test_one_is_enough(self, tally: Tally, words: tuple[str, ...]) -> None:
        assert tally("record", *words).status == 0
        assert len(readings()) == 1

    def test_a_percent_sign_and_milliseconds_are_understood(self, tally: Tally) -> None:
        words = ("--five-hour", "23.5%", "--five-hour-resets-at", str((NOW_S + 2 * HOUR) * 1000))
        assert tally("record", *words).status == 0
        assert readings()[0][4:6] == (23.5, 2 * HOUR)

    def test_the_same_instant_twice_keeps_the_larger(self, tally: Tally) -> None:
        for percent in ("30", "31", "29"):
            tally("record", "--five-hour", percent, *FIVE[2:])
        assert [row[4] for row in readings()] == [31.0]

    @pytest.mark.parametrize(
        ("words", "pointed"),
        [
            (("--five-hour", "123", *FIVE[2:]), "123"),
            (("--five-hour", "-1", *FIVE[2:]), "-1"),
            (("--five-hour", "nan", *FIVE[2:]), "nan"),
            (("--five-hour", "much", *FIVE[2:]), "much"),
            ((*FIVE[:3], "soon"), "soon"),
            ((*FIVE[:3], str(NOW_S + 7 * HOUR)), str(NOW_S + 7 * HOUR)),
            ((*FIVE[:3], str(NOW_S - 11 * 60)), str(NOW_S - 11 * 60)),
            ((*FIVE[:3], "1e300"), "1e300"),
            ((*WEEK[:3], str(NOW_S + 9 * 24 * HOUR)), str(NOW_S + 9 * 24 * HOUR)),
            ((*FIVE, *WEEK[:3], str(NOW_S - 31 * 24 * HOUR)), str(NOW_S - 31 * 24 * HOUR)),
        ],
    )
    def test_what_cannot_be_is_pointed_at_and_nothing_is_kept(
        self, tally: Tally, words: tuple[str, ...], pointed: str
    ) -> None:
        ran = tally("record", *words)
        assert (ran.status, ran.out) == (2, "")
        line, carets = ran.err.splitlines()[1:3]
        assert line[carets.index("^") :][: carets.count("^")] == pointed
        assert readings() == []

    @pytest.mark.parametrize("words", [FIVE[:2], FIVE[2:], WEEK[:2], WEEK[2:], (*FIVE, *WEEK[:2])])
    def test_a_percentage_and_its_reset_go_together(self, tally: Tally, words: tuple[str, ...]) -> None:
        ran = tally("record", *words)
        assert ran.status == 2
        assert "needs --" in ran.err
        assert readings() == []

    def test_a_stale_five_hours_beside_a_good_week_is_left_out(self, tally: Tally) -> None:
        ran = tally("record", *FIVE[:3], str(NOW_S - HOUR), *WEEK)
        assert ran.status == 0
        assert "left out" in ran.err
        assert [row[2] for row in readings()] == [10_080]

    def test_edges_of_what_can_be(self, tally: Tally) -> None:
        for words in (
            ("--five-hour", "0", "--five-hour-resets-at", str(NOW_S - 600)),
            ("--five-hour", "100", "--five-hour-resets-at", str(NOW_S + 6 * HOUR)),
            ("--seven-day", "0", "--seven-day-resets-at", str(NOW_S - 30 * 24 * HOUR)),
            ("--seven-day", "100", "--seven-day-resets-at", str(NOW_S + 8 * 24 * HOUR)),
        ):
            assert tally("record", *words).status == 0

    def test_a_ledger_that_is_none_is_told_and_kept(self, tally: Tally) -> None:
        data = Path(os.environ["TALLY_DATA_DIR"])
        data.mkdir()
        (data / "ledger.db").write_bytes(b"no database at all, but somebody's file")
        ran = tally("record", *FIVE)
        assert ran.status == 1
        assert "nothing was recorded" in ran.err
        assert (data / "ledger.db").read_bytes() == b"no database at all, but somebody's file"


class TestJson:
    def test_what_claude_hands_to_its_status_line(self, piped: Callable[[str], Any]) -> None:
        limits = {
            "five_hour": {"used_percentage": 23.5, "resets_at": NOW_S + HOUR},
            "seven_day": {"used_percentage": 41, "resets_at": NOW_S + 90 * HOUR},
            "seven_day_opus": {"used_percentage": 66, "resets_at": NOW_S + 90 * HOUR},
        }
        assert piped(json.dumps({"session_id": "s", "rate_limits": limits})).status == 0
        assert [row[1:5] for row in readings()] == [
            ("claude", 300, 0, 23.5), ("claude", 10_080, 0, 41.0), ("seven_day_opus", 10_080, 0, 66.0),
        ]  # fmt: skip

    def test_the_limits_alone_and_a_written_instant(self, piped: Callable[[str], Any]) -> None:
        assert piped('{"five_hour": {"used_percentage": 10, "resets_at": "2026-11-22T14:00:00Z"}}').status == 0
        assert readings()[0][4:6] == (10.0, 2 * HOUR)

    def test_an_account_without_limits_is_no_error(self, piped: Callable[[str], Any]) -> None:
        ran = piped('{"session_id": "s", "model": {}}')
        assert ran.status == 0
        assert "no rate_limits" in ran.err
        assert readings() == []

    @pytest.mark.parametrize(
        ("text", "pointed"),
        [
            ('{"five_hour": ', None),
            ("nonsense", "n"),
            ("[1]", "["),
            ("{}", "{"),
            ('{"five_hour": {"used_percentage": 150, "resets_at": 1}}', '"five_hour"'),
            ('{"rate_limits": {"five_hour": {"used_percentage": 50}}}', '"five_hour"'),
            ('{"rate_limits": {"five_hour": {"used_percentage": "x", "resets_at": 5}}}', '"five_hour"'),
            ('{\n"rate_limits": {\n "seven_day": {"used_percentage": 5, "resets_at": "x"}}}', '"seven_day"'),
            ("[" * 100_000, "["),
        ],
    )
    def test_what_it_cannot_be_is_pointed_at(self, piped: Callable[[str], Any], text: str, pointed: str | None) -> None:
        ran = piped(text)
        assert (ran.status, ran.out) == (2, "")
        line, carets = ran.err.splitlines()[1:3]
        assert pointed is None or line[carets.index("^") :][: carets.count("^")] == pointed
        assert readings() == []

    def test_nothing_at_all(self, piped: Callable[[str], Any]) -> None:
        ran = piped(" \n")
        assert ran.status == 2
        assert "JSON on stdin" in ran.err
