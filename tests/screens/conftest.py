"""What all tests of screens share: nothing goes by the clock of the wall, however slow the machine is."""

from __future__ import annotations

import pytest

LONG_S = 3_600.0


@pytest.fixture(autouse=True)
def steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are said for some seconds stay, and what is kept by itself is kept when a test looks."""
    monkeypatch.setattr("textual.notifications.Notification.time_left", property(lambda self: LONG_S))
    monkeypatch.setattr("tally_tui.screens.session_pane.QUIET_S", LONG_S)
    monkeypatch.setattr("tally_tui.screens.keeping.STILL_S", LONG_S)
