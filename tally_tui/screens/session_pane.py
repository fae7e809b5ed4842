"""The session that is read: its title, its transcript, what is found in it, and the place in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tally_tui.model import Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.transcripts import Hits, Texts, Transcript
from tally_tui.requests import FindRequest, SessionsRequest, TextsRequest, TranscriptRequest
from tally_tui.rules.zones import local
from tally_tui.screens.breakdown import named
from tally_tui.screens.view import View
from tally_tui.store import Answered, Store
from tally_tui.widgets import figures
from tally_tui.widgets.transcript.conversation import Conversation
from tally_tui.widgets.transcript.find_bar import FindBar, FindInput
from tally_tui.widgets.transcript.lines import PlaceLine, SessionLine
from tally_tui.widgets.transcript.reader import Reader

SLOTS = ("conversation", "texts", "found", "opened")


@dataclass
class Target:
    """Where to go in a session that is being opened: a line of one of its logs, and what to mark there."""

    file: str
    offset: int
    length: int
    pattern: re.Pattern[str] | None = None


class SessionPane(Vertical):
    """Shows one session. Its questions go to the store, its answers come by `receive`."""

    DEFAULT_CSS = """
    SessionPane { width: 1fr; height: 1fr;
        & > Reader { height: 1fr; padding: 0 0 0 1; }
        & > #nothing { height: 1fr; padding: 1 2; color: $quiet; display: none; } }
    """
    reader = getters.query_one(Reader)
    find_bar = getters.query_one(FindBar)

    @dataclass
    class Made(Message):
        """A conversation's pages are made."""

        pages: Conversation

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, SessionPane.Made)

    class Shown(Message):
        """Another session's words are on the screen."""

    def __init__(self, store: Store, view: View, clock: Callable[[int], str]) -> None:
        super().__init__(id="pane")
        self.store, self.view, self.clock = store, view, clock
        self.session: SessionRow | None = None
        self.pages: Conversation | None = None
        self._target: Target | None = None
        self._places: dict[str, tuple[str, int]] = {}
        """Session → the item and the line where it was left."""

    def compose(self) -> ComposeResult:
        yield SessionLine()
        yield Static(id="nothing", markup=False)
        yield Reader(self.clock, id="reader")
        yield FindBar()
        yield PlaceLine()

    def on_mount(self) -> None:
        self.say("Enter opens the session under the cursor.")

    # -- opening

    def read(self, session: SessionRow, target: Target | None = None) -> None:
        """Show a session, from a line of its log on if one is given."""
        self._target = target
        if self.session is not None and self.session.session == session.session:
            self._title()
            self._go_to_target()
            return
        self.remember()
        self.session, self.pages = session, None
        self.find_bar.close()
        self.say("Reading …")
        self._title()
        self.ask()

    def ask(self) -> None:
        """Ask for what is shown, and to be told when it changes."""
        session, zone = self.session, self.view.timezone
        if session is not None:
            self.store.ask(TranscriptRequest("conversation", session.provider, session.session, zone))
            where = (("session", session.session),)
            self.store.ask(SessionsRequest("opened", Span(), "", where, limit=1, timezone=zone))

    def rest(self) -> None:
        """Nobody looks."""
        for slot in SLOTS:
            self.store.drop(slot)

    def say(self, words: str) -> None:
        """Words in the reader's place; none: the reader."""
        note = self.query_one("#nothing", Static)
        note.update(Content(words))
        note.display = bool(words)
        self.reader.display = self.query_one(PlaceLine).display = not words

    def _title(self) -> None:
        session, line = self.session, self.query_one(SessionLine)
        line.alone = not self.screen.has_class("-wide")
        if session is None:
            return
        line.title = named(session)
        cost = figures.cost(session.figures) if session.figures.calls else ""
        tokens = f"{figures.count(session.figures.tokens.total)} tokens" if session.figures.calls else ""
        day = f"{local(session.first_ms, self.view.zone):%Y-%m-%d}"
        line.facts = (cost, session.project or "", session.branch or "", ", ".join(session.models), tokens, day)

    def on_resize(self) -> None:
        self.query_one(SessionLine).alone = not self.screen.has_class("-wide")

    def remember(self) -> None:
        """Keep the place, for when the session is opened again."""
        reader = self.reader
        if self.session is not None and self.pages is not None and reader.rows:
            row, line = reader.place
            self._places[self.session.session] = (reader.heads[reader.rows[row]].key, line)

    # -- what came

    def receive(self, news: Answered) -> None:
        """Draw an answer."""
        answer = news.answer
        if isinstance(answer, Transcript):
            self._make_pages(answer, self.pages)
        elif isinstance(answer, Texts) and self.pages is not None:
            if answer.session == self.pages.transcript.session:
                self.pages.take(answer)
                self.reader.arrived()
        elif isinstance(answer, Hits) and isinstance(news.request, FindRequest):
            self._show_found(news.request, answer)
        elif isinstance(answer, Sessions):
            self._facts(answer)

    def _facts(self, answer: Sessions) -> None:
        if answer.rows and self.session is not None and answer.rows[0].session == self.session.session:
            self.session = answer.rows[0]
            self._title()

    @work(thread=True, exclusive=True, group="pages", exit_on_error=False)
    def _make_pages(self, transcript: Transcript, before: Conversation | None) -> None:
        self.post_message(self.Made(Conversation(transcript, before)))

    @on(Made)
    def _made(self, event: Made) -> None:
        event.stop()
        pages = event.pages
        if self.session is None or pages.transcript.session != self.session.session:
            return
        same = self.pages is not None
        self.pages = pages
        if not pages.heads:
            self.say(pages.transcript.problem or "There is nothing in this session's log.")
            return
        self.say("")
        self.reader.show(pages, same)
        if not same:
            self._go_back_to_place()
        self._go_to_target()
        self.place()
        if not same:
            self.post_message(self.Shown())

    def _go_back_to_place(self) -> None:
        assert self.session is not None
        key, line = self._places.get(self.session.session, ("", 0))
        item = next((n for n, head in enumerate(self.reader.heads) if head.key == key), None)
        if item is not None:
            self.reader.to_item(item, line=line)

    def _go_to_target(self) -> None:
        target, pages = self._target, self.pages
        if target is None or pages is None:
            return
        self._target = None
        item = pages.item_at(target.file, target.offset, target.length)
        if item is None:
            self.notify("That message stands in another file of this session.", severity="warning", markup=False)
        elif target.pattern is not None:
            self.reader.find(target.pattern, [item], 1)
            self.reader.to_hit(item)
            self._ask_found(target.pattern)
        else:
            self.reader.to_item(item)

    @on(Reader.Wanted)
    def _wanted(self, event: Reader.Wanted) -> None:
        event.stop()
        if (session := self.session) is not None:
            self.store.ask(TextsRequest("texts", session.provider, session.session, event.first, event.last))

    # -- finding

    def open_find(self) -> None:
        """Show the line to find words with."""
        words = self.find_bar.query_one(FindInput).value
        self.find_bar.open(words if self.reader.pattern is not None else "")

    def forget_found(self) -> bool:
        """Mark nothing any more; says whether anything was."""
        found = self.reader.pattern is not None
        self.store.drop("found")
        self.reader.find(None)
        self.place()
        return found

    @on(FindBar.Changed)
    def _find(self, event: FindBar.Changed) -> None:
        if event.pattern is None:
            self.forget_found()
        else:
            self._ask_found(event.pattern)

    def _ask_found(self, pattern: re.Pattern[str]) -> None:
        if (session := self.session) is not None:
            ignore = bool(pattern.flags & re.IGNORECASE)
            self.store.ask(FindRequest("found", session.provider, session.session, pattern.pattern, ignore))

    def _show_found(self, request: FindRequest, hits: Hits) -> None:
        pattern = re.compile(request.pattern, re.IGNORECASE if request.ignore_case else re.NOFLAG)
        if self.reader.pattern != pattern:
            self.reader.find(pattern, hits.entries, hits.count)
            self.reader.first_hit()
        else:
            self.reader.hits, self.reader.hit_count = hits.entries, hits.count
        self.place()

    @on(FindInput.Walked)
    def _walk_hits(self, event: FindInput.Walked) -> None:
        self.reader.action_hit(event.step)

    @on(FindBar.Closed)
    def _find_closed(self, event: FindBar.Closed) -> None:
        if not event.kept:
            self.forget_found()
        self.reader.focus()
        self.place()

    @on(Reader.Moved)
    def _moved(self) -> None:
        self.place()

    def place(self) -> None:
        """Say where the reader is."""
        reader, line = self.reader, self.query_one(PlaceLine)
        if not reader.rows:
            return
        depth = f"only {reader.focus_name}" if reader.focus_name else reader.depth.word
        line.left = f"{(reader.item or 0) + 1:,} of {len(reader.heads):,} · {depth}"
        line.following, line.unseen = reader.following, reader.unseen
        hits = f"{reader.hit_count:,} hit{'' if reader.hit_count == 1 else 's'}" if reader.hits else "no hits"
        line.right = "" if reader.pattern is None else hits
