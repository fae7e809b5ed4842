"""Bookmarks, notes and hiding on the Conversations screen: what the keys mean, and what takes them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tally_tui.actions import Action, Done, LeavePlace, SetBookmark, SetHidden, SetNote
from tally_tui.model import Subject
from tally_tui.query.edit import join
from tally_tui.query.words import words
from tally_tui.reports.answers import Figures, SessionRow
from tally_tui.reports.marks import Mark, Marks
from tally_tui.requests import MarksRequest
from tally_tui.rules.redaction import masked
from tally_tui.screens.breakdown import named
from tally_tui.screens.session_hits import Target
from tally_tui.widgets.transcript.marked import Marked
from tally_tui.widgets.transcript.pages import Kind
from tally_tui.widgets.transcript.tool_titles import first_line

if TYPE_CHECKING:
    from tally_tui.screens.desk import Desk

SLOT: Final = "marks"
HIDDEN: Final = "is:hidden"
MOST_UNDO: Final = 50


class HiddenLine(Widget):
    """How many sessions are hidden, and the way to them; not there when none is."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HiddenLine { height: 1; padding: 0 1; color: $quiet; display: none;
        link-style: none; link-color: $quiet; link-background: transparent; }
    """
    count: reactive[int] = reactive(0)

    def watch_count(self, count: int) -> None:
        self.display = count > 0

    def render(self) -> Content:
        words = f"{self.count:,} hidden"
        click = Style.from_meta({"@click": "screen.show_hidden"})
        return Content.assemble((words, click), "  ", ("H", "bold $accent"), " shows them")


class Marking:
    """Knows what is kept, sends deeds, and remembers what takes them back. One a screen."""

    def __init__(self, screen: Desk) -> None:
        self.screen = screen
        self.marks = Marks(())
        self._by_key: dict[tuple[str, str, str], Mark] = {}
        self._in_reader: dict[str, dict[str, Marked]] = {}
        """Provider → message → what its reader shows."""
        self._sent: dict[tuple[str, str, str], bool] = {}
        """Bookmarks set or cleared since the last answer: a second press of the key means the other thing."""
        self._undo: list[Action] = []
        self._undoing: list[Action] = []

    # -- what came

    def ask(self) -> None:
        self.screen.store.ask(MarksRequest(SLOT))

    def receive(self, marks: Marks) -> None:
        """What is kept has changed, here or in another window."""
        self.marks = marks
        self._sent.clear()
        self._by_key = {mark.subject.key: mark for mark in marks.rows}
        self._in_reader = {}
        for mark in marks.rows:
            if mark.subject.item:
                whose = self._in_reader.setdefault(mark.subject.provider, {})
                whose[mark.subject.item] = Marked(mark.bookmarked, mark.note)
        self.screen.pane.take_places(marks.places)
        self.show()

    def show(self) -> None:
        """Bookmarks and notes in the reader."""
        self.screen.reader.mark(self.in_reader())

    def in_reader(self) -> Mapping[str, Marked]:
        """What is kept of the messages of the session that is read, by their keys."""
        session = self.screen.pane.session
        return self._in_reader.get(session.provider, {}) if session is not None else {}

    def done(self, done: Done) -> None:
        """A deed was done: remember what takes it back."""
        if not isinstance(done.action, SetBookmark | SetNote | SetHidden | LeavePlace):
            return
        if done.trouble is not None:
            self._sent.clear()
        if done.action in self._undoing:
            self._undoing.remove(done.action)
        elif done.undo is not None:
            self._undo = [*self._undo, done.undo][-MOST_UNDO:]

    # -- what is meant

    def subject(self) -> Subject | None:
        """What the keys are about: the message under the cursor of the reader, else a session of the list."""
        screen = self.screen
        pane, reader = screen.pane, screen.reader
        session = pane.session
        if screen.table.has_focus or session is None or pane.pages is None or reader.item is None:
            chosen = screen.chosen()
            return self.subject_of(chosen) if chosen is not None else None
        head, item = pane.pages.heads[reader.item], pane.pages.transcript.entries[reader.item].item
        # What speaks is told by its words, what was done by its title.
        words = first_line(item.text) if head.kind in (Kind.PROMPT, Kind.REPLY, Kind.THINKING) else ""
        excerpt = words or pane.pages.outline_title(reader.item)
        about = Subject(session.provider, session.session, head.key, item.uuid, masked(excerpt)[:400], item.ts)
        # Marked while its subagent was read on its own: one mark, not two.
        known = [mark.subject for mark in self.marks.rows if mark.subject.item == head.key]
        return next((each for each in known if each.provider == session.provider), about)

    def subject_of(self, session: SessionRow) -> Subject:
        return Subject(session.provider, session.session, excerpt=session.title[:400])

    # -- the keys

    def bookmark(self) -> None:
        """Set a bookmark, or clear it."""
        subject = self.subject()
        if subject is None:
            self._nothing()
            return
        mark = self._by_key.get(subject.key)
        on = not self._sent.get(subject.key, mark is not None and mark.bookmarked)
        self._sent[subject.key] = on
        self.screen.store.do(SetBookmark(subject, on))

    def note(self) -> None:
        """Write a note."""
        subject = self.subject()
        if subject is None:
            self._nothing()
            return
        about = subject.excerpt
        if not subject.item and (session := self.screen.chosen()) is not None:
            about = named(session)
        self.edit_note(subject, about)

    def edit_note(self, subject: Subject, about: str) -> None:
        """Open the editor; `about` tells people what the note is about."""
        from tally_tui.screens.note_editor import NoteEditor

        mark = self._by_key.get(subject.key)
        before = mark.note if mark is not None else ""

        def written(text: str | None) -> None:
            if text is not None and text != before:
                self.screen.store.do(SetNote(subject, text))

        self.screen.app.push_screen(NoteEditor(about or subject.session, before), written)

    def hide(self) -> None:
        """Take a session off the list, or put it back."""
        session = self.screen.chosen()
        if session is None:
            self._nothing()
        elif session.parent is not None:
            self.screen.say("A subagent is hidden with its session.")
        else:
            self.screen.store.do(SetHidden(session.provider, session.session, not session.hidden))

    def show_hidden(self) -> None:
        """List what is hidden, or the rest again."""
        query = self.screen.query_text
        known = [word for word in words(query) if query[word.start : word.end] == HIDDEN]
        for word in reversed(known):
            query = f"{query[: word.start].rstrip()} {query[word.end :].lstrip()}".strip()
        self.screen.filter_by(query if known else join(query, "is", "hidden"))

    def undo(self) -> None:
        """Take the last of these deeds back."""
        if not self._undo:
            self.screen.say("Nothing to take back.")
            return
        action = self._undo.pop()
        self._undoing.append(action)
        self.screen.store.do(action)

    def open(self, mark: Mark | None) -> None:
        """Read the session of a bookmark or note, at its message."""
        if mark is None:
            return
        about = mark.subject
        target = Target("", 0, 0, key=about.item, uuid=about.uuid) if about.item else None
        self.screen.open_session(self.screen.row_of(about.session) or row_of(mark), target)

    def _nothing(self) -> None:
        self.screen.say("There is no session under the cursor.")


class MarkingKeys:
    """The keys of a screen that has a `Marking`."""

    marking: Marking

    def done(self, done: Done) -> None:
        self.marking.done(done)

    def action_bookmark(self) -> None:
        self.marking.bookmark()

    def action_note(self) -> None:
        self.marking.note()

    def action_hide(self) -> None:
        self.marking.hide()

    def action_show_hidden(self) -> None:
        self.marking.show_hidden()

    def action_undo(self) -> None:
        self.marking.undo()


def row_of(mark: Mark) -> SessionRow:
    """A session of which only a bookmark tells so far."""
    about, nothing = mark.subject, Figures()
    when = about.said_ms or mark.created_ms
    return SessionRow(
        about.provider, about.session, None, mark.title, mark.project, None, None, None, (), when, when,
        nothing, nothing, 0, mark.file, mark.file_gone,
    )  # fmt: skip
