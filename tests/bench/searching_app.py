"""The program's screen with clocks: how late its event loop is, and how long each search takes to be answered.

`BENCH_TOLD` names the file that gets it all at the end; beside it, `.done` comes when everything is indexed.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from tally_tui.actions import Done
from tally_tui.config import load
from tally_tui.reports.search_answers import Reach, Reaching
from tally_tui.requests import Request, SearchableRequest, SearchRequest
from tally_tui.source import LedgerSource
from tally_tui.store import Alerted, Answered, News, Publish
from tests.bench.ticking_app import TickingApp


class TimedSource(LedgerSource):
    """Notes when the indexing began and ended, and when each search was asked and answered."""

    def begin(self, told: Path) -> None:
        self.told = told
        self.began = self.ended = 0.0
        self.asked: dict[SearchRequest, float] = {}
        self.answers: list[tuple[float, float]] = []

    def start(self, publish: Publish) -> None:
        def noted(news: News | Alerted | Done) -> None:
            moment = time.monotonic()
            if isinstance(news, Answered) and isinstance(news.request, SearchRequest):
                since = self.asked.pop(news.request, None)
                if since is not None:
                    self.answers.append((moment, (moment - since) * 1000))
            elif isinstance(news, Answered) and isinstance(news.answer, Reach):
                if news.answer.at is Reaching.INDEXING and not self.began:
                    self.began = moment
                elif news.answer.at is Reaching.ALL and self.began and not self.ended:
                    self.ended = moment
                    self.told.with_suffix(".done").touch()
            publish(news)

        super().start(noted)
        # From the first moment on, not only where a screen asks.
        super().ask(SearchableRequest("bench"))

    def ask(self, request: Request) -> None:
        if isinstance(request, SearchRequest):
            self.asked = {request: time.monotonic()}
        super().ask(request)


def main() -> None:
    told = Path(os.environ["BENCH_TOLD"])
    settings = load()
    source = TimedSource(settings)
    source.begin(told)
    app = TickingApp(source=source, settings=settings)
    app.run()
    facts = {"began": source.began, "ended": source.ended, "ticks": app.ticks, "answers": source.answers}
    told.write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
