"""The cards of all budgets, in as many columns as fit, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ItemGrid, VerticalScroll
from textual.message import Message
from textual.reactive import reactive

from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.widgets.budgets.card import BudgetCard

NARROWEST: Final = 30
"""A card's least width where two can stand side by side."""


class BudgetCards(VerticalScroll, can_focus=True, inherit_bindings=False):
    """A card a budget. The chosen one follows its budget when others come or go."""

    HELP = (
        "A card a budget: █ spent, │ the even line, ╎ an alert's threshold, ┃ the amount, ░ where it is heading. "
        "+ stands for calls without a known price."
    )
    BINDING_GROUP_TITLE = "Budgets' cards"
    DEFAULT_CSS = """
    BudgetCards { height: 1fr; scrollbar-size-vertical: 1; padding: 0 1;
        & > ItemGrid { height: auto; grid-gutter: 1; keyline: none; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "choose(1)", "Next budget", show=False, id="cards.next"),
        Binding("k", "choose(-1)", "Budget before", show=False, id="cards.before"),
        Binding("right", "choose(1)", "Next budget", show=False, id="cards.right"),
        Binding("left", "choose(-1)", "Budget before", show=False, id="cards.left"),
        Binding("down", "row(1)", "The card below", show=False, id="cards.down"),
        Binding("up", "row(-1)", "The card above", show=False, id="cards.up"),
        Binding("g,home", "ends(0)", "First budget", show=False, id="cards.first"),
        Binding("G,end", "ends(-1)", "Last budget", show=False, id="cards.last"),
        Binding("pagedown,space,ctrl+d", "page_down", "Next page", show=False, id="cards.page-down"),
        Binding("pageup,ctrl+u", "page_up", "Page before", show=False, id="cards.page-up"),
        Binding("enter", "open", "Open", show=False, id="cards.open", tooltip="The whole budget; there, edit it"),
    ]
    cursor: reactive[int] = reactive(0)

    @dataclass
    class Chosen(Message):
        """Another budget is under the cursor."""

        row: BudgetRow

    class Opened(Message):
        """Enter was pressed, or the chosen card was clicked."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone
        self.rows: tuple[BudgetRow, ...] = ()

    def compose(self) -> ComposeResult:
        yield ItemGrid(min_column_width=NARROWEST)

    @property
    def chosen(self) -> BudgetRow | None:
        """The budget under the cursor."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def show(self, rows: Sequence[BudgetRow], choose: str | None = None) -> None:
        """Draw these budgets; the cursor goes to the one of a name, else stays on its budget, else near it."""
        known = choose or (self.chosen.budget.name if self.chosen else None)
        place = next((n for n, row in enumerate(rows) if row.budget.name == known), self.cursor)
        self.rows = tuple(rows)
        grid, cards = self.query_one(ItemGrid), list(self.query(BudgetCard))
        for card, row in zip(cards, rows, strict=False):
            card.row = row
        for card in cards[len(rows) :]:
            card.remove()
        if len(rows) > len(cards):
            grid.mount_all(BudgetCard(row, self.zone) for row in rows[len(cards) :])
        self.set_reactive(BudgetCards.cursor, max(0, min(place, len(rows) - 1)))
        self._mark()
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen))

    def watch_cursor(self) -> None:
        self._mark()
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen))

    def _mark(self) -> None:
        for place, card in enumerate(self.query(BudgetCard)):
            card.set_class(place == self.cursor, "-chosen")
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        cards = list(self.query(BudgetCard))
        if self.cursor < len(cards):
            self.scroll_to_widget(cards[self.cursor], animate=False)

    def action_choose(self, step: int) -> None:
        self.cursor = max(0, min(len(self.rows) - 1, self.cursor + step))

    def action_ends(self, place: int) -> None:
        self.cursor = max(0, len(self.rows) - 1) if place else 0

    def action_row(self, step: int) -> None:
        cards = list(self.query(BudgetCard))
        if self.cursor >= len(cards):
            return
        here = cards[self.cursor].virtual_region
        places = range(self.cursor + step, len(cards) if step > 0 else -1, step)
        beyond = [n for n in places if (cards[n].virtual_region.y - here.y) * step > 0]
        if beyond:
            line = cards[beyond[0]].virtual_region.y
            same = [n for n in beyond if cards[n].virtual_region.y == line]
            self.cursor = min(same, key=lambda n: abs(cards[n].virtual_region.x - here.x))

    def action_open(self) -> None:
        if self.chosen is not None:
            self.post_message(self.Opened())

    @on(BudgetCard.Clicked)
    def _clicked(self, event: BudgetCard.Clicked) -> None:
        event.stop()
        self.focus()
        place = next((n for n, row in enumerate(self.rows) if row.budget.name == event.name), self.cursor)
        if place == self.cursor:
            self.post_message(self.Opened())
        self.cursor = place
