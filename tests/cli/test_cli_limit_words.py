"""Limits, forecasts and milestones as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alert_home import AlertHome, later

from tally_tui.clock import parse_instant
from tally_tui.record.line import Gauge, View, line
from tally_tui.record.payload import understood
from tally_tui.record.refresh import from_ledger
from tally_tui.record.view import view

Tally = Callable[..., Any]
NOON, RESET = "2026-03-04T12:00:00Z", "2026-03-09T00:00:00Z"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertHome:
    """A call of $3 half an hour ago, and one account's limit; the usual home is elsewhere."""
    home = AlertHome(tmp_path)
    home.settings()
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TALLY_NOW", NOON)
    log = tmp_path / "claude" / "projects" / "p" / "s.jsonl"
    log.parent.mkdir(parents=True)
    usage = {"input_tokens": 0, "output_tokens": 200_000}
    message = {"id": "m", "model": "claude-sonnet-4-6", "role": "assistant", "content": [], "usage": usage}
    said = {"type": "assistant", "sessionId": "s", "timestamp": later(NOON, -30), "requestId": "r", "message": message}
    log.write_text(json.dumps(said) + "\n")
    return home


def test_a_block_without_a_reading_is_marked(tally: Tally, home: AlertHome) -> None:
    home.read(NOON, 40, RESET, root=str(home.folder / "claude"))
    # 11:30 is in the block from 11:00 to 16:00; $3 in an hour are $15 in five.
    assert tally("limits").out.splitlines() == [
        "claude 7d: 40 % used, heading for 112 %, resets in 4d 12h, $3.00 so far (fresh)",
        "~claude block: $3.00 so far, heading for $15.00, 4h 00m left",
    ]
    blocks = tally("limits", "--json").json["blocks"]
    assert [(each["heuristic"], each["active"], each["since"]) for each in blocks] == [
        (True, True, "2026-03-04T11:00:00Z")
    ]
    home.read(NOON, 10, "2026-03-04T15:30:00Z", 300, root=str(home.folder / "claude"))
    shown = tally("limits").out
    assert "\nclaude block: $3.00 so far" in shown and "~" not in shown


def test_two_accounts_are_named_and_one_is_not(tally: Tally, home: AlertHome) -> None:
    home.read(NOON, 40, RESET, root=str(home.folder / "claude"))
    assert tally("limits").out.startswith("claude 7d: 40 %")
    home.read(NOON, 90, "2026-03-06T00:00:00Z")
    names = [line.partition(":")[0] for line in tally("limits").out.splitlines()[:2]]
    assert names == ["claude (usual) 7d", f"claude ({home.folder.name}/claude) 7d"]
    assert "claude (usual) 7d: 90 % used" in tally("forecast").out
    assert f"claude ({home.folder.name}/claude) 7d: " in tally("milestones").out
    assert "claude (usual), 7 days" in tally("today").out
    roots = [each["root"] for each in tally("today", "--json").json["limits"]]
    assert roots == [None, str(home.folder / "claude")]


@pytest.mark.parametrize(("percent", "told"), [(23.5, 23), (24.5, 24), (99.6, 99)])
def test_a_percentage_is_the_same_wherever_it_is_read(tally: Tally, home: AlertHome, percent: float, told: int) -> None:
    home.read(later(NOON, -60), 1, RESET)
    home.read(NOON, percent, RESET)
    assert f": {told} % used" in tally("limits").out
    assert f": {told} % used" in tally("forecast").out
    assert f" {told}% " in tally("today").out
    assert f"\n   {told} %  " in tally("milestones").out
    view = View(parse_instant(NOON))
    view.gauges["claude", 10_080] = Gauge(percent, parse_instant(RESET), view.now)
    assert line(("7d",), view, colours=False).startswith(f"7d {told}%")
    # Programs get it as it was read.
    assert tally("limits", "--json").json["limits"][0]["used_percent"] == percent


def test_doubts_are_told_in_words_and_no_time_of_the_cap_with_them(tally: Tally, home: AlertHome) -> None:
    home.read(NOON, 40, RESET)
    shown = tally("forecast").out
    assert "tracking…" in shown and "used up" not in shown
    assert "low confidence: fewer than 3 different readings" in shown


def test_milestones_go_back_as_many_windows_as_asked_for(tally: Tally, home: AlertHome) -> None:
    home.read(later(NOON, -7 * 1440), 1, later(RESET, -7 * 1440))
    home.read(later(NOON, -7 * 1440 + 60), 3, later(RESET, -7 * 1440))
    home.read(NOON, 40, RESET)
    assert len(tally("milestones", "--json").json["windows"]) == 1
    both = tally("milestones", "--windows", "2", "--json").json["windows"]
    assert [[row["percent"] for row in each["milestones"]] for each in both] == [[40], [1, 2, 3]]
    assert "2026-03-02T00:00:00Z" in tally("milestones", "--windows", "2").out
    for wrong in ("0", "x", "101"):
        ran = tally("milestones", "--windows", wrong)
        assert (ran.status, ran.out) == (2, "")


def test_a_budget_heading_over_is_not_yet_over_and_the_last_day_is_told_by_the_hour(tally: Tally, home: AlertHome) -> None:
    # $3 of $5 by noon head for $6; $2 are left for the twelve hours until midnight.
    tally("budget", "set", "today", "5", "--period", "day")
    assert tally("budget", "list").out.splitlines() == [
        "✗ today: $3.00 of $5.00 (60 %)",
        "    heading over: $4.50 to $6.00; $0.17 an hour left for 12h 00m",
    ]
    tally("budget", "set", "today", "2", "--period", "day")
    assert "    over, heading for $4.50 to $6.00; $0.00 an hour left" in tally("budget", "list").out
    tally("budget", "set", "today", "100", "--period", "calendar-week")
    assert " a day left for 4d 12h" in tally("budget", "list").out


@pytest.mark.parametrize(("percent", "hours", "minutes"), [(40, 60, 10_080), (52, 20, 10_080), (70, 2, 300), (95, 3, 300)])
def test_every_face_heads_for_the_same_percent(
    tally: Tally, home: AlertHome, percent: float, hours: int, minutes: int
) -> None:
    root = str(home.folder / "claude")
    reset = later(NOON, minutes - hours * 60)
    for part in (0.3, 0.6, 0.8):
        home.read(later(NOON, round(-hours * 60 * (1 - part))), percent * part, reset, minutes, root=root)
    home.read(NOON, percent, reset, minutes, root=root)
    figure = percent / hours * minutes / 60
    (limit,) = tally("limits", "--json").json["limits"]
    (row,) = tally("forecast", "--json").json["rows"]
    (gauge,) = tally("today", "--json").json["limits"]
    told = [each["projected_percent"] for each in (limit, row, gauge)]
    assert told == [told[0]] * 3 and told[0] == pytest.approx(figure)
    assert f"heading for {figure:.0f} %" in tally("limits").out
    assert f"heading for {figure:.0f} %" in tally("forecast").out
    name = {300: "five_hour", 10_080: "seven_day"}[minutes]
    entry = {"used_percentage": percent, "resets_at": parse_instant(reset) // 1000}
    now = parse_instant(NOON)
    payload = understood(json.dumps({"session_id": "s", "rate_limits": {name: entry}}).encode())
    shown = view(payload, {"figures": from_ledger(now)}, {}, root, now)
    assert shown.gauges["claude", minutes].projected == told[0]
    text = line(("5h", "7d"), shown, colours=False)
    assert (f"% → {'> 200' if figure > 200 else f'{figure:.0f}'} %" in text.replace("!", "")) == (figure >= 100)
    assert (" > 200 % " if figure > 200 else f" {figure:.0f} % ") in tally("today").out


def test_no_face_tells_a_projection_from_the_first_minutes_of_a_window(tally: Tally, home: AlertHome) -> None:
    home.read(later(NOON, -20), 1, later(NOON, 10_060), root=str(home.folder / "claude"))
    (limit,) = tally("limits", "--json").json["limits"]
    (row,) = tally("forecast", "--json").json["rows"]
    (gauge,) = tally("today", "--json").json["limits"]
    assert [each["projected_percent"] for each in (limit, row, gauge)] == [None] * 3
    assert "heading" not in tally("limits").out.splitlines()[0] and "heading" not in tally("forecast").out
