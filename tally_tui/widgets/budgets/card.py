"""One budget as a card: verdict, gauge, spent and left, and where it is heading."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.widgets.budgets import words
from tally_tui.widgets.budgets.gauge import gauge
from tally_tui.widgets.text import clean, crop

_UNPRICED = "+"


class BudgetCard(Widget):
    """Five lines, or six where they are narrow. The chosen card has a bar at its side."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    BudgetCard { height: auto; width: 1fr; padding: 0 1 0 2; background: $surface; pointer: pointer;
        &:hover { background: $panel; }
        &.-chosen { border-left: outer $primary; padding: 0 1 0 1; }
        &:ansi.-chosen { border-left: outer ansi_blue; } }
    """
    row: reactive[BudgetRow | None] = reactive(None, layout=True)

    @dataclass
    class Clicked(Message):
        """A card was clicked."""

        name: str

    def __init__(self, row: BudgetRow, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone
        self.set_reactive(BudgetCard.row, row)

    def on_click(self) -> None:
        if self.row is not None:
            self.post_message(self.Clicked(self.row.budget.name))

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))

    def lines(self, width: int) -> list[Content]:
        """The card's lines in so many cells."""
        row = self.row
        if row is None or width < 1:
            return [Content("")]
        sign, word, style = words.verdict(row)
        name = crop(clean(row.budget.name), max(4, width - cell_len(word) - 4))
        gap = max(1, width - cell_len(name) - cell_len(word) - 2)
        head = Content.assemble((name, "bold"), " " * gap, (f"{sign} {word}", f"bold {style}"))
        what = [Content.styled(line, "$quiet") for line in words.on_card(row, width)]
        if row.standing is None:
            said = Content.styled(clean(row.problem or "cannot be told"), "$text-warning")
            return [head, *what, *said.wrap(width)]
        return [head, *what, *self._figures(row, width)]

    def _figures(self, row: BudgetRow, width: int) -> list[Content]:
        standing, unit = row.standing, row.budget.unit
        assert standing is not None
        percent = words.used(standing.used_percent)
        bar = Content.assemble(
            gauge(standing, row.budget.thresholds, max(4, width - len(percent))), (percent, "bold")
        )
        more = f" {_UNPRICED}{row.unpriced_calls:,} unpriced" if row.unpriced_calls else ""
        spent, tail = words.spent_of(standing, unit), words.left(standing, unit)
        room = width - cell_len(spent) - cell_len(tail)
        if room < 1:
            spent = f"{words.short(standing.spent, unit)} of {words.short(standing.amount, unit)}"
            room = width - cell_len(spent) - cell_len(tail)
        if room < 1:
            tail = f"{words.short(abs(standing.left), unit)} {'over' if standing.left < 0 else 'left'}"
            room = width - cell_len(spent) - cell_len(tail)
        middle = more if cell_len(more) + 2 <= room else " +" if more and room >= 3 else ""
        money = Content.assemble(
            spent, (middle, "$text-warning"), " " * max(1, room - cell_len(middle)), (tail, "bold")
        )
        doubt = words.doubt(standing)
        ahead = f"→ {words.band(standing, unit)}"
        if doubt:
            ahead = doubt if standing.spent <= 0 else f"{ahead}, {doubt}"
        time = words.remaining(standing)
        room = width - cell_len(time) - 2
        if cell_len(ahead) > room and doubt:
            ahead = doubt
        if cell_len(ahead) > room:
            ahead = f"→ {words.short(standing.low, unit)}–{words.short(standing.high, unit)}"
        ahead = crop(ahead, room)
        last = Content.assemble((time, "$quiet"), " " * (width - cell_len(time) - cell_len(ahead)), (ahead, "$quiet"))
        return [bar, money, last]
