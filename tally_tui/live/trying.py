"""The thread that tries the channels: an example of every rule through each, and nothing of it is kept."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tally_tui import clock
from tally_tui.live.asking import Asking
from tally_tui.reports.channel_tests import ChannelTest, ChannelTests
from tally_tui.requests import ChannelTestRequest
from tally_tui.store import Answered, Publish

if TYPE_CHECKING:
    from tally_tui.record.channels import Channel
    from tally_tui.record.notice import Notice

_LOOK_S: Final = 0.1


class Trying:
    """Answers `ChannelTestRequest`s: published again and again while a test goes on, until its slot is dropped."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._asking: Asking[ChannelTestRequest] = Asking("channel tests", publish, self._work)

    def start(self) -> None:
        self._asking.start()

    def ask(self, request: ChannelTestRequest) -> None:
        """Begin a test; one that is under way is given up."""
        self._asking.ask(request)

    def drop(self, slot: str) -> None:
        """Nothing more is sent; what is on its way may still arrive."""
        self._asking.drop(slot)

    def stop(self) -> None:
        self._asking.stop()

    def _work(self, request: ChannelTestRequest, fresh: bool) -> None:
        # Imported here: most days nobody tries a channel.
        from tally_tui.config import load
        from tally_tui.record.alert_examples import examples
        from tally_tui.record.channels import channels
        from tally_tui.record.channels_terminal import ringing

        if not fresh:
            return
        settings = load()
        notices = examples(settings, clock.now_ms())
        ring = "".join(ringing(each, settings.alerts, os.environ) for each in notices)
        through = channels(settings.alerts)
        trial = _Trial(through, notices, lambda: self._asking.wanted(request))
        trial.begin()
        shown = tuple((each.severity, each.title, each.text) for each in notices)
        told: ChannelTests | None = None
        while self._asking.wanted(request):
            ended = trial.ended
            terminal = ChannelTest("terminal", "ok" if ring else "off", len(notices) if ring else 0)
            app = ChannelTest("app", "ok", len(notices))
            off = [ChannelTest(name, "off") for name in ("desktop", "apprise", "command") if name not in trial.names]
            state = ChannelTests((app, terminal, *trial.states, *off), shown, ended, ring)
            if state != told:
                self._publish(Answered(request, state))
                told = state
            if ended:
                return
            trial.wait(_LOOK_S)


class _Trial:
    """Sends every notice through every channel, the channels side by side."""

    def __init__(
        self, through: tuple[Channel, ...], notices: tuple[Notice, ...], wanted: Callable[[], bool]
    ) -> None:
        self._through, self._notices, self._wanted = through, notices, wanted
        self._moved = threading.Event()
        self._lock = threading.Lock()
        self._states = {channel.name: ChannelTest(channel.name, "waiting") for channel in through}

    def begin(self) -> None:
        for channel in self._through:
            # A channel that hangs must not keep the program from ending.
            threading.Thread(target=self._send, args=(channel,), daemon=True).start()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._states)

    @property
    def states(self) -> tuple[ChannelTest, ...]:
        with self._lock:
            return tuple(self._states.values())

    @property
    def ended(self) -> bool:
        return all(each.state in ("ok", "failed") for each in self.states)

    def wait(self, seconds: float) -> None:
        """Until something is new, or so long."""
        self._moved.wait(seconds)
        self._moved.clear()

    def _send(self, channel: Channel) -> None:
        problems: dict[str, None] = {}
        sent = 0
        for each in self._notices:
            if not self._wanted():
                return
            try:
                channel.send(each)
                sent += 1
            except Exception as error:  # whatever a package of others raises: it is what the test is for
                problems[str(error) or type(error).__name__] = None
            self._set(ChannelTest(channel.name, "sending", sent, tuple(problems)))
        self._set(ChannelTest(channel.name, "failed" if problems else "ok", sent, tuple(problems)))

    def _set(self, state: ChannelTest) -> None:
        with self._lock:
            self._states[state.name] = state
        self._moved.set()
