"""What all tests of screens share: nothing goes by the clock of the wall, however slow the machine is."""

from __future__ import annotations

import pytest

LONG_S = 3_600.0
AT_ONCE_S = 0.001


@pytest.fixture(autouse=True)
def steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are said for some seconds stay, what is kept by itself is kept when a test looks, and what is shown
    once a cursor has stood still is shown."""
    monkeypatch.setattr("textual.notifications.Notification.time_left", property(lambda self: LONG_S))
    for name in ("session_pane", "list_pane"):
        monkeypatch.setattr(f"tally_tui.screens.{name}.QUIET_S", LONG_S)
    for name in ("conversations", "alerts", "budget_form"):
        monkeypatch.setattr(f"tally_tui.screens.{name}.PREVIEW_S", AT_ONCE_S)
    monkeypatch.setattr("tally_tui.screens.keeping.STILL_S", LONG_S)
