"""The thread that compares two sessions: it reads two conversations, and holds nobody up."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, cast

from tally_tui import paths
from tally_tui.ledger.open import open_reader, telling
from tally_tui.live.asking import Asking
from tally_tui.requests import CompareRequest
from tally_tui.rules.zones import zone
from tally_tui.store import Answered, Publish

if TYPE_CHECKING:
    from tally_tui.config import Settings
    from tally_tui.ledger.ask import Mode


class Comparing:
    """Answers CompareRequests, once each."""

    def __init__(self, settings: Settings, publish: Publish) -> None:
        self._settings, self._publish = settings, publish
        self._asking: Asking[CompareRequest] = Asking("comparing", publish, self._work)
        self.start, self.ask = self._asking.start, self._asking.ask
        self.drop, self.stop = self._asking.drop, self._asking.stop

    def _work(self, request: CompareRequest, fresh: bool) -> None:
        from tally_tui.reports.compare import compare

        tz = zone(None if request.timezone == "local" else request.timezone)
        mode = cast("Mode", self._settings.cost_mode)
        with telling(paths.ledger_path()), closing(open_reader(paths.ledger_path())) as db:
            found = compare(db, request.left, request.right, tz=tz, mode=mode)
        self._publish(Answered(request, found))
