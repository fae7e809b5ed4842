"""What programs are promised of limits, budgets and alerts: field by field, at whatever moment `TALLY_NOW` says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alert_home import AlertHome, later

from tally_tui.clock import parse_instant

Tally = Callable[..., Any]
DOCS = Path(__file__).parents[2] / "docs" / "json.md"
RESET = "2026-03-09T00:00:00Z"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
MONEY = re.compile(r"-?\d+\.\d{6}")


def call(home: AlertHome, at: str, number: int, tokens: int = 100_000) -> None:
    """A call of Sonnet 4.6 in Claude Code's log: 100k in and out are $1.80."""
    log = home.folder / "claude" / "projects" / "-work-harbour" / "s1.jsonl"
    log.parent.mkdir(parents=True, exist_ok=True)
    line = {
        "type": "assistant", "sessionId": "s1", "cwd": "/work/harbour", "timestamp": at, "version": "2.1.9",
        "uuid": f"u{number}", "requestId": f"r{number}",
        "message": {"id": f"m{number}", "model": "claude-sonnet-4-6", "role": "assistant", "content": [],
                    "usage": {"input_tokens": tokens, "output_tokens": tokens}},
    }  # fmt: skip
    with log.open("a") as file:
        file.write(json.dumps(line) + "\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> AlertHome:
    """Half a subscription week: 15 calls of $1.80, a limit at 20, 50 and 96 %, and three budgets."""
    home = AlertHome(tmp_path)
    home.settings()
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    for number in range(15):
        call(home, later("2026-03-02T06:00:00Z", number * 330), number)
    for at, percent in (("2026-03-02T12:00:00Z", 20), ("2026-03-04T00:00:00Z", 50), ("2026-03-05T12:00:00Z", 96)):
        monkeypatch.setenv("TALLY_NOW", at)
        assert tally("record", "--seven-day", f"{percent}", "--seven-day-resets-at", RESET).status == 0
        assert tally("alerts", "check").status == 0
    monkeypatch.setenv("TALLY_NOW", "2026-03-05T13:00:00Z")
    tally("budget", "set", "week", "300", "--provider", "claude")
    tally("budget", "set", "words", "2000000", "--unit", "tokens", "--project", "harb*", "--period", "calendar-month")
    tally("budget", "set", "share", "50", "--unit", "percent", "--provider", "claude", "--model", "sonnet",
          "--thresholds", "50,90", "--projected", "--query", "is:subagent")  # fmt: skip
    return home


BUDGET = {
    "name", "unit", "provider", "project", "model", "query", "amount", "spent", "left", "daily_allowance", "amount_usd",
    "spent_usd", "used_percent", "pace_usd_per_day", "projected_low_usd", "projected_high_usd", "verdict",
    "low_confidence", "period",
}  # fmt: skip
"""The fields that are promised; there may be more."""


def test_budget_list(tally: Tally, home: AlertHome) -> None:
    document = tally("budget", "list", "--json").json
    assert document["schema"] == "tally.budgets/1"
    week, words, share = document["budgets"]
    for budget in (week, words, share):
        assert set(budget) >= BUDGET
        assert set(budget["period"]) == {"kind", "start", "end"}
    # 15 × $1.80 = $27 of $300 after 85 of 168 hours. The average: 27 ÷ 85 × 83 = 26.364706, so 53.364706 at the end;
    # five calls ($9.00) in the last 24 hours: 9 ÷ 24 × 83 = 31.125, so 58.125. A day: 27 ÷ 85 × 24 = 7.623529.
    # Left a day: 273 ÷ 83 × 24 = 78.939759.
    assert {name: week[name] for name in sorted(BUDGET)} == {
        "name": "week", "unit": "usd", "provider": "claude", "project": None, "model": None, "query": None,
        "amount": "300.000000", "spent": "27.000000", "left": "273.000000", "daily_allowance": "78.939759",
        "amount_usd": "300.000000", "spent_usd": "27.000000", "used_percent": 9.0, "pace_usd_per_day": "7.623529",
        "projected_low_usd": "53.364706", "projected_high_usd": "58.125000", "verdict": "ok", "low_confidence": False,
        "period": {"kind": "subscription-week", "start": "2026-03-02T00:00:00Z", "end": RESET},
    }  # fmt: skip
    usd = {name for name in BUDGET if "_usd" in name}
    assert {words[name] for name in usd} == {share[name] for name in usd} == {None}
    assert (words["amount"], words["spent"], words["left"]) == (2_000_000, 3_000_000, -1_000_000)
    assert (words["verdict"], words["period"]["kind"], words["project"]) == ("over", "calendar-month", "harb*")
    assert (words["period"]["start"], words["period"]["end"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    assert (share["amount"], share["spent"], share["model"], share["query"]) == (50, 0, "sonnet", "is:subagent")


ALERT = {
    "id", "axis", "rule", "provider", "threshold", "severity", "fired_at", "window", "segment", "numbers",
    "acknowledged_at",
}  # fmt: skip


def test_alerts_list(tally: Tally, home: AlertHome) -> None:
    document = tally("alerts", "list", "--json").json
    assert document["schema"] == "tally.alerts/1"
    for alert in document["alerts"]:
        assert set(alert) >= ALERT
        assert set(alert["window"]) == {"kind", "minutes", "resets_at"}
        assert type(alert["id"]) is int and type(alert["segment"]) is int
        assert alert["severity"] in ("info", "warn", "critical")
        assert INSTANT.fullmatch(alert["fired_at"])
    weekly = {each["threshold"]: each for each in document["alerts"] if each["axis"] == "weekly"}
    assert set(weekly) == {90, 95}
    assert weekly[95]["window"] == {"kind": "window", "minutes": 10_080, "resets_at": RESET}
    assert weekly[95]["fired_at"] == "2026-03-05T12:00:00Z"
    assert weekly[95]["numbers"]["percent"] == 96
    number = str(weekly[95]["id"])
    tally("alerts", "ack", number)
    seen = {each["id"]: each["acknowledged_at"] for each in tally("alerts", "list", "--json").json["alerts"]}
    assert seen[int(number)] == "2026-03-05T13:00:00Z"


def test_limits_forecast_and_milestones(tally: Tally, home: AlertHome) -> None:
    root = str(home.folder / "claude")
    window = {
        "provider": "claude", "root": root, "limit": "claude", "minutes": 10_080, "since": "2026-03-02T00:00:00Z",
        "resets_time": RESET,
    }  # fmt: skip
    (limit,) = tally("limits", "--json").json["limits"]
    assert {**limit, **window} == limit
    assert (limit["used_percent"], limit["freshness"], limit["read_time"]) == (96, "ageing", "2026-03-05T12:00:00Z")
    assert (limit["calls"], limit["cost_usd"], limit["segment"]) == (15, "27.000000", 0)
    # 96 % after 85 hours: 1.129412 an hour.
    assert limit["projected_percent"] == pytest.approx(96 / 85 * 168)
    (row,) = tally("forecast", "--json").json["rows"]
    assert {**row, **window} == row
    assert (row["state"], row["low_confidence"]) == ("cap", [])
    # 50 % at hour 48, the reading nearest to a day ago: (96 − 50) ÷ 37 = 1.243243 an hour is the faster of both.
    assert row["recent_percent_per_hour"] == pytest.approx(46 / 37)
    assert row["cap_time"] == "2026-03-05T16:13:02.609Z"  # 4 ÷ 1.243243 = 3.217391 hours later
    # $27 for 96 %: $0.28125 a percent; 4 % over 83 hours: 4 × 0.28125 ÷ 83 × 24 = $0.325301 a day.
    assert (row["usd_per_percent"], row["usd_per_percent_source"]) == ("0.281250", "window")
    assert row["daily_usd"] == {"100": "0.325301", "90": "0.000000"}
    assert row["quota"]["confidence"] == "medium"
    document = tally("milestones", "--json").json
    (told,) = document["windows"]
    assert {**told, **window} == told
    marks = {each["percent"]: each for each in told["milestones"]}
    # The first reading tells only the percent it stands at; later ones every percent from there.
    assert sorted(marks) == list(range(20, 97))
    assert (marks[20]["marginal_usd"], marks[20]["written"], marks[21]["jump"]) == (None, True, 30)
    # Two calls until noon of the first day; nine until Wednesday's midnight carry the thirty percents.
    assert (marks[20]["cumulative_usd"], marks[21]["cumulative_usd"]) == ("3.600000", "14.400000")
    assert [marks[percent]["marginal_usd"] for percent in (21, 22, 50)] == ["10.800000", "0.000000", "0.000000"]
    (week,) = [each for each in document["weeks"] if each["known"]]
    assert (week["since"], week["used_percent"], week["usd_per_percent"]) == ("2026-03-02T00:00:00Z", 96, "0.281250")


@pytest.mark.parametrize("words", ["limits", "forecast", "milestones", "budget list"])
def test_the_answer_is_as_of_the_frozen_clock(
    tally: Tally, home: AlertHome, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("TALLY_NOW", "2026-03-03T00:00:00Z")
    document = tally(*words.split(), "--json").json
    assert document["time"] == "2026-03-03T00:00:00Z"
    rows = next(value for name, value in document.items() if isinstance(value, list))
    # Four calls (06:00, 11:30, 17:00, 22:30) and 20 %: what came later is not told.
    told = rows[0].get("spent_usd") or rows[0]["cost_usd"]
    assert told == "7.200000"
    assert rows[0].get("used_percent", 20) in (20, 2.4)
    assert all(each.get("percent", 0) <= 20 for each in rows[0].get("milestones", ()))


@pytest.mark.parametrize(
    "words",
    ["limits", "forecast", "milestones", "budget list", "alerts list", "credits", "credit list", "credits allowance",
     "setup --status", "today"],
)  # fmt: skip
def test_every_field_is_described_and_of_its_kind(tally: Tally, home: AlertHome, words: str) -> None:
    (home.folder / "codex").mkdir()
    at = str(parse_instant("2026-03-05T12:30:00Z") // 1000)
    assert tally("credit", "add", "80", "--at", "2026-03-05T12:30:00Z").status == 0, at
    assert tally("credits", "allowance", "set", "7d", "100").status == 0
    document = tally(*words.split(), "--json").json
    told = DOCS.read_text()
    assert document["schema"] in told

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for inner, each in value.items():
                if not inner.isdigit():
                    assert re.search(rf"\b{inner}\b", told), inner
                walk(inner, each)
        elif isinstance(value, list):
            for each in value[:3]:
                walk(name, each)
        elif value is not None and (name.endswith("_usd") or (name.startswith("usd_per") and "source" not in name)):
            assert MONEY.fullmatch(value), name
        elif value is not None and (name == "time" or name.endswith(("_time", "_at")) or name in ("since", "until")):
            assert INSTANT.fullmatch(value), name

    walk("", document)
