"""`tally-tui watch`: without a screen, read logs as they grow and tell alerts, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from tally_tui.cli.output import remark, say
from tally_tui.cli.problems import FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.paths import ledger_path

if TYPE_CHECKING:
    from tally_tui.actions import Done
    from tally_tui.cli.parsing import Request
    from tally_tui.store import Alerted, News, SyncStatus

MOST_S: Final = 60.0
"""Seconds between two looks when nothing is written: time alone moves projections."""
_BREATH_S: Final = 0.25


def watch(request: Request) -> int:
    """The command; Ctrl-C and a termination signal end it with status 0."""
    settings = settings_in_force()
    if not (settings.alerts.on or settings.archive.on):
        raise FailedError(
            "alerts are switched off in the settings ([alerts] on = false), and no [archive] rule keeps sessions. "
            "Nothing was watched."
        )
    from tally_tui.live.alerting import pause
    from tally_tui.live.archiving import Archiving
    from tally_tui.live.ending import Ending
    from tally_tui.live.ingesting import Ingesting
    from tally_tui.live.pulse import Pulse
    from tally_tui.requests import ArchivingRequest
    from tally_tui.store import Phase

    ended, changed = threading.Event(), threading.Event()

    ending = Ending(lambda number: ended.set(), signals=(signal.SIGINT, signal.SIGTERM))
    ending.start()
    told = _Telling()
    archiving = Archiving(settings, told.archived, changed.set)

    def hear(news: SyncStatus) -> None:
        told.hear(news)
        if news.phase is Phase.DONE:
            archiving.passed()

    ingesting = Ingesting(settings, hear, changed.set)
    try:
        archiving.start()
        archiving.ask(ArchivingRequest("archiving"))
        ingesting.start()
        for_what = "" if settings.alerts.on else " for what to archive; alerts are switched off"
        say(f"watching{for_what}; Ctrl-C ends", flush=True)
        looked, rest, pulse = 0.0, 0.0, Pulse()
        # The first pass says what there is; before it every alert would be of yesterday's knowledge.
        while not ended.wait(_BREATH_S):
            if pulse.moved():  # also by an app, a status line or a hook
                changed.set()
            age = time.monotonic() - looked
            if told.passed and (age >= MOST_S or (changed.is_set() and age >= rest) or not looked):
                changed.clear()
                began = time.monotonic()
                told.look()
                looked = time.monotonic()
                rest = pause(looked - began)
        pulse.close()
    finally:
        ingesting.stop()
        archiving.stop()
        ending.close()
    say("ended", flush=True)
    return 0


class _Telling:
    """Prints the alerts of this and every other process, each once, and what goes wrong, once."""

    def __init__(self) -> None:
        self.passed = False
        self._after: int | None = None
        self._said = ""

    def hear(self, news: SyncStatus) -> None:
        """What the reading of logs has to say; from its thread."""
        from tally_tui.store import Phase

        if news.phase in (Phase.DONE, Phase.WAITING, Phase.FAILED, Phase.CANCELLED):
            self.passed = True
        if news.trouble is not None:
            self._say(f"{news.trouble.happened} {news.trouble.kept}")

    def archived(self, news: News | Alerted | Done) -> None:
        """What the archiving has to say; from its thread."""
        from tally_tui.archive.progress import Progress
        from tally_tui.store import Answered

        if isinstance(news, Answered) and isinstance(news.answer, Progress) and news.answer.problem:
            self._say(news.answer.problem)

    def look(self) -> None:
        from tally_tui.ledger.open import LedgerError
        from tally_tui.record.alerting import check

        try:
            if self._after is None:
                self._after = self._newest()
            check()
            self._print()
        except LedgerError as error:
            self._say(str(error))
        else:
            self._said = ""

    def _newest(self) -> int:
        from tally_tui.ledger.alerts import newest
        from tally_tui.ledger.open import open_reader, telling

        path = ledger_path()
        if not path.exists():
            return 0
        with closing(open_reader(path)) as db, telling(path):
            return newest(db)

    def _print(self) -> None:
        from tally_tui import clock
        from tally_tui.ledger.alerts import Told, alerts
        from tally_tui.ledger.open import open_reader, telling
        from tally_tui.record.alert_words import text, title

        path = ledger_path()
        if not path.exists():
            return
        with closing(open_reader(path)) as db, telling(path):
            new = sorted(alerts(db, after=self._after or 0), key=lambda each: each.id)
        for each in new:
            if each.told is not Told.RECORDED:
                at = clock.iso(each.fired_at)[:19] + "Z"
                say(f"{at} {each.severity}: {title(each)}: {text(each, clock.now_ms())}", flush=True)
                for problem in each.problems:
                    remark(problem)
        self._after = max((each.id for each in new), default=self._after)

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            remark(text)
