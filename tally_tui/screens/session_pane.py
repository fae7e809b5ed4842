"""The session that is read: its title, its transcript, what is found in it, and the place in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from textual import getters, on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tally_tui.actions import LeavePlace
from tally_tui.model import Span
from tally_tui.reports.answers import SessionRow, Sessions
from tally_tui.reports.transcripts import Hits, Texts, Transcript
from tally_tui.requests import FindRequest, SessionsRequest, SpilledRequest, TextsRequest, TranscriptRequest
from tally_tui.rules.redaction import masked
from tally_tui.rules.zones import local
from tally_tui.screens.archiving import ArchiveLine
from tally_tui.screens.breakdown import named
from tally_tui.screens.view import View
from tally_tui.store import Answered, Store
from tally_tui.widgets import figures
from tally_tui.widgets.text import clean
from tally_tui.widgets.transcript.conversation import Conversation
from tally_tui.widgets.transcript.find_bar import FindBar, FindInput
from tally_tui.widgets.transcript.lines import PlaceLine, SessionLine
from tally_tui.widgets.transcript.reader import Reader

SLOTS = ("conversation", "texts", "spilled", "found", "opened")


@dataclass
class Target:
    """Where to go in a session that is being opened: a line of one of its logs (or an item, by its key), and
    what to mark there."""

    file: str
    offset: int
    length: int
    pattern: re.Pattern[str] | None = None
    key: str = ""
    uuid: str = ""
    """Of a message whose key is no longer there."""


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
        self._target: Target | None = None
        self.finding = False
        """Whether it is not known yet where all that is sought stands."""
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
        self.finding = False
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
        elif isinstance(answer, Hits) and isinstance(news.request, FindRequest):
            self._show_found(news.request, answer)
        elif isinstance(answer, Sessions):
            self._facts(answer)

    def _facts(self, answer: Sessions) -> None:
        if answer.rows and self.session is not None and answer.rows[0].session == self.session.session:
            self.session = answer.rows[0]
            self._title()

    def _make(self, transcript: Transcript) -> None:
        self._asked_pages += 1
        self._make_pages(transcript, self.pages, self.masked, self._asked_pages)

    @work(thread=True, group="pages", exit_on_error=False)
    def _make_pages(self, transcript: Transcript, before: Conversation | None, masked: bool, number: int) -> None:
        self.post_message(self.Made(Conversation(transcript, before, masked), number))

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
        self._go_to_target()
        if same and not counted and self.reader.pattern is not None:
            self._ask_found(self.reader.pattern)  # until now it was looked for in the part that was here
        self.place()
        if not same:
            self.post_message(self.Shown())

    def _go_back_to_place(self) -> None:
        assert self.session is not None
        key, line = self._places.get(self.session.session, ("", 0))
        item = next((n for n, head in enumerate(self.reader.heads) if head.key == key), None)
        if item is not None and (not self._back or self.reader.place == (0, 0)):
            self.reader.to_item(item, line=line)
        # Of a long log only the beginning may be here: the place is looked for again when there is more.
        self._back = item is None and bool(key) and self.pages is not None and not self.pages.transcript.whole

    def _go_to_target(self) -> None:
        target, pages = self._target, self.pages
        if target is None or pages is None:
            return
        if target.key:
            item = pages.item_of(target.key, target.uuid)
        else:
            item = pages.item_at(target.file, target.offset, target.length)
        if item is None and not pages.transcript.whole:
            return  # it may stand in what is still to be read
        if item is None and not target.key:
            # What says nothing of its own here stands beside what it belongs to.
            item = pages.item_before(target.file, target.offset)
        self._target = None
        if item is None:
            where = "no longer stands in this session's log" if target.key else "stands in another file of this session"
            self.notify(f"That message {where}.", severity="warning", markup=False)
            if target.pattern is not None:
                self._ask_found(target.pattern)
        elif target.pattern is not None:
            self.reader.find(target.pattern, [item], 1)
            self.reader.to_hit(item)
            self._ask_found(target.pattern)
        else:
            self.reader.to_item(item)

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

    @property
    def seeking(self) -> bool:
        """Whether it is not known yet where in the session everything stands that is looked for."""
        return self.finding or self.pages is None or self._target is not None

    def open_find(self) -> None:
        """Show the line to find words with."""
        words = self.find_bar.query_one(FindInput).value
        self.find_bar.open(words if self.reader.pattern is not None else "")

    def forget_found(self) -> bool:
        """Mark nothing any more; says whether anything was."""
        found = self.reader.pattern is not None
        self.finding = False
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
            self.finding = True
            ignore = bool(pattern.flags & re.IGNORECASE)
            self.store.ask(FindRequest("found", session.provider, session.session, pattern.pattern, ignore))

    def _show_found(self, request: FindRequest, hits: Hits) -> None:
        self.finding = False
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
        hidden = " · secrets masked" if self.masked else ""
        line.left = f"{(reader.item or 0) + 1:,} of {len(reader.heads):,} · {depth}{hidden}"
        line.fill = self.pages.fill_at(reader.item or 0) if self.pages is not None else None
        line.following, line.unseen = reader.following, reader.unseen
        hits = f"{reader.hit_count:,} hit{'' if reader.hit_count == 1 else 's'}" if reader.hits else "no hits"
        line.right = "" if reader.pattern is None else hits
