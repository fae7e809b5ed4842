"""Codex's service tiers: stated ones hold until the next, settings stand in only where a rollout states none."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ledger_sums import Home
from small_logs import Line, at, count, meta, turn, write

from tally_tui.ingest import parsing
from tally_tui.model import Flag, PriceStatus

PRIORITY, FLEX = Flag.TIER_PRIORITY, Flag.TIER_FLEX


def settings(minute: int, **more: Any) -> Line:
    """A snapshot of a thread's settings."""
    told = {"type": "thread_settings_applied", "thread_settings": {"model": "gpt-5.5", "approval_policy": "never"} | more}
    return {"timestamp": at(minute), "type": "event_msg", "payload": told}


def calls(*minutes: int) -> list[Line]:
    return [count(minute, (minute * 1_000, 0, minute * 10), (1_000, 0, 10)) for minute in minutes]


def with_tier(line: Line, tier: str | None) -> Line:
    return line | {"payload": line["payload"] | {"service_tier": tier}}


def home_with(tmp_path: Path, lines: list[Line], config: str | None = None, changed: int = 0) -> Home:
    home = Home(str(tmp_path / "none"), str(tmp_path / "codex"), tmp_path / "data")
    write(tmp_path / "codex" / "sessions" / "rollout-2026-03-01T00-00-00-t.jsonl", lines)
    if config is not None:
        set_config(home, config, changed)
    return home


def set_config(home: Home, text: str, minute: int) -> None:
    path = Path(home.codex, "config.toml")
    path.write_text(text)
    moment = datetime.fromisoformat(at(minute)).timestamp()
    os.utime(path, (moment, moment))


def told(home: Home) -> list[tuple[int, int, int]]:
    """(tier flags, price status, nano-dollars) of each call by time."""
    with closing(sqlite3.connect(home.data / "ledger.db")) as db:
        return [
            (flags & Flag.TIER, status, cost)
            for flags, status, cost in db.execute(
                "SELECT flags, status, cost FROM call JOIN facet ON facet.id = call.facet WHERE reason = 0 ORDER BY ts"
            )
        ]


def tiers(home: Home) -> list[int]:
    return [flags for flags, _, _ in told(home)]


@pytest.mark.parametrize("stretch", [1, 600, 1 << 30])
def test_a_snapshot_holds_until_the_next(tmp_path: Path, stretch: int) -> None:
    lines = [
        meta("t", 1), *calls(2), settings(3, service_tier="priority"), turn(4, "t1"), *calls(5, 6),
        settings(7, service_tier=None), *calls(8), settings(9, service_tier="fast"), *calls(10),
        settings(11), *calls(12), settings(13, service_tier="flex"), *calls(14), settings(15, service_tier="auto"), *calls(16),
    ]  # fmt: skip
    home = home_with(tmp_path, lines, 'service_tier = "fast"\n')
    in_place = parsing.parse_in_place
    with patch.object(parsing, "parse_in_place", lambda jobs, state_of: in_place(jobs, state_of, stretch)):
        home.sync()
    assert tiers(home) == [0, PRIORITY, PRIORITY, 0, PRIORITY, 0, FLEX, 0]
    costs = [cost for _, _, cost in told(home)]
    assert costs[1] == costs[4] == 2.5 * costs[0], "fast and priority are one"
    assert costs[6] == costs[0] / 2


def test_the_tier_of_turns_where_no_snapshot_says_it(tmp_path: Path) -> None:
    lines = [
        meta("t", 1), with_tier(turn(2, "t1"), "priority"), *calls(3), turn(4, "t2"), *calls(5),
        with_tier(turn(6, "t3"), "default"), *calls(7), settings(8, service_tier="flex"), with_tier(turn(9, "t4"), None), *calls(10),
    ]  # fmt: skip
    home = home_with(tmp_path, lines)
    home.sync()
    assert tiers(home) == [PRIORITY, PRIORITY, 0, FLEX]


def test_settings_of_the_home_stand_in_for_later_calls_of_a_rollout_that_states_none(tmp_path: Path) -> None:
    home = home_with(tmp_path, [meta("t", 1), turn(2, "t1"), *calls(3, 9)], 'service_tier = "fast"\n', changed=5)
    home.sync()
    assert [(flags, status) for flags, status, _ in told(home)] == [
        (0, PriceStatus.PRICED), (PRIORITY, PriceStatus.ESTIMATED),
    ]  # fmt: skip


@pytest.mark.parametrize("config", ['service_tier = "default"\n', "", "not [ TOML", 'profile = "p"\n[profiles.q]\nservice_tier = "fast"\n'])
def test_settings_without_a_tier_change_nothing(tmp_path: Path, config: str) -> None:
    home = home_with(tmp_path, [meta("t", 1), turn(2, "t1"), *calls(3)], config)
    home.sync()
    assert [(flags, status) for flags, status, _ in told(home)] == [(0, PriceStatus.PRICED)]


def test_a_tier_that_was_assumed_is_never_decided_again(tmp_path: Path) -> None:
    home = home_with(tmp_path, [meta("t", 1), turn(2, "t1"), *calls(3)], 'service_tier = "fast"\n')
    home.sync()
    before = told(home)
    set_config(home, "", 60)
    rollout = next(Path(home.codex).rglob("*.jsonl"))
    with rollout.open("ab") as log:
        log.write(rollout.read_bytes().splitlines(True)[-1].replace(at(3).encode(), at(70).encode()).replace(b":3000", b":4000"))
    home.sync()
    home.sync(rebuild=True)
    assert told(home)[:1] == before
    assert tiers(home) == [PRIORITY, 0]
    # Nor the other way round: what was decided as standard stays so, though the settings are older now.
    set_config(home, 'service_tier = "fast"\n', 1)
    home.sync(rebuild=True)
    assert tiers(home) == [PRIORITY, 0]
    # A copy of the rollout takes what was decided, too.
    archived = Path(home.codex, "archived_sessions", rollout.name)
    archived.parent.mkdir()
    archived.write_bytes(rollout.read_bytes())
    home.sync()
    assert tiers(home) == [PRIORITY, 0]


def test_a_tier_that_a_rollout_states_later_ends_what_was_assumed(tmp_path: Path) -> None:
    """It is no rollout without any statement then: the same, whenever it was read."""
    lines = [meta("t", 1), turn(2, "t1"), *calls(3)]
    home = home_with(tmp_path, lines, 'service_tier = "fast"\n')
    home.sync()
    assert tiers(home) == [PRIORITY]
    write(next(Path(home.codex).rglob("*.jsonl")), [*lines, settings(4), *calls(5)])
    home.sync()
    assert tiers(home) == [0, 0]
    assert {status for _, status, _ in told(home)} == {PriceStatus.PRICED}
