"""A terminal's bell and its notifications: escape sequences, through tmux and screen to the one outside."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from tally_tui.rules.plain_text import only_plain

if TYPE_CHECKING:
    from tally_tui.config_alerts import Alerts
    from tally_tui.record.notice import Notice

BELL: Final = "\a"
_ST: Final = "\x1b\\"
_LONGEST: Final = 240
"""Letters of a title or text that are sent: terminals drop longer sequences."""
_URGENCY: Final = {"info": 0, "warn": 1, "critical": 2}
_BY_NAME: Final = (
    ("kitty", "osc99"), ("foot", "osc777"), ("rxvt", "osc777"), ("ghostty", "osc777"), ("wezterm", "osc777"),
)  # fmt: skip


def ringing(notice: Notice, settings: Alerts, environment: Mapping[str, str]) -> str:
    """What to write to a terminal for a notice; '' where the settings want nothing of it."""
    kind = settings.notification
    if kind == "auto":
        kind = suited(environment)
    text = "" if kind == "off" else outward(notification(notice, kind), environment)
    return text + (BELL if settings.bell else "")


def notification(notice: Notice, kind: str) -> str:
    """The escape sequence of `osc9`, `osc99` or `osc777`."""
    title, text = _plain(notice.title), _plain(notice.text)
    if kind == "osc99":
        about = f"i=tally{notice.id}:u={_URGENCY.get(notice.severity, 1)}"
        return f"\x1b]99;{about}:d=0;{title}{_ST}\x1b]99;{about}:d=1:p=body;{text}{_ST}"
    if kind == "osc777":
        return f"\x1b]777;notify;{title.replace(';', ',')};{text.replace(';', ',')}{_ST}"
    return f"\x1b]9;{title}: {text}{_ST}"


def suited(environment: Mapping[str, str]) -> str:
    """The notification that a terminal knows, by what it calls itself; most know OSC 9, others overlook it."""
    if environment.get("KITTY_WINDOW_ID"):
        return "osc99"
    names = " ".join(environment.get(name, "") for name in ("TERM_PROGRAM", "LC_TERMINAL", "TERM")).lower()
    if environment.get("TERM", "") in ("dumb", "linux", ""):
        return "off"
    return next((kind for name, kind in _BY_NAME if name in names), "osc9")


def outward(sequence: str, environment: Mapping[str, str]) -> str:
    """A sequence wrapped so that tmux (with `allow-passthrough`) or screen hands it to the terminal outside."""
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + _ST
    if environment.get("STY"):
        # screen ends at the first ST: each escape travels in a string of its own.
        return "".join(f"\x1bP\x1b{part}{_ST}" for part in sequence.replace(_ST, "\a").split("\x1b") if part)
    return sequence


def own_terminal() -> str | None:
    """The path of this process's terminal; None where it has none, as behind a hook."""
    try:
        handle = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY)
    except OSError:
        return None
    os.close(handle)
    return "/dev/tty"


def write_to(path: str, text: str) -> None:
    """Write to a terminal.

    Raises:
        OSError: it cannot be written to.
    """
    handle = os.open(path, os.O_WRONLY | os.O_NOCTTY)
    try:
        data = text.encode()
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)


def _plain(text: str) -> str:
    """On one line, with nothing that a terminal would act on."""
    return only_plain(text, " ")[:_LONGEST]
