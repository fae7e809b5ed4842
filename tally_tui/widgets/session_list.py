"""The list of sessions: a few lines each, or one line of columns; subagents fold away below theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tally_tui.widgets import session_card
from tally_tui.widgets.folding import Folding
from tally_tui.widgets.session_card import Card
from tally_tui.widgets.table import Column, Rows, VirtualTable

_DENSITIES = {
    None: "Lines or columns, as the room allows",
    True: "Three lines a session",
    False: "One line a session, in columns",
}
ROOM = 24
"""A list of so many lines shows sessions in several lines each, unless a person chose otherwise."""


class SessionRows(Rows, Protocol):
    """Where the sessions come from. `unfolded`: place of a session → how many subagents stand below it."""

    unfolded: dict[int, int]

    def card(self, row: int) -> Card | None:
        """A row's lines; None: not here yet."""

    def subagents(self, row: int) -> int:
        """How many it can unfold; 0 for a subagent."""

    def level(self, row: int) -> int:
        """How deep a subagent stands; 0 for a session."""


class SessionList(VirtualTable):
    """A table of sessions that can also show them in several lines each."""

    HELP = "Sessions. Subagents are folded: space shows them. d: lines, columns, or as the room allows."
    BINDING_GROUP_TITLE = "Sessions"
    DEFAULT_CSS = """
    SessionList {
        & > .card--title { text-style: bold; }
        & > .card--live { color: $text-success; }
        & > .card--sign { color: $text-accent; }
        & > .card--bar { color: $primary; }
        & > .card--warn { color: $text-warning; }
        & > .card--strong { text-style: bold; }
        & > .card--quiet { color: $quiet; }
        &:ansi > .card--quiet { text-style: dim; }
        &:ansi > .card--warn { text-style: bold; } }
    """
    _STYLES: ClassVar[tuple[str, ...]] = ("title", "live", "sign", "bar", "warn", "strong", "quiet")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"card--{name}" for name in _STYLES}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_fold", "Subagents", show=False, id="sessions.fold",
                tooltip="Show or hide the subagents of the session under the cursor"),
        Binding("right", "unfold", "Unfold", show=False, id="sessions.unfold",
                tooltip="Show the subagents; in columns without any: the columns further right"),
        Binding("left", "fold", "Fold", show=False, id="sessions.fold-away",
                tooltip="Hide the subagents; in columns: back to the left"),
        Binding("d", "density", "Lines or columns", show=False, id="sessions.density",
                tooltip="Three lines a session, or one line of columns; then again as the room allows"),
    ]  # fmt: skip

    @dataclass
    class Unfolded(Message):
        """The subagents of a row are to be shown, or hidden."""

        row: int

    @dataclass
    class Density(Message):
        """A person chose lines, columns, or to leave it to the room."""

        words: str

    @dataclass
    class InSight(Message):
        """Other rows, or newer ones, are on the screen."""

        first: int
        last: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, SessionList.InSight)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.chosen: bool | None = None
        """Whether a person chose several lines; None: the room decides."""
        self._folding = Folding()

    @property
    def sessions(self) -> SessionRows | None:
        return self.rows  # type: ignore[return-value]

    @property
    def roomy(self) -> bool:
        """Whether a session has several lines."""
        return self.chosen if self.chosen is not None else self.size.height >= ROOM

    # -- where rows lie

    @property
    def head(self) -> int:
        return 0 if self.roomy else 1

    def line_of(self, row: int) -> int:
        return self._folding.line_of(row)

    def row_at(self, line: int) -> tuple[int, int]:
        return self._folding.row_at(line)

    def tall(self, row: int) -> int:
        return 1 if self.sessions is not None and self.sessions.level(row) else self._folding.tall

    def _measure(self) -> None:
        unfolded = self.sessions.unfolded if self.sessions is not None else {}
        self._folding = Folding(unfolded, session_card.LINES if self.roomy else 1)
        super()._measure()

    def on_resize(self) -> None:
        self._measure()
        super().on_resize()

    def renew(
        self, columns: tuple[Column, ...], rows: SessionRows, sort: tuple[str, bool], cursor: int, held: tuple[int, int]
    ) -> None:
        """Draw newer rows of the same list: the cursor goes to a row, and what was row `held[0]` and is `held[1]`
        by now stays where it is on the screen."""
        before = self.line_of(held[0])
        first, last = self.in_sight()
        seen = first <= self.cursor <= last
        self.show(columns, rows, sort)
        # At the top of the list what is new is to be seen; further down nothing may move.
        moved = self.line_of(held[1]) - before
        if self.scroll_y and moved:
            self.scroll_to(y=self.scroll_y + moved, animate=False, force=True, immediate=True)
        if seen:
            self.cursor = cursor
        else:
            # A person has scrolled away from the cursor and is not brought back to it.
            self.set_reactive(VirtualTable.cursor, self.validate_cursor(cursor))

    def _look(self) -> None:
        super()._look()
        if self.rows is not None and len(self.rows):
            self.post_message(self.InSight(*self.in_sight()))

    # -- keys and clicks

    def action_density(self) -> None:
        # First what the room alone would not give, then what it gives for good, then again by the room.
        by_room = self.size.height >= ROOM
        self.choose(not by_room if self.chosen is None else by_room if self.chosen is not by_room else None)
        self.post_message(self.Density(_DENSITIES[self.chosen]))

    def choose(self, lines: bool | None) -> None:
        """Several lines a session, or one of columns, whatever the room; None: as the room allows."""
        self.chosen = lines
        self._measure()
        self._arrange()
        self._bring()
        self._look()
        self.refresh()

    def action_toggle_fold(self) -> None:
        self._fold(self.cursor)

    def action_unfold(self) -> None:
        sessions = self.sessions
        if sessions is None or not len(sessions):
            return
        place, below = self._folding.place(self.cursor)
        if below is None and sessions.subagents(self.cursor) and place not in sessions.unfolded:
            self._fold(self.cursor)
        elif not self.roomy:
            self.action_shift(1)

    def action_fold(self) -> None:
        sessions = self.sessions
        if sessions is None or not len(sessions):
            return
        place, below = self._folding.place(self.cursor)
        if not self.roomy and self._shift:
            self.action_shift(-1)
        elif below is not None or place in sessions.unfolded:
            self._fold(self.cursor)

    def _fold(self, row: int) -> None:
        sessions = self.sessions
        if sessions is None or not len(sessions):
            return
        place, below = self._folding.place(row)
        if below is not None:
            # Folding away what is under the cursor leaves it on what stays.
            row = self.cursor = self._folding.row_of(place)
        if sessions.subagents(row):
            self.post_message(self.Unfolded(row))

    def _click_row(self, row: int, part: int, x: int) -> bool:
        card = self.sessions.card(row) if self.sessions is not None and self.roomy else None
        if card is None or part != 1:
            return False
        for at, fact in session_card.placed(card, self._width):
            if fact.name == "subagents" and at <= x < at + fact.width:
                self.cursor = row
                self._fold(row)
                return True
        return False

    # -- drawing

    def truncated(self) -> str | None:
        return None if self.roomy else super().truncated()

    def _row(self, row: int, part: int, style: Style, width: int) -> Strip:
        sessions = self.sessions
        if sessions is None:
            return super()._row(row, part, style, width)
        if not self.roomy and not sessions.level(row):
            return super()._row(row, part, style, width)
        under = row == self.cursor
        if not under:
            odd = self._folding.place(row)[0] % 2
            style = self.get_component_rich_style("table--odd") if odd else self.rich_style
        card = sessions.card(row)
        if card is None:
            return Strip([Segment("…" if not part else "", style)]).adjust_cell_length(width, style)
        pieces = session_card.lines(card, part, width)
        segments = [Segment(text, style + self._ink(name, under)) for text, name in pieces if text]
        return Strip(segments).adjust_cell_length(width, style).simplify()

    def _ink(self, name: str, under: bool) -> Style:
        """What a piece adds to its row's style. Under the cursor colours would not be readable."""
        if name not in self._STYLES:
            return Style()
        ink = self.get_component_rich_style(f"card--{name}")
        if under:
            return Style(bold=ink.bold)
        return Style(color=ink.color, bold=ink.bold, dim=ink.dim)


