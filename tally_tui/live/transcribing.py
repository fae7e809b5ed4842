"""The thread that reads conversations: one session's logs at a time, followed as they grow.

A large log is read piece by piece, and so are its texts looked through: between two pieces other questions are
answered, and the event loop has the interpreter to itself.
"""

from __future__ import annotations

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING

from tally_tui import paths
from tally_tui.ledger.open import open_reader, telling
from tally_tui.live.asking import Asking
from tally_tui.model import Provider
from tally_tui.requests import FindRequest, ReadingRequest, SpilledRequest, TextsRequest, TranscriptRequest
from tally_tui.store import Answered, Publish

if TYPE_CHECKING:
    from tally_tui.reports.transcripts import Finding, Reading

EVERY_S = 1.0
"""How often logs that are followed are looked at when nobody tells that they have grown."""
RESTS = 4
"""A session that takes long to read is read again only after so many times as long."""

FIRST_STRETCH = 256 << 10
"""Bytes of a large log that are read before what they hold is shown."""
STRETCH = 256 << 10
"""Bytes that are read at a time afterwards: some ten milliseconds."""
REST_S = 0.006
"""Between two of them."""
FIRST_REST_S = 0.2
"""After the first: its words are drawn meanwhile."""
SHOW_EVERY_S = 0.2
"""How often what came is shown."""

PAUSE_S = 0.03
"""Words to be found are looked for when no other letter came for so long."""
LOOK_S = 0.010
FIND_REST_S = 0.003
"""Looking for words: how long at a time, and the rest after it."""


class Transcribing:
    """Answers the requests about one session's conversation. The last session read is kept."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._reading: Reading | None = None
        self._not_before = 0.0
        self._shown_at = 0.0
        self._unshown = False
        """Whether more was read than was shown."""
        self._finding: Finding | None = None
        self._found_at = 0.0
        self._asking: Asking[ReadingRequest] = Asking(
            "transcripts", publish, self._work, again=lambda each: isinstance(each, TranscriptRequest), every_s=EVERY_S
        )
        self.start, self.ask, self.drop = self._asking.start, self._asking.ask, self._asking.drop
        self.changed, self.stop = self._asking.changed, self._asking.stop

    def _work(self, request: ReadingRequest, fresh: bool) -> None:
        # Imported here: the first screen reads no conversation.
        from tally_tui.reports.transcripts import Reading, Texts

        provider = Provider[request.provider.upper()]
        reading = self._reading
        known = reading is not None and (reading.session, reading.provider) == (request.session, provider)
        if isinstance(request, TranscriptRequest):
            if reading is None or not known:
                reading = self._reading = Reading(provider, request.session)
                self._not_before = 0.0
                self._unshown, self._finding = False, None
            self._read(reading, request, fresh)
        elif reading is None or not known:
            return  # another session is read by now
        elif isinstance(request, SpilledRequest):
            self._publish(Answered(request, reading.spilled(request.key)))
        elif isinstance(request, TextsRequest):
            self._publish(Answered(request, Texts(request.session, reading.texts(request.first, request.last))))
        else:
            assert isinstance(request, FindRequest)
            self._find(reading, request, fresh)

    def _read(self, reading: Reading, request: TranscriptRequest, fresh: bool) -> None:
        began = time.monotonic()
        first = not reading.told.entries
        if fresh or not reading.told.whole or began >= self._not_before:
            with telling(paths.ledger_path()), closing(open_reader(paths.ledger_path())) as db:
                self._unshown |= reading.more(db, FIRST_STRETCH if first else STRETCH)
            self._not_before = time.monotonic() + RESTS * (time.monotonic() - began)
        whole = reading.told.whole
        if fresh or (self._unshown and (whole or began >= self._shown_at + SHOW_EVERY_S)):
            self._shown_at, self._unshown = time.monotonic(), False
            self._publish(Answered(request, reading.told))
        if not whole:
            # Its beginning is on the screen already; texts that it wants come before the rest.
            self._asking.soon(request, FIRST_REST_S if first else REST_S)

    def _find(self, reading: Reading, request: FindRequest, fresh: bool) -> None:
        pattern = re.compile(request.pattern, re.IGNORECASE if request.ignore_case else re.NOFLAG)
        finding = self._finding
        if finding is None or finding.pattern != pattern:
            finding = self._finding = reading.finding(pattern)
            if fresh:
                self._asking.soon(request, PAUSE_S)
                return
        before = finding.found
        if finding.look(reading.told.entries, request.start, LOOK_S):
            self._publish(Answered(request, finding.hits(True)))
            return
        now = time.monotonic()
        # The first hit is worth showing at once.
        if finding.found and (not before or now >= self._found_at + SHOW_EVERY_S):
            self._found_at = now
            self._publish(Answered(request, finding.hits(False)))
        self._asking.soon(request, FIND_REST_S)
