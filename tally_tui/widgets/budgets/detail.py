"""One budget in full: its figures, and the burn-up of a period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.style import Style
from textual.widget import Widget

from tally_tui.reports.answers_limits import BudgetRow
from tally_tui.widgets import figures
from tally_tui.widgets.budgets import burn_up, words
from tally_tui.widgets.budgets.gauge import gauge
from tally_tui.widgets.text import clean

_SIDE_BY_SIDE = 64
"""From this width on figures stand in two columns."""


class _Lines(Widget):
    """Lines that depend on the width they get."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    _Lines { height: auto; width: 1fr;
        link-style: none; link-color: $foreground; link-background: transparent; }
    """

    def __init__(self, detail: BudgetDetail) -> None:
        super().__init__()
        self.detail = detail

    def lines(self, width: int) -> list[Content]:
        raise NotImplementedError

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))


class _Head(_Lines):
    def lines(self, width: int) -> list[Content]:
        row, back = self.detail.row, self.detail.back
        if row is None or width < 4:
            return [Content("")]
        sign, word, style = words.verdict(row)
        room = max(4, width - cell_len(word) - 4)
        name = [line.plain.rstrip() for line in Content(clean(row.budget.name)).wrap(room)]
        gap = " " * max(1, width - cell_len(name[0]) - cell_len(word) - 2)
        head = [Content.assemble((name[0], "bold"), gap, (f"{sign} {word}", f"bold {style}"))]
        head += [Content.styled(line, "bold") for line in name[1:]]
        when = words.dates(row.budget, row.period, row.period_known, self.detail.zone)
        ago = "" if not back else " · the one before" if back == 1 else f" · {back} before this one"
        walk = Content.assemble(
            ("‹ ", Style.from_meta({"@click": "screen.walk(-1)"})),
            (when, "bold"),
            (" ›" if back else "", Style.from_meta({"@click": "screen.walk(1)"})),
            (ago, "$text-warning"),
        )
        what = Content.styled(f"{words.kind(row.budget)} · {words.about(row)}", "$quiet")
        return [*head, *what.wrap(width), *walk.wrap(width), *self._figures(row, width)]

    def _figures(self, row: BudgetRow, width: int) -> list[Content]:
        standing, unit = row.standing, row.budget.unit
        if standing is None:
            why = Content.styled(clean(row.problem or "cannot be told"), "$text-warning")
            return [Content(""), *why.wrap(width)]
        percent = f" {figures.whole_percent(standing.used_percent)} %"
        bar = gauge(standing, row.budget.thresholds, max(4, width - cell_len(percent)))
        pairs: list[tuple[str, str, str]] = [
            ("Spent", words.spent_of(standing, unit), words.left(standing, unit)),
        ]
        if standing.now < standing.end:
            pace, even = words.amount(standing.pace, unit), words.amount(words.even_pace(standing), unit)
            doubt = words.doubt(standing)
            pairs += [
                ("Pace", f"{pace} a day", f"even would be {even}; {words.against_even(standing, unit)}"),
                ("Allowance", words.allowance(standing, unit), words.remaining(standing)),
                ("Heading", "" if standing.spent <= 0 else words.band(standing, unit),
                 f"low confidence: {doubt}" if doubt else ""),
            ]  # fmt: skip
        else:
            pairs += [("Even", f"{words.amount(words.even_pace(standing), unit)} a day", "ended")]
        found: list[Content] = [Content.assemble(bar, (percent, "bold"))]
        for title, told, more in pairs:
            found += _pair(title, told, more, width)
        return found


def _pair(title: str, told: str, more: str, width: int) -> list[Content]:
    """A figure and what is to be said of it, on one line where there is room."""
    label = f"{title:<10}"
    one = Content.assemble((label, "$quiet"), (told, "bold"), ("   " if told and more else "", ""), (more, "$quiet"))
    if one.cell_length <= width or not more:
        return one.wrap(width)
    head = [Content.assemble((label, "$quiet"), (told, "bold"))] if told else []
    lines = Content.styled(more, "$quiet").wrap(max(8, width - 10))
    indents = [" " * 10] * len(lines) if told else [label, *[" " * 10] * (len(lines) - 1)]
    return [*head, *(Content.assemble((indent, "$quiet"), line) for indent, line in zip(indents, lines, strict=True))]


class _Foot(_Lines):
    def lines(self, width: int) -> list[Content]:
        row = self.detail.row
        if row is None or row.standing is None or width < 4:
            return [Content("")]
        unit = row.budget.unit
        entries = [
            Content.assemble((sign, style), f" {text}")
            for sign, style, text in burn_up.legend(row, lambda parts: words.amount(parts, unit))
        ]
        found = packed(entries, width) if self.detail.drawn else []
        return [*found, *(line for each in self._notes(row) for line in each.wrap(width))]

    def _notes(self, row: BudgetRow) -> list[Content]:
        budget, unit, found = row.budget, row.budget.unit, []
        if row.unpriced_calls:
            calls = "1 call has" if row.unpriced_calls == 1 else f"{row.unpriced_calls:,} calls have"
            more = "; their tokens count" if unit == "tokens" else " and are not in these dollars"
            found.append(Content.assemble(("! ", "$text-warning"), f"{calls} no known price{more}."))
        if unit == "usd" and row.money == "mixed":
            parts = [
                f"{words.PROVIDERS.get(provider, provider)} {words.amount(spent, unit)}"
                for provider, spent in row.by_provider.items()
            ]
            told = f"Of both: {', '.join(parts)}. Claude's dollars are what its calls would cost by key."
            found.append(Content(told))
        elif row.money == "equivalent":
            found.append(Content.styled("Equivalent: what these calls would cost by key.", "$quiet"))
        if not row.period_known and budget.period == "subscription-week":
            found.append(Content.styled("~ No reading tells when this week begins: it is reckoned.", "$quiet"))
        if not budget.thresholds:
            found.append(Content.styled("Silent: no alert at any percentage.", "$quiet"))
        elif budget.projected:
            found.append(Content.styled("The projection alerts, too.", "$quiet"))
        return found


def packed(entries: Sequence[Content], width: int) -> list[Content]:
    """Entries side by side, broken only between one another."""
    lines: list[Content] = []
    for entry in entries:
        if lines and lines[-1].cell_length + 2 + entry.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], "  ", entry)
        else:
            lines.append(entry)
    return lines


class BudgetDetail(VerticalScroll, can_focus=True, inherit_bindings=False):
    """The chosen budget in the period that is looked at."""

    HELP = "The figures of one budget and the burn-up of its period."
    BINDING_GROUP_TITLE = "The budget"
    DEFAULT_CSS = """
    BudgetDetail { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1;
        & > BurnUp { margin: 1 0 0 0; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Scroll down", show=False, id="budget.down"),
        Binding("k,up", "scroll_up", "Scroll up", show=False, id="budget.up"),
        Binding("pagedown,space,ctrl+d", "page_down", "Next page", show=False, id="budget.page-down"),
        Binding("pageup,ctrl+u", "page_up", "Page before", show=False, id="budget.page-up"),
        Binding("g,home", "scroll_home", "To the top", show=False, id="budget.first"),
        Binding("G,end", "scroll_end", "To the end", show=False, id="budget.last"),
    ]

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone
        self.row: BudgetRow | None = None
        self.back = 0
        self.drawn = False
        """Whether the burn-up of this row is at hand."""

    def compose(self) -> ComposeResult:
        yield _Head(self)
        yield burn_up.BurnUp()
        yield _Foot(self)

    def show(self, row: BudgetRow | None, back: int, now_ms: int) -> None:
        """Show a budget `back` periods ago. A row without points has only its figures."""
        chart = self.query_one(burn_up.BurnUp)
        same = self.row is not None and row is not None and self.row.budget.name == row.budget.name
        if row is not None and not row.points and same and self.drawn and back == self.back:
            return  # the figures will come again with their points
        self.row, self.back = row, back
        self.drawn = row is not None and bool(row.points) and row.standing is not None
        chart.visible = self.drawn
        chart.display = row is None or row.standing is not None
        chart.show(row if self.drawn else None, self.zone, now_ms)
        for lines in self.query(_Lines):
            lines.refresh(layout=True)
