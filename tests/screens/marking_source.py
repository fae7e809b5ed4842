"""Made-up conversations beside a real ledger: what a person keeps is written to disk and read from there."""

from __future__ import annotations

from contextlib import closing

from conversation_source import ConversationSource

from tally_tui import paths
from tally_tui.actions import Action, KeepHabits, LeavePlace, SetBookmark, SetHidden, SetNote
from tally_tui.answers import Answer
from tally_tui.ledger import marks as kept
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.live.marking import perform
from tally_tui.model import Provider
from tally_tui.records import changed as replace
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.habits import habits
from tally_tui.reports.marks import Marks, marks
from tally_tui.requests import HabitsRequest, MarksRequest, Request, SessionsRequest


class MarkingSource(ConversationSource):
    """Two programs with the same data folder are two of these."""

    def __init__(self) -> None:
        super().__init__(sessions=6)
        open_writer(paths.ledger_path()).close()

    def do(self, action: Action) -> None:
        assert isinstance(action, SetBookmark | SetNote | SetHidden | LeavePlace | KeepHabits)
        self.deeds.append(action)
        self.publish(perform(action))
        self.look()

    def look(self) -> None:
        """As the real one does when the ledger has changed, whoever changed it."""
        for request in list(self.open.values()):
            if isinstance(request, MarksRequest | SessionsRequest):
                self.answer(request)

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, MarksRequest):
            return self.kept()
        if isinstance(request, HabitsRequest) and request.slot == "habits":
            with closing(open_reader(paths.ledger_path())) as db:
                return habits(db)
        answer = super().report(request)
        if isinstance(request, SessionsRequest) and isinstance(answer, Sessions):
            rows = tuple(map(self.marked, answer.rows))
            left = tuple(row for row in rows if not request.without_hidden or row.hidden == ("is:hidden" in request.query))
            out = sum(row.hidden for row in rows) if request.without_hidden and "is:hidden" not in request.query else 0
            return replace(answer, rows=left, total_rows=len(left), hidden=out)
        return answer

    def kept(self) -> Marks:
        with closing(open_reader(paths.ledger_path())) as db:
            found = marks(db)
        titles = {row.session: row.title for row in map(self.session, range(self.session_count))}
        rows = tuple(replace(mark, title=titles.get(mark.subject.session, "")) for mark in found.rows)
        return replace(found, rows=rows)

    def marked(self, row: SessionRow) -> SessionRow:
        key = (int(Provider[row.provider.upper()]), row.session)
        with closing(open_reader(paths.ledger_path())) as db:
            bookmarked, note = kept.of_sessions(db).get(key, (False, ""))
            return replace(row, bookmarked=bookmarked, note=note, hidden=key in kept.hidden(db))
