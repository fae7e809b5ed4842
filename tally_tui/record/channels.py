"""Telling people: each alert through every channel of the settings, each channel for itself.

One that fails, or hangs, keeps no other from telling, and says why in words.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tally_tui.record.channels_extras import ChannelError, to_apprise, to_desktop
from tally_tui.record.notice import Notice

if TYPE_CHECKING:
    from tally_tui.config_alerts import Alerts

PATIENCE_S: float = 15.0
"""How long a channel may take over one notice."""
COMMAND_S: float = 10.0
"""How long a command may run; then it is ended."""
_GRACE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to tell. `send` raises ChannelError (or anything) where it did not work."""

    name: str
    send: Callable[[Notice], None]


def channels(settings: Alerts) -> tuple[Channel, ...]:
    """The channels that need no terminal, as the settings have them."""
    found = []
    if settings.desktop:
        found.append(Channel("desktop", to_desktop))
    if settings.apprise:
        found.append(Channel("apprise", lambda notice: to_apprise(notice, settings.apprise)))
    if settings.command:
        found.append(Channel("command", lambda notice: to_command(notice, settings.command)))
    return tuple(found)


def terminal_channel(settings: Alerts, path: str) -> Channel | None:
    """The bell and notification of a terminal; None where the settings want neither."""
    import os

    from tally_tui.record.channels_terminal import ringing, write_to

    def send(notice: Notice) -> None:
        write_to(path, ringing(notice, settings, os.environ))

    wanted = ringing(Notice(0, "", "", "info"), settings, os.environ)
    return Channel("terminal", send) if wanted else None


def to_command(notice: Notice, words: tuple[str, ...]) -> None:
    """Run a command, its tokens filled in; no shell sees it, and it has no terminal.

    Raises:
        ChannelError: it could not be run, failed, or took too long.
    """
    import os
    import signal
    import subprocess

    from tally_tui.config_alerts import filled

    values = {**notice.values, "title": notice.title, "text": notice.text, "severity": notice.severity}
    argv = filled(words, {name: value.replace("\0", " ") for name, value in values.items()})
    argv[0] = os.path.expanduser(argv[0])
    try:
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise ChannelError(f"{words[0]} cannot be run ({error.strerror or error})") from error
    try:
        _, complaint = process.communicate(timeout=COMMAND_S)
    except subprocess.TimeoutExpired as error:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:
            pass  # it ended by itself just now
        process.wait()
        raise ChannelError(f"{words[0]} was ended: it took more than {COMMAND_S:g} s") from error
    if process.returncode:
        said = complaint.decode(errors="replace").strip().splitlines()
        why = f": {said[-1][:160]}" if said else ""
        raise ChannelError(f"{words[0]} failed with status {process.returncode}{why}")


def dispatch(notices: Sequence[Notice], through: Sequence[Channel]) -> dict[int, tuple[str, ...]]:
    """Tell each notice through each channel, the channels side by side; returns notice id → what failed."""
    problems: dict[int, list[str]] = {each.id: [] for each in notices}
    threads = []
    for channel in through:
        failed: dict[int, str] = {}
        thread = threading.Thread(target=_send_all, args=(channel, notices, failed), daemon=True)
        thread.start()
        threads.append((channel, thread, failed))
    patience = PATIENCE_S * max(1, len(notices)) + _GRACE_S
    for channel, thread, failed in threads:
        thread.join(patience)
        if thread.is_alive():
            # It may still go out; what is certain is that nobody waits for it any longer.
            for each in notices:
                problems[each.id].append(f"{channel.name}: no answer within {patience:g} s")
        else:
            for number, why in failed.items():
                problems[number].append(f"{channel.name}: {why}")
    return {number: tuple(found) for number, found in problems.items()}


def _send_all(channel: Channel, notices: Sequence[Notice], failed: dict[int, str]) -> None:
    for each in notices:
        try:
            channel.send(each)
        except Exception as error:  # whatever a package of others raises: the other channels still tell
            failed[each.id] = str(error) or type(error).__name__
