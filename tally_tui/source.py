"""The real source of a screen's answers: the ledger, kept up to date by this process or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.live.answering import Answering
from tally_tui.live.ingesting import Ingesting
from tally_tui.live.questions import problem_of
from tally_tui.store import News, Publish, QueryProblem, Request

if TYPE_CHECKING:
    from tally_tui.config import Settings


class LedgerSource:
    """`store.Source` over the ledger: one thread reads logs, one answers questions."""

    def __init__(self, settings: Settings, demo: bool = False) -> None:
        self._settings = settings
        self._demo = demo
        self._publish: Publish | None = None
        self._answering = Answering(settings, self._pass_on)
        self._ingesting = Ingesting(settings, self._pass_on, self._answering.changed)

    def start(self, publish: Publish) -> None:
        self._publish = publish
        self._answering.start()
        self._ingesting.start()

    def ask(self, request: Request) -> None:
        self._answering.ask(request)

    def drop(self, slot: str) -> None:
        self._answering.drop(slot)

    def sync(self) -> None:
        self._ingesting.sync()

    def cancel(self) -> None:
        self._ingesting.cancel()

    def check(self, query: str) -> QueryProblem | None:
        return problem_of(query, self._settings)

    def stop(self) -> None:
        self._publish = None
        self._ingesting.stop()
        self._answering.stop()

    def _pass_on(self, news: News) -> None:
        publish = self._publish
        if publish is not None:
            publish(news)
