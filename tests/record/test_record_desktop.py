"""What the desktop is handed: urgencies, and nothing that it could take for markup."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any

import pytest

from tally_tui.record.channels_extras import ChannelError, to_desktop
from tally_tui.record.notice import Notice


class Urgency(Enum):
    Critical = 2
    Normal = 1
    Low = 0


def desktop(monkeypatch: pytest.MonkeyPatch, takes: bool = True) -> list[dict[str, Any]]:
    """A package in the place of desktop-notifier; what it is told."""
    told: list[dict[str, Any]] = []

    class DesktopNotifier:
        def __init__(self, app_name: str, app_icon: object) -> None:
            assert app_name == "tally-tui"

        async def send(self, *, on_dispatched: Callable[[], None], **words: Any) -> None:
            told.append(words)
            if takes:
                on_dispatched()

    package = SimpleNamespace(DesktopNotifier=DesktopNotifier, Urgency=Urgency)
    monkeypatch.setitem(sys.modules, "desktop_notifier", package)
    return told


@pytest.mark.parametrize(
    ("severity", "urgency"), [("info", Urgency.Low), ("warn", Urgency.Normal), ("critical", Urgency.Critical)]
)
def test_each_severity_has_its_urgency(monkeypatch: pytest.MonkeyPatch, severity: str, urgency: Urgency) -> None:
    told = desktop(monkeypatch)
    to_desktop(Notice(1, "Claude: 7 days at 90%", "91% used", severity))
    assert told == [{"title": "Claude: 7 days at 90%", "message": "91% used", "urgency": urgency}]


def test_a_title_from_a_log_is_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    told = desktop(monkeypatch)
    to_desktop(Notice(1, "a\x1b]0;x\x07\n<b>", '<img src="http://x/y">\x00\u202e', "warn"))
    assert told[0]["title"] == "a ]0;x  ‹b›" and told[0]["message"] == '‹img src="http://x/y"›  '


def test_what_no_desktop_took_was_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    desktop(monkeypatch, takes=False)
    with pytest.raises(ChannelError, match="is there a session"):
        to_desktop(Notice(1, "a", "b", "warn"))


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "desktop_notifier", None)
    with pytest.raises(ChannelError, match=r"pip install 'tally-tui\[notify\]'"):
        to_desktop(Notice(1, "a", "b", "warn"))
