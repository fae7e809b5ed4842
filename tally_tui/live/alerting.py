"""The thread that looks at alerts while the screen is open, and hands it those that anybody was told of."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from tally_tui import clock, paths
from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader, telling
from tally_tui.live.pulse import BEAT_S, Pulse
from tally_tui.store import Alerted, Publish, Toast

if TYPE_CHECKING:
    from tally_tui.ledger.alerts import Alert
    from tally_tui.record.notice import Notice

LEAST_S: float = 1.0
"""Seconds between two looks, however often the ledger is written to."""
SLOWEST_S: Final = 10.0
"""The most that is waited between two looks that have reason to be, however long one takes."""
SHARE: Final = 8
"""A look that takes long is followed by a pause of so many times as long."""
MOST_S: Final = 60.0
"""Seconds between two looks when nothing is written: time alone moves projections."""
_KEPT: Final = 20


def pause(took_s: float) -> float:
    """How long to wait after a look that took so many seconds."""
    return max(0.0, max(LEAST_S, min(SLOWEST_S, SHARE * took_s)) - took_s)


class Alerting:
    """Owns the alerts thread. Nothing is looked at before the first `changed`."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._after: int | None = None
        self._toasts: tuple[Toast, ...] = ()
        self._ring = ""
        self._rung: list[int] = []
        """The alerts that the sequences in `_ring` tell of."""
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def changed(self) -> None:
        """Logs were read to their end."""
        self._changed.set()

    def stop(self) -> None:
        """End the thread; waits for the look under way, but not for a channel that hangs."""
        self._stop.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        self._changed.wait()
        pulse = Pulse()
        try:
            self._go_on(pulse)
        finally:
            pulse.close()

    def _go_on(self, pulse: Pulse) -> None:
        pulse.moved()
        while not self._stop.is_set():
            self._changed.clear()
            began = time.monotonic()
            try:
                self._look()
            except (LedgerError, sqlite3.Error, OSError, ValueError):
                pass  # the reading of logs tells what is wrong with the ledger; the next look may work
            self._stop.wait(pause(time.monotonic() - began))
            # Status lines, hooks and other windows write, too.
            while not (self._stop.is_set() or self._changed.is_set() or pulse.moved()):
                left = MOST_S - (time.monotonic() - began)
                if left <= 0:
                    break
                self._changed.wait(min(BEAT_S, left))

    def _look(self) -> None:
        from tally_tui.record.alert_words import text, title
        from tally_tui.record.alerting import check

        if self._after is None:
            self._after = self._newest()
        self._ring = ""
        check(ring=self._ringing)
        new = self._new()
        if new or self._ring:
            now = clock.now_ms()
            toasts = (Toast(each.id, title(each), text(each, now), each.severity, each.problems) for each in new)
            self._toasts = (*self._toasts, *toasts)[-_KEPT:]
            if not self._stop.is_set():
                self._publish(Alerted(self._toasts, self._ring))
                self._note_told([each.id for each in new])

    def _note_told(self, shown: list[int]) -> None:
        from tally_tui.ledger import alerts as kept
        from tally_tui.ledger.open import open_writer

        with closing(open_writer(paths.ledger_path(), full=True)) as db, telling(paths.ledger_path()):
            kept.note_told(db, shown, ["app"])
            if self._ring:
                kept.note_told(db, self._rung, ["terminal"])

    def _ringing(self, notices: tuple[Notice, ...]) -> None:
        import os

        from tally_tui.config import load
        from tally_tui.record.channels_terminal import ringing

        settings = load().alerts
        self._ring = "".join(ringing(each, settings, os.environ) for each in notices)
        self._rung = [each.id for each in notices]

    def _newest(self) -> int:
        from tally_tui.ledger import alerts as kept

        try:
            with closing(open_reader(paths.ledger_path())) as db, telling(paths.ledger_path()):
                return kept.newest(db)
        except NoLedgerError:
            return 0

    def _new(self) -> tuple[Alert, ...]:
        """What came since the last look, by whichever process, and was more than recorded."""
        from tally_tui.ledger import alerts as kept

        path = paths.ledger_path()
        if not path.exists():
            return ()
        with closing(open_reader(path)) as db, telling(path):
            new = sorted(kept.alerts(db, after=self._after or 0), key=lambda each: each.id)
        self._after = max((each.id for each in new), default=self._after)
        return tuple(each for each in new if each.told is not kept.Told.RECORDED)
