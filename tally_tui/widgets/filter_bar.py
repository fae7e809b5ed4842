"""The filter: one line of the query language, with a pointer at a word that is not understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tally_tui.store import QueryProblem
from tally_tui.widgets.text import clean


class FilterInput(Input):
    """The line itself."""

    HELP = "Enter filters by what is typed, Esc leaves it as it was. An empty line shows everything."
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Apply", id="filter.apply", tooltip="Filter by what is typed"),
        Binding(
            "escape", "leave", "Leave", id="filter.leave", tooltip="Close the filter without applying it"
        ),
    ]

    class Left(Message):
        """Esc was pressed."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        # Textual does not know this one as a sign that is typed, and would show what it does elsewhere.
        return key == "slash" or super().check_consume_key(key, character)

    def action_leave(self) -> None:
        self.post_message(self.Left())


class FilterBar(Vertical):
    """Shown on demand; says what is wrong under the word that is wrong."""

    DEFAULT_CSS = """
    FilterBar { height: auto; display: none; background: $surface; padding: 0 1;
        & > Static { height: auto; color: $text-error; display: none; } }
    """

    @dataclass
    class Applied(Message):
        """A query that is understood was entered."""

        query: str

    class Left(Message):
        """The bar was closed; nothing changes."""

    def __init__(
        self,
        check: Callable[[str], QueryProblem | None],
        placeholder: str = "filter: words, project: model: since:7d cost:>1 …",
    ) -> None:
        super().__init__()
        self.check, self.placeholder = check, placeholder

    def compose(self) -> ComposeResult:
        yield FilterInput(
            placeholder=self.placeholder,
            compact=True,
            id="filter",
            select_on_focus=False,
        )
        yield Static(id="filter-problem", markup=False)

    def open(self, query: str) -> None:
        """Show the bar with the query in force and put the cursor in it."""
        self.display = True
        line = self.query_one(FilterInput)
        line.value = query
        line.cursor_position = len(query)
        line.focus()

    def close(self) -> None:
        self.display = False
        self.query_one("#filter-problem").display = False

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        # A word still being typed is no mistake: only Enter complains.
        self.query_one("#filter-problem").display = False

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        problem = self.check(event.value)
        if problem is None:
            self.close()
            self.post_message(self.Applied(event.value.strip()))
            return
        self.point(event.value, problem)

    @on(FilterInput.Left)
    def _left(self, event: FilterInput.Left) -> None:
        event.stop()
        self.close()
        self.post_message(self.Left())

    def point(self, query: str, problem: QueryProblem) -> None:
        """Say what is wrong, under the word that is wrong."""
        note = self.query_one("#filter-problem", Static)
        # Keys may come faster than the layout: before it the bar has no width of its own.
        room = max(1, (self.size.width or self.app.size.width) - 2)
        before = cell_len(clean(query[: problem.start])) % room
        length = max(1, cell_len(clean(query[problem.start : problem.end])))
        carets = "^" * min(length, room - before)
        note.update(Content(f"{' ' * before}{carets}\n{clean(problem.message)}"))
        note.display = True
        self.query_one(FilterInput).cursor_position = problem.end
