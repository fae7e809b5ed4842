"""Alerts while the screen is open: told by this process or another, each is shown once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alert_home import AlertHome, later

from tally_tui import config
from tally_tui.live import alerting
from tally_tui.live.pulse import Pulse
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


def test_what_another_process_writes_is_shown_without_waiting_for_the_clock(
    home: AlertHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerting, "MOST_S", 10 * PATIENCE_S)  # time alone brings nothing
    found: queue.Queue[Alerted] = queue.Queue()
    looked = threading.Event()
    monkeypatch.setattr(alerting.Alerting, "_look", _noting(alerting.Alerting._look, looked))
    source = LedgerSource(config.load())
    source.start(lambda news: found.put(news) if isinstance(news, Alerted) else None)
    try:
        assert looked.wait(PATIENCE_S)
        home.read(later(NOON, -1), 91, RESET)
        assert [each.title for each in found.get(timeout=PATIENCE_S).toasts] == ["Claude: 7 days at 90%"]
        home.read(later(NOON, -0.5), 96, RESET)
        home.look(NOON)  # another process is the first to see it
        titles = [each.title for each in found.get(timeout=PATIENCE_S).toasts]
        assert titles == ["Claude: 7 days at 90%", "Claude: 7 days at 95%"]
    finally:
        source.stop()


def _noting(look: Callable[[alerting.Alerting], None], looked: threading.Event) -> Callable[[alerting.Alerting], None]:
    def noted(self: alerting.Alerting) -> None:
        look(self)
        looked.set()

    return noted


@pytest.mark.parametrize(("took", "wait"), [(0.0, 1.0), (0.05, 0.95), (0.5, 3.5), (5.0, 5.0), (20.0, 0.0)])
def test_a_look_that_takes_long_is_followed_by_a_longer_pause(
    monkeypatch: pytest.MonkeyPatch, took: float, wait: float
) -> None:
    monkeypatch.setattr(alerting, "LEAST_S", 1.0)
    assert alerting.pause(took) == pytest.approx(wait)


def test_the_pulse_tells_of_every_commit_once(home: AlertHome) -> None:
    pulse = Pulse()
    assert not pulse.moved() and not pulse.moved()
    home.read(later(NOON, -1), 20, RESET)
    assert pulse.moved() and not pulse.moved()
    home.ledger.unlink()
    assert not pulse.moved()
    pulse.close()
