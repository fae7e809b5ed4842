"""`tally-tui alerts` and `tally-tui watch`, as a person runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alert_home import AlertHome, later

from tally_tui.ledger.alerts import snoozes
from tally_tui.ledger.open import open_reader

Tally = Callable[..., Any]
NOON = "2026-03-04T12:00:00Z"
RESET = "2026-03-09T00:00:00Z"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertHome:
    """A week at 96%, looked at while it was at 10% and now."""
    home = AlertHome(tmp_path)
    home.settings("[alerts.projected]\non = false")
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    home.read("2026-03-03T12:00:00Z", 10, RESET)
    home.look("2026-03-03T12:00:00Z")
    home.read(NOON, 96, RESET)
    home.look(NOON)
    monkeypatch.setenv("TALLY_NOW", later(NOON, 30))
    return home


def test_the_list_holds_what_the_contract_says(tally: Tally, home: AlertHome) -> None:
    document = tally("alerts", "list", "--json").json
    assert document["schema"] == "tally.alerts/1"
    worst, first = document["alerts"]
    assert worst == {
        "id": worst["id"],
        "axis": "weekly",
        "rule": "weekly",
        "scope": "claude/claude/10080",
        "provider": "claude",
        "threshold": 95.0,
        "severity": "warn",
        "fired_at": NOON,
        "window": {"kind": "window", "minutes": 10_080, "resets_at": RESET},
        "segment": 0,
        "numbers": {"percent": 96.0, "resets_at": RESET, "session": "s1"},
        "told": True,
        "problems": [],
        "acknowledged_at": None,
        "void": False,
    }
    assert (first["threshold"], first["told"]) == (90.0, False)
    shown = tally("alerts").out
    assert "Claude: 7 days at 95%" in shown
    assert "96% used" in shown


def test_the_list_is_narrowed_by_time_and_axis(tally: Tally, home: AlertHome) -> None:
    home.read(later(NOON, -1440), 91, "2026-03-03T15:00:00Z", 300)
    home.look(later(NOON, -1440))

    def found(*words: str) -> list[tuple[str, float]]:
        several = tally("alerts", "list", "--json", *words).json["alerts"]
        return [(each["axis"], each["threshold"]) for each in several]

    week, hours = [("weekly", 95.0), ("weekly", 90.0)], [("five_hour", 90.0)]
    assert found() == week + hours
    assert found("--since", "today") == found("--since", "2h") == found("--axis", "weekly") == week
    assert found("--until", "yesterday") == found("--axis", "five_hour,budget") == hours
    assert found("--since", "2d", "--limit", "1") == week[:1]
    assert tally("alerts", "--axis", "budget").out == "no alert is among these; `tally-tui alerts list` shows all\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("list", "--since", "sometime"), "sometime"),
        (("list", "--axis", "weakly"), "Did you mean weekly?"),
        (("list", "--limit", "0"), "whole number from 1 on"),
        (("list", "--sort", "cost"), "`tally-tui help alerts` lists them."),  # and none that only has dashes like it
        (("ack", "all", "--since", "7d"), "alerts ack takes no --since"),
    ],
)
def test_wrong_words_are_pointed_at(tally: Tally, home: AlertHome, words: tuple[str, ...], told: str) -> None:
    refused = tally("alerts", *words)
    assert (refused.status, refused.out) == (2, "")
    assert told in refused.err
    assert all(each["acknowledged_at"] is None for each in tally("alerts", "--json").json["alerts"])


def test_every_field_of_an_alert_is_described(tally: Tally, home: AlertHome) -> None:
    told = (Path(__file__).parents[2] / "docs" / "json.md").read_text()
    assert "## tally.alerts/1" in told
    alert = tally("alerts", "--json").json["alerts"][0]
    for name in (*alert, *alert["window"]):
        assert f"`{name}`" in told, name


def test_alerts_are_marked_as_seen(tally: Tally, home: AlertHome) -> None:
    assert tally("alerts", "ack", "1").out == "1 alert marked as seen\n"
    assert tally("alerts", "ack", "all").out == "1 alert marked as seen\n"
    seen = [each["acknowledged_at"] for each in tally("alerts", "--json").json["alerts"]]
    assert seen == ["2026-03-04T12:30:00Z"] * 2
    for word in ("9", "x"):
        refused = tally("alerts", "ack", word)
        assert (refused.status, refused.out) == (2, "")


def test_a_snooze_is_set_and_ended(tally: Tally, home: AlertHome) -> None:
    assert tally("alerts", "snooze", "2h", "weekly").status == 0
    with closing(open_reader(home.ledger)) as db:
        assert list(snoozes(db, 0)) == ["weekly"]
    assert tally("alerts", "snooze", "off", "weekly").status == 0
    with closing(open_reader(home.ledger)) as db:
        assert snoozes(db, 0) == {}
    assert tally("alerts", "snooze", "soon").status == 2
    assert "Did you mean weekly?" in tally("alerts", "snooze", "2h", "weakly").err


def test_a_test_tells_every_axis_and_leaves_the_ledger_alone(tally: Tally, home: AlertHome) -> None:
    before, told = home.alerts, len(home.told)
    answered = tally("alerts", "test")
    assert answered.status == 0
    assert "told through" in answered.out
    assert [line.split()[0] for line in home.told[told:]] == [
        "weekly", "five_hour", "quota", "budget", "project_budget", "projected",
        "burn_rate", "costly_call", "costly_session", "limit_hit", "price_missing", "retention",
    ]  # fmt: skip
    assert home.alerts == before


def test_a_test_needs_no_ledger_and_names_what_failed(tally: Tally, tmp_path: Path) -> None:
    home = AlertHome(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('[alerts]\nnotification = "off"\ncommand = ["/nowhere/x"]\n')
    answered = tally("alerts", "test")
    assert answered.status == 1
    assert answered.err.count("/nowhere/x cannot be run") == 1
    assert answered.out.endswith("told through no channel\n")
    assert not home.ledger.exists()


def test_without_anything_read_there_are_no_alerts(tally: Tally) -> None:
    assert tally("alerts").out == "no alerts yet\n"
    assert tally("alerts", "--json").json == {"schema": "tally.alerts/1", "alerts": []}
    assert tally("alerts", "check").out == "nothing new\n"


def test_check_tells_what_is_new(tally: Tally, home: AlertHome) -> None:
    assert tally("alerts", "check").out == "nothing new\n"
    home.read(later(NOON, 10), 97, "2026-03-04T15:00:00Z", 300)
    answered = tally("alerts", "check")
    assert "warn: Claude: 5 hours at 95%: 97% used, resets in 2h 30m" in answered.out


def test_watch_without_alerts_has_archiving_to_do_or_nothing(tally: Tally, home: AlertHome) -> None:
    config = home.folder / "config" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("[alerts]\non = false\n")
    refused = tally("watch")
    assert refused.status == 1
    assert "Nothing was watched" in refused.err
    config.write_text("[alerts]\non = false\n\n[archive]\nall = true\n")
    with subprocess.Popen(
        [sys.executable, "-m", "tally_tui", "watch"], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(180) == 0
    assert first == "watching for what to archive; alerts are switched off; Ctrl-C ends\n"


def test_watch_tells_and_ends_with_ctrl_c(home: AlertHome) -> None:
    home.read(later(NOON, 10), 91, "2026-03-04T15:00:00Z", 300)
    with subprocess.Popen(
        [sys.executable, "-m", "tally_tui", "watch"],
        env={**os.environ, "TALLY_NOW": later(NOON, 11)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "watching; Ctrl-C ends\n"
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(180) == 0
        rest, errors = process.stdout.read(), process.stderr.read()
    assert "Claude: 5 hours at 90%" in line
    assert (rest, errors) == ("ended\n", "")
    assert home.told[-1] == "five_hour claude 90 warn"
