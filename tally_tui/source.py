"""The real source of a screen's answers: the ledger, kept up to date by this process or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.actions import Action, Done
from tally_tui.live.acting import Acting
from tally_tui.live.alerting import Alerting
from tally_tui.live.answering import Answering
from tally_tui.live.ingesting import Ingesting
from tally_tui.live.questions import problem_of
from tally_tui.live.searching import Searching
from tally_tui.live.transcribing import Transcribing
from tally_tui.requests import FindRequest, Request, SearchableRequest, SearchRequest, TextsRequest, TranscriptRequest
from tally_tui.store import Alerted, News, Phase, Publish, QueryProblem, SyncStatus

if TYPE_CHECKING:
    from tally_tui.config import Settings


class LedgerSource:
    """`store.Source` over the ledger: one thread ingests logs, one answers from the ledger, one reads the
    conversation on the screen, one searches them all."""

    def __init__(self, settings: Settings, demo: bool = False) -> None:
        self._settings = settings
        self._demo = demo
        self._publish: Publish | None = None
        self._answering = Answering(settings, self._pass_on)
        self._transcribing = Transcribing(self._pass_on)
        self._searching = Searching(settings, self._pass_on)
        # What a demo makes up is nothing to alarm anybody with.
        self._alerting = None if demo else Alerting(self._pass_on)
        self._acting = Acting(self._pass_on, self._changed)
        self._ingesting = Ingesting(settings, self._read, self._changed)

    def _changed(self) -> None:
        self._answering.changed()
        self._transcribing.changed()

    def _read(self, news: News | Alerted | Done) -> None:
        if self._alerting and isinstance(news, SyncStatus) and news.phase in (Phase.DONE, Phase.WAITING):
            self._alerting.changed()
        self._pass_on(news)

    def start(self, publish: Publish) -> None:
        self._publish = publish
        self._answering.start()
        self._transcribing.start()
        self._searching.start()
        self._acting.start()
        if self._alerting:
            self._alerting.start()
        self._ingesting.start()

    def ask(self, request: Request) -> None:
        if isinstance(request, TranscriptRequest | TextsRequest | FindRequest):
            self._transcribing.ask(request)
        elif isinstance(request, SearchRequest | SearchableRequest):
            self._searching.ask(request)
        else:
            self._answering.ask(request)

    def drop(self, slot: str) -> None:
        for answering in (self._answering, self._transcribing, self._searching):
            answering.drop(slot)

    def do(self, action: Action) -> None:
        self._acting.do(action)

    def sync(self) -> None:
        self._ingesting.sync()

    def cancel(self) -> None:
        self._ingesting.cancel()

    def check(self, query: str) -> QueryProblem | None:
        return problem_of(query, self._settings)

    def stop(self) -> None:
        self._publish = None
        self._ingesting.stop()
        self._acting.stop()
        if self._alerting:
            self._alerting.stop()
        self._answering.stop()
        self._transcribing.stop()
        self._searching.stop()

    def _pass_on(self, news: News | Alerted | Done) -> None:
        publish = self._publish
        if publish is not None:
            publish(news)
