"""Alerts while the screen is open: told by this process or another, each is shown once."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest
from alert_home import AlertHome, later

from tally_tui import config
from tally_tui.live import alerting
from tally_tui.source import LedgerSource
from tally_tui.store import Alerted, News

NOON = "2026-03-04T12:00:00Z"
RESET = "2026-03-09T00:00:00Z"
PATIENCE_S = 180


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertHome:
    home = AlertHome(tmp_path)
    home.settings("bell = true\n[alerts.projected]\non = false")
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TALLY_NOW", NOON)
    monkeypatch.setattr(alerting, "LEAST_S", 0.01)
    monkeypatch.setattr(alerting, "MOST_S", 0.05)
    home.read("2026-03-03T12:00:00Z", 10, RESET)
    home.look("2026-03-03T12:00:00Z")
    return home


@pytest.fixture
def heard(home: AlertHome) -> Iterator[queue.Queue[Alerted]]:
    """What a running source publishes of alerts."""
    found: queue.Queue[Alerted] = queue.Queue()

    def publish(news: News | Alerted) -> None:
        if isinstance(news, Alerted):
            found.put(news)

    source = LedgerSource(config.load())
    source.start(publish)
    yield found
    source.stop()


def test_what_is_read_while_the_screen_is_open_is_shown_and_rings(
    home: AlertHome, heard: queue.Queue[Alerted]
) -> None:
    home.read(later(NOON, -1), 91, RESET)
    first = heard.get(timeout=PATIENCE_S)
    assert [(each.title, each.severity) for each in first.toasts] == [("Claude: 7 days at 90%", "warn")]
    assert first.ring == "\a"
    home.read(later(NOON, -0.5), 96, RESET)
    second = heard.get(timeout=PATIENCE_S)
    assert [each.title for each in second.toasts] == ["Claude: 7 days at 90%", "Claude: 7 days at 95%"]
    assert home.told == ["weekly claude 90 warn", "weekly claude 95 warn"]


def test_a_demo_alarms_nobody(home: AlertHome) -> None:
    source = LedgerSource(config.load(), demo=True)
    source.start(lambda news: None)
    source.stop()
    assert home.alerts == []
