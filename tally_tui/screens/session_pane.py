"""The session that is read: its title, its transcript, what is found in it, and the place in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from tally_tui.actions import LeavePlace
from tally_tui.model import Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.search_answers import SessionPlaces
from tally_tui.reports.transcripts import Hits, Texts, Transcript
from tally_tui.requests import SessionsRequest, SpilledRequest, TextsRequest, TranscriptRequest
from tally_tui.rules.redaction import masked
from tally_tui.rules.zones import local
from tally_tui.screens import session_hits
from tally_tui.screens.breakdown import named
from tally_tui.screens.session_hits import SessionHits, Target
from tally_tui.screens.view import View
from tally_tui.store import Answered, Store
from tally_tui.widgets import figures
from tally_tui.widgets.archive_line import ArchiveLine
from tally_tui.widgets.text import clean
from tally_tui.widgets.transcript.conversation import Conversation
from tally_tui.widgets.transcript.find_bar import FindBar, FindInput
from tally_tui.widgets.transcript.lines import PlaceLine, SessionLine
from tally_tui.widgets.transcript.markdown import prepare
from tally_tui.widgets.transcript.reader import Reader
from tally_tui.widgets.transcript.seeking import Words

SLOTS = ("conversation", "texts", "spilled", "opened", *session_hits.SLOTS)
PREPARE_S = 0.5
"""When the list stands, what colours code is loaded, in case a session is opened."""
QUIET_S = 6.0
"""How long words stand in the last line, or over the list."""


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
        number: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, SessionPane.Made)

    class Shown(Message):
        """Another session's words are on the screen."""

    def __init__(self, store: Store, view: View, clock: Callable[[int], str]) -> None:
        super().__init__(id="pane")
        self.store, self.view, self.clock = store, view, clock
        self.session: SessionRow | None = None
        self.pages: Conversation | None = None
        self.masked = False
        """Whether what looks like a secret is hidden, in whichever session."""
        self._asked_pages = self._shown_pages = 0
        self._back = False
        """Whether the place where the session was left is still to be found."""
        self.hits = SessionHits(self)
        self._quiet: Timer | None = None
        self._places: dict[str, tuple[str, int]] = {}
        """Session → the item and the line where it was left."""

    def compose(self) -> ComposeResult:
        yield SessionLine()
        yield ArchiveLine()
        yield Static(id="nothing", markup=False)
        self._reader = Reader(self.clock, id="reader")
        yield self._reader
        yield FindBar()
        yield PlaceLine()

    def on_mount(self) -> None:
        self.say("Enter opens the session under the cursor.")
        self.set_timer(PREPARE_S, self._prepare)

    @work(thread=True, group="prepare", exit_on_error=False)
    def _prepare(self) -> None:
        prepare()

    # -- opening

    def read(self, session: SessionRow, target: Target | None = None) -> None:
        """Show a session, from a line of its log on if one is given."""
        self.hits.target = target
        if self.session is not None and self.session.session == session.session:
            self._title()
            self.hits.go()
            return
        self.remember()
        self.session, self.pages = session, None
        self.find_bar.close()
        self.query_one(ArchiveLine).source = ""
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
        self.hits.rest()
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
        self.query_one(ArchiveLine).session = session
        if session is None:
            return
        title = masked(named(session)) if self.masked else named(session)
        line.title = ("★ " if session.bookmarked else "") + title
        cost = figures.cost(session.figures) if session.figures.calls else ""
        tokens = f"{figures.count(session.figures.tokens.total)} tokens" if session.figures.calls else ""
        day = f"{local(session.first_ms, self.view.zone):%Y-%m-%d}"
        note = f"✎ {session.note}" if session.note else ""
        told = (session.project or "", session.branch or "", ", ".join(session.models), tokens, day)
        line.facts = (cost, note if len(note) < 40 else f"{note[:38]}…", *told)

    def on_resize(self) -> None:
        self.query_one(SessionLine).alone = not self.screen.has_class("-wide")

    def remember(self) -> None:
        """Keep the place, for when the session is opened again."""
        reader = self._reader
        if self.session is not None and self.pages is not None and reader.rows and not self._back:
            row, line = reader.place
            name, item = self.session.session, reader.heads[reader.rows[row]].key
            known = self._places.get(name)
            if known != (item, line) and (known is not None or (row, line) != (0, 0)):
                # The beginning, of a session that nobody has read in, is no place to remember.
                self._places[name] = (item, line)
                self.store.do(LeavePlace(self.session.provider, name, item, line))

    def on_unmount(self) -> None:
        # The program ends: the reader is off the screen by now, but still knows where it was.
        self.remember()

    def take_places(self, places: Mapping[tuple[str, str], tuple[str, int]]) -> None:
        """Places that were remembered earlier; those of this run are newer."""
        late = self.session.session if self.session is not None and self.pages is not None else None
        for (_, name), place in places.items():
            if name not in self._places:
                self._places[name] = place
                if name == late and self.reader.place == (0, 0):
                    self._go_back_to_place()

    # -- what came

    def receive(self, news: Answered) -> None:
        """Draw an answer."""
        answer = news.answer
        if isinstance(answer, Transcript):
            self._make(answer)
        elif isinstance(answer, Texts) and self.pages is not None:
            if answer.session == self.pages.transcript.session:
                self.pages.take(answer)
                if isinstance(news.request, SpilledRequest):
                    self._loaded(news.request.key, answer.problem)
                self.reader.arrived()
        elif isinstance(answer, Hits | SessionPlaces):
            self.hits.receive(news.request, answer)
            self.place()
        elif isinstance(answer, Sessions):
            self._facts(answer)

    def _facts(self, answer: Sessions) -> None:
        if answer.rows and self.session is not None and answer.rows[0].session == self.session.session:
            self.session = answer.rows[0]
            self._title()

    def _make(self, transcript: Transcript) -> None:
        self._asked_pages += 1
        walking = self.hits.target is not None or isinstance(self.reader.pattern, Words)
        self._make_pages(transcript, self.pages, self.masked, self._asked_pages, walking)

    # A description of its own: Textual would make one of all it is given, word for word.
    @work(thread=True, group="pages", exit_on_error=False, description="pages")
    def _make_pages(
        self, transcript: Transcript, before: Conversation | None, masked: bool, number: int, walking: bool
    ) -> None:
        pages = Conversation(transcript, before, masked)
        if walking:
            pages.learn_lines()
        self.post_message(self.Made(pages, number))

    @on(Made)
    def _made(self, event: Made) -> None:
        event.stop()
        pages = event.pages
        if self.session is None or pages.transcript.session != self.session.session or event.number < self._shown_pages:
            return
        same, counted = self.pages is not None, self.pages is not None and self.pages.transcript.whole
        self.pages, self._shown_pages = pages, event.number
        self.query_one(ArchiveLine).source = clean(pages.transcript.from_archive)
        if not pages.heads:
            self.say(pages.transcript.problem or "There is nothing in this session's log.")
            return
        self.say("")
        self.reader.show(pages, same, counted)
        if not same:
            self._back = True
        if self._back:
            self._go_back_to_place()
        self.hits.shown(not same, counted)
        self.place()
        if not same:
            self.post_message(self.Shown())

    def _go_back_to_place(self) -> None:
        assert self.session is not None
        key, line = self._places.get(self.session.session, ("", 0))
        reader, whole = self.reader, self.pages is None or self.pages.transcript.whole
        item = next((n for n, head in enumerate(reader.heads) if head.key == key), None)
        there = item is not None and reader.rows[reader.cursor] == item
        if item is not None and (not self._back or reader.place == (0, 0) or there):
            reader.to_item(item, line=line)
            arrived = reader.stands_at(reader.cursor, line)
        else:
            arrived = item is not None  # somebody reads elsewhere by now
        # Of a long log only the beginning may be here, without the item or the lines that fill the page below it:
        # the place is looked for again when there is more.
        self._back = bool(key) and not arrived and not whole

    def mask_secrets(self) -> bool:
        """Mask what looks like a secret, or show it again; whether it is masked now."""
        self.masked = not self.masked
        if self.pages is not None:
            self._make(self.pages.transcript)
        self._title()
        return self.masked

    @on(Reader.SpilledWanted)
    def _spilled_wanted(self, event: Reader.SpilledWanted) -> None:
        event.stop()
        if (session := self.session) is not None:
            self.store.ask(SpilledRequest("spilled", session.provider, session.session, event.key))

    def _loaded(self, key: str, problem: str) -> None:
        self.store.drop("spilled")
        self.reader.replaced(key)
        if problem:
            self.notify(clean(problem), severity="warning", timeout=8, markup=False)

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
        found = self.hits.forget()
        self.place()
        return found

    @on(FindBar.Changed)
    def _find(self, event: FindBar.Changed) -> None:
        if event.pattern is None:
            self.forget_found()
        else:
            self.hits.ask(event.pattern)

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
        hidden = " · secrets masked" if self.masked else ""
        line.left = f"{(reader.item or 0) + 1:,} of {len(reader.heads):,} · {depth}{hidden}"
        line.fill = self.pages.fill_at(reader.item or 0) if self.pages is not None else None
        line.following, line.unseen = reader.following, reader.unseen
        line.right = "" if reader.pattern is None else self.hits.told()

    @property
    def tells(self) -> bool:
        """Whether its last line is in sight, or will be as soon as the session is read."""
        opening = self.session is not None and self.pages is None
        return self.display and (opening or self.query_one(PlaceLine).display)

    def tell(self, words: str) -> None:
        """Say something for a while in the last line, in place of what was said there before."""
        self.query_one(PlaceLine).said = clean(words)
        if self._quiet is not None:
            self._quiet.stop()
        self._quiet = self.set_timer(QUIET_S, self._be_quiet) if words else None

    def _be_quiet(self) -> None:
        self.query_one(PlaceLine).said = ""
