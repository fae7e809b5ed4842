"""The total that explains itself: where its calls came from, and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tally_tui.reports.answers import Explain, ExplainLine
from tally_tui.requests import ExplainRequest
from tally_tui.screens.dialog import Dialog
from tally_tui.store import Answered, Failed, News, Store
from tally_tui.widgets import figures
from tally_tui.widgets.sync_line import told
from tally_tui.widgets.table import Cell, Column, VirtualTable
from tally_tui.widgets.text import clean

COUNTED = 60
"""From this many columns on the numbers have a column of their own too."""


def behind(line: ExplainLine) -> str | None:
    """The query that finds the calls behind a line; empty: all that were counted; None: there are none."""
    return "" if line.kind == "calls" else line.query


class Lines:
    """The sentences; those with a sign open the calls behind them."""

    def __init__(self, lines: Sequence[ExplainLine], counted: bool) -> None:
        self.lines, self.counted = lines, counted

    def __len__(self) -> int:
        return len(self.lines)

    def cells(self, row: int) -> Sequence[Cell] | None:
        line = self.lines[row]
        count = (f"{line.count:,}",) if self.counted else ()
        return (clean(line.text), *count, "›" if behind(line) is not None else "")


class ExplainScreen(Dialog["tuple[str, str, Explain] | None"]):
    """Dismissed with a title, a query and the answer where a line's calls are to be shown."""

    BINDING_GROUP_TITLE = "Explain"
    DEFAULT_CSS = """
    ExplainScreen { align: center middle;
        & > #frame { width: 90%; max-width: 110; height: 80%; min-height: 8; max-height: 32;
            background: $surface; border: round $primary; padding: 0 1; }
        & #total { height: auto; margin: 0 0 1 0; }
        & VirtualTable { height: 1fr; }
        & .note { height: auto; color: $quiet; }
        &.-panel > #frame { width: 100%; height: 100%; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,x,q", "dismiss", "Close", id="explain.close", tooltip="Back to the screen"),
    ]

    def __init__(self, store: Store, request: ExplainRequest, title: str) -> None:
        super().__init__()
        self.store, self.request, self.period = store, request, title
        self.answer: Explain | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield Static(Content(f"{self.period} …"), id="total", markup=False)
            yield VirtualTable(id="lines")
            yield Static(id="whole", classes="note", markup=False)
            yield Static(id="note", classes="note", markup=False)
            yield Static(Content("Enter opens the calls behind a line with ›.  Esc closes."), classes="note")

    def on_mount(self) -> None:
        self.query_one("#frame").border_title = Content("How this total came about")
        self.store.ask(self.request)

    def on_unmount(self) -> None:
        self.store.drop(self.request.slot)

    def receive(self, news: Mapping[str, News]) -> None:
        item = news.get(self.request.slot)
        if isinstance(item, Failed):
            self.query_one("#total", Static).update(Content(told(item.trouble)))
        elif isinstance(item, Answered) and isinstance(item.answer, Explain):
            self._show(item.answer)

    def _show(self, answer: Explain) -> None:
        self.answer = answer
        least = "≥ " if answer.lower_bound else ""
        total = answer.totals
        self.query_one("#total", Static).update(
            Content.assemble(
                (self.period, "$quiet"),
                "  ",
                (least + figures.cost(total), "bold"),
                f"  {total.calls:,} calls, {figures.count(total.tokens.total)} tokens, "
                f"from {answer.lines_read:,} lines of {answer.files:,} files",
            )
        )
        # The sentences begin with their numbers: a panel does without the column of them.
        counted = self.app.size.width >= COUNTED
        count = (Column("count", "Count", 11, right=True, sortable=False),) if counted else ()
        columns = (Column("text", "What", 20, sortable=False), *count, Column("open", "", 1, sortable=False))
        self.query_one(VirtualTable).show(columns, Lines(answer.lines, counted), ("", False))
        self.query_one("#whole", Static).update(Content(self.query_one(VirtualTable).truncated() or ""))
        notes = [f"≥ {clean(why)}" for why in answer.lower_bound_why]
        notes.append(f"Prices of {clean(answer.prices_at)}.")
        self.query_one("#note", Static).update(Content("\n".join(notes)))

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        self.query_one("#whole", Static).update(Content(self.query_one(VirtualTable).truncated() or ""))

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        if self.answer is None or not isinstance(event.rows, Lines):
            return
        line = event.rows.lines[event.row]
        query = behind(line)
        if query is not None:
            # Within the filter that the total is of.
            self.dismiss((line.text, f"{self.request.query} {query}".strip(), self.answer))
