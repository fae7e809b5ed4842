"""Channels that need a package of their own: the desktop (`tally-tui[notify]`) and Apprise (`tally-tui[apprise]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tally_tui.rules.plain_text import only_plain

if TYPE_CHECKING:
    from tally_tui.record.notice import Notice

_APPRISE_KINDS: Final = {"info": "info", "warn": "warning", "critical": "failure"}


class ChannelError(Exception):
    """A channel did not take a notice; says why, without what is secret."""


def to_desktop(notice: Notice) -> None:
    """Notify the desktop of this session.

    Raises:
        ChannelError: the extra is missing, or there is no desktop.
    """
    package = _imported("desktop_notifier", "notify")
    import asyncio
    import logging

    logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)
    urgency = getattr(package.Urgency, {"info": "Low", "warn": "Normal", "critical": "Critical"}[notice.severity])
    taken: list[bool] = []

    async def send() -> None:
        notifier = package.DesktopNotifier(app_name="tally-tui", app_icon=None)
        # It logs what the desktop refuses, and raises nothing: only what was taken is told of.
        await notifier.send(
            title=_harmless(notice.title),
            message=_harmless(notice.text),
            urgency=urgency,
            on_dispatched=lambda: taken.append(True),
        )

    try:
        asyncio.run(send())
    except Exception as error:
        raise ChannelError(f"the desktop cannot be reached ({_short(error)})") from error
    if not taken:
        raise ChannelError("the desktop cannot be reached: is there a session, and a notification service in it?")


def to_apprise(notice: Notice, addresses: tuple[str, ...]) -> None:
    """Notify every address.

    Raises:
        ChannelError: the extra is missing, or an address was not understood or not reached.
    """
    package = _imported("apprise", "apprise")
    import logging

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    failed = []
    for number, address in enumerate(addresses, 1):
        service = package.Apprise()
        # An address may hold a password: only what stands before :// is named.
        name = f"address {number} ({address.split('://')[0]})"
        if not service.add(address):
            failed.append(f"{name} is not understood")
        elif not service.notify(title=notice.title, body=notice.text, notify_type=_APPRISE_KINDS[notice.severity]):
            failed.append(f"{name} was not reached")
    if failed:
        raise ChannelError("; ".join(failed))


def _harmless(text: str) -> str:
    """On one line, and no markup: many desktops obey tags in a notification, and a title may come from a log."""
    return only_plain(text, " ").replace("<", "‹").replace(">", "›")


def _imported(name: str, extra: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise ChannelError(f"it needs the extra {extra}: pip install 'tally-tui[{extra}]'") from error


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:160]
