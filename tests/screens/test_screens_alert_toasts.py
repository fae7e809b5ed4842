"""Alerts that fire while the app runs are shown over whatever screen is open."""

from __future__ import annotations

import pytest
from made_up import NOW
from on_screen import running, settled

from tally_tui.app import TallyApp
from tally_tui.store import Alerted, Toast

WEEK = Toast(4, "Claude: 7 days at 90%", "91% used, resets in 2d 0h", "warn")
STOPPED = Toast(5, "Claude was stopped [by] its limit", "Limit reached", "critical", ("command: failed",))


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


async def test_each_alert_is_shown_once_with_what_failed() -> None:
    async with running() as pilot:
        app = pilot.app
        assert isinstance(app, TallyApp)
        app.store.publish(Alerted((WEEK,)))
        await settled(pilot)
        app.store.publish(Alerted((WEEK, STOPPED)))
        await settled(pilot)
        told = [(each.title, each.message, each.severity) for each in app._notifications]
        assert told == [
            ("Claude: 7 days at 90%", "91% used, resets in 2d 0h", "warning"),
            ("Claude was stopped [by] its limit", "Limit reached\nNot told: command: failed", "error"),
        ]


def test_sequences_for_the_terminal_wait_until_they_are_taken() -> None:
    from fake_source import FakeSource

    from tally_tui.store import Store

    store = Store(FakeSource())
    store.publish(Alerted((WEEK,), "\a"))
    store.publish(Alerted((WEEK, STOPPED), "\x1b]9;x\x1b\\"))
    taken = store.take_alerts()
    assert taken is not None and (len(taken.toasts), taken.ring) == (2, "\a\x1b]9;x\x1b\\")
    assert store.take_alerts() is None
    assert store.take() == {}
