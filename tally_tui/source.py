"""The real source of a screen's answers: the ledger, kept up to date by this process or another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tally_tui.actions import Action, ArchiveAction, Done
from tally_tui.live.acting import Acting
from tally_tui.live.alerting import Alerting
from tally_tui.live.answering import Answering
from tally_tui.live.archiving import Archiving
from tally_tui.live.comparing import Comparing
from tally_tui.live.excerpting import Excerpting
from tally_tui.live.indexing import Indexing
from tally_tui.live.ingesting import Ingesting
from tally_tui.live.questions import problem_of
from tally_tui.live.searching import Searching
from tally_tui.live.transcribing import Transcribing
from tally_tui.live.trying import Trying
from tally_tui.requests import (
    ArchivingRequest,
    ChannelTestRequest,
    CompareRequest,
    ExcerptsRequest,
    FindRequest,
    LibraryRequest,
    Request,
    SearchableRequest,
    SpilledRequest,
    TextsRequest,
    TranscriptRequest,
)
from tally_tui.store import Alerted, News, Phase, Publish, QueryProblem, SyncStatus

if TYPE_CHECKING:
    from tally_tui.config import Settings

FIRST_S: Final = 0.25
"""Seconds that the first screen has before logs are read."""


class LedgerSource:
    """`store.Source` over the ledger: one thread ingests logs, one indexes their text, one answers from the
    ledger, one reads the conversation on the screen, one searches them all."""

    def __init__(self, settings: Settings, demo: bool = False) -> None:
        self._settings = settings
        self._demo = demo
        self._publish: Publish | None = None
        self._answering = Answering(settings, self._pass_on)
        self._transcribing = Transcribing(self._pass_on)
        self._excerpting = Excerpting(self._pass_on)
        self._searching = Searching(settings, self._pass_on)
        # What a demo makes up is nothing to alarm anybody with.
        self._alerting = None if demo else Alerting(self._pass_on)
        self._trying = Trying(self._pass_on)
        self._acting = Acting(self._pass_on, self._changed)
        self._archiving = Archiving(settings, self._pass_on, self._changed)
        self._comparing = Comparing(settings, self._pass_on)
        self._indexing = Indexing(settings, self._pass_on, self._searching.changed)
        self._ingesting = Ingesting(settings, self._read, self._changed, self._indexing.passed)
        self._backlog = False

    def _changed(self) -> None:
        self._answering.changed()
        self._transcribing.changed()
        self._excerpting.changed()

    def _read(self, news: News | Alerted | Done) -> None:
        if self._alerting and isinstance(news, SyncStatus) and news.phase in (Phase.DONE, Phase.WAITING):
            self._alerting.changed()
        if isinstance(news, SyncStatus) and news.phase is Phase.DONE and not self._demo:
            self._archiving.passed()
        if isinstance(news, SyncStatus):
            self._backlog = news.phase in (Phase.SCANNING, Phase.READING)
            if news.phase is Phase.WAITING:
                self._indexing.others()
        self._pass_on(news)

    def start(self, publish: Publish) -> None:
        self._publish = publish
        self._answering.start()
        self._transcribing.start()
        self._excerpting.start()
        self._searching.start()
        self._indexing.start()
        self._trying.start()
        self._acting.start()
        self._archiving.start()
        self._comparing.start()
        if self._alerting:
            self._alerting.start()
        # What the ledger knows is asked and drawn first: reading logs holds the interpreter for longer than that takes.
        self._ingesting.start(FIRST_S)

    def ask(self, request: Request) -> None:
        if isinstance(request, TranscriptRequest | TextsRequest | SpilledRequest | FindRequest):
            self._transcribing.ask(request)
        elif isinstance(request, ExcerptsRequest):
            self._excerpting.ask(request)
        elif isinstance(request, ChannelTestRequest):
            self._trying.ask(request)
        elif isinstance(request, ArchivingRequest):
            self._archiving.ask(request)
        elif isinstance(request, CompareRequest):
            self._comparing.ask(request)
        elif isinstance(request, LibraryRequest):
            self._searching.ask(request)
        elif isinstance(request, SearchableRequest):
            self._indexing.ask(request)
        else:
            self._answering.ask(request)

    def drop(self, slot: str) -> None:
        for answering in (self._answering, self._transcribing, self._excerpting, self._searching, self._indexing):
            answering.drop(slot)
        self._trying.drop(slot)
        self._archiving.drop(slot)
        self._comparing.drop(slot)

    def do(self, action: Action) -> None:
        if isinstance(action, ArchiveAction):
            self._archiving.do(action)
        else:
            self._acting.do(action)

    def sync(self) -> None:
        self._ingesting.sync()
        self._indexing.sync()

    def cancel(self) -> None:
        if self._backlog:
            self._ingesting.cancel()
        self._indexing.cancel()

    def check(self, query: str) -> QueryProblem | None:
        return problem_of(query, self._settings)

    def stop(self) -> None:
        self._publish = None
        self._ingesting.stop()
        self._indexing.stop()
        self._acting.stop()
        self._archiving.stop()
        self._comparing.stop()
        self._trying.stop()
        if self._alerting:
            self._alerting.stop()
        self._answering.stop()
        self._transcribing.stop()
        self._excerpting.stop()
        self._searching.stop()

    def _pass_on(self, news: News | Alerted | Done) -> None:
        publish = self._publish
        if publish is not None:
            publish(news)
