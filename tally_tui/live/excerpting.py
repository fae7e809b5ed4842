"""The thread that reads how the sessions in sight began and what was said in them last."""

from __future__ import annotations

import time
from collections import OrderedDict
from pathlib import Path
from typing import Final

from tally_tui.live.asking import Asking
from tally_tui.model import Provider
from tally_tui.reports.excerpts import Excerpt, Excerpts, excerpt
from tally_tui.requests import ExcerptsRequest
from tally_tui.store import Answered, Publish

KEPT: Final = 4_000
"""Logs whose excerpts are remembered."""
TELL_S: Final = 0.1
"""While many are read, what is read so far is told this often."""
EVERY_S: Final = 2.0
"""How often logs in sight are looked at when nobody tells that they have grown."""


class Excerpting:
    """Answers ExcerptsRequests; a log is read again only when its size or its time has changed."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._known: OrderedDict[str, tuple[tuple[int, int], Excerpt]] = OrderedDict()
        self._asking: Asking[ExcerptsRequest] = Asking(
            "excerpts", publish, self._work, again=lambda request: True, every_s=EVERY_S
        )
        self.start, self.ask, self.drop = self._asking.start, self._asking.ask, self._asking.drop
        self.changed, self.stop = self._asking.changed, self._asking.stop

    def _work(self, request: ExcerptsRequest, fresh: bool) -> None:
        found: dict[str, Excerpt] = {}
        told, news = time.monotonic(), fresh
        for provider, path in request.logs:
            if not self._asking.wanted(request):
                return
            before = self._known.get(path)
            found[path] = self._one(provider, path)
            # A log that is gone and was never read says nothing each time it is looked at.
            news = news or found[path] != (before[1] if before else Excerpt())
            if fresh and time.monotonic() - told > TELL_S:
                told = time.monotonic()
                self._publish(Answered(request, Excerpts(dict(found))))
        if news:
            self._publish(Answered(request, Excerpts(found)))

    def _one(self, provider: str, path: str) -> Excerpt:
        known = self._known.get(path)
        try:
            about = Path(path).stat()
        except OSError:
            # Deleted: what was read of it is still true.
            return known[1] if known else Excerpt()
        now = (about.st_size, about.st_mtime_ns)
        if known is None or known[0] != now:
            # A log that only grew begins as it did.
            prompt = known[1].prompt if known and known[0][0] <= now[0] else ""
            known = now, excerpt(Provider[provider.upper()], path, prompt)
            self._known[path] = known
        self._known.move_to_end(path)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known[1]
