"""Giving a search a name, and the list of those that have one, with what was searched for before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from tally_tui.actions import DropSearch, ForgetQuery
from tally_tui.reports.searches import SavedSearch, Searches
from tally_tui.screens.dialog import Dialog, Pick
from tally_tui.store import Answered, News, Store
from tally_tui.widgets.parts import Parts
from tally_tui.widgets.text import clean, crop

SLOT: Final = "searches"


class SearchName(Dialog[str | None]):
    """Answers with a name for a search."""

    BINDING_GROUP_TITLE = "Name of a search"
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    SearchName { align: center middle;
        & > Vertical { width: 64; max-width: 100%; height: auto; background: $surface; border: round $primary;
            padding: 0 1; }
        & Input { background: $panel; }
        & #name-note { height: auto; color: $quiet; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="search-name.leave", tooltip="Save nothing"),
    ]

    def __init__(self, query: str, taken: frozenset[str]) -> None:
        super().__init__()
        self.query_text, self.taken = query, taken

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content.assemble(("Save this search as", "bold")), markup=False)
            yield Input(clean(self.query_text), compact=True)
            yield Parts(id="name-note")

    def on_mount(self) -> None:
        self._say()

    @on(Input.Changed)
    def _say(self) -> None:
        name = self.query_one(Input).value.strip()
        taken = "There is one of this name: it is replaced." if name in self.taken else ""
        self.query_one("#name-note", Parts).say(taken, "↵ saves", "Esc leaves")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if name := clean(event.value).strip():
            self.dismiss(name)

    def action_leave(self) -> None:
        self.dismiss(None)


class SavedSearches(Dialog[SavedSearch | None]):
    """A list of searches to choose from: the saved ones, then what was searched for before."""

    BINDING_GROUP_TITLE = "Earlier searches"
    HELP = "Enter searches for it."
    DEFAULT_CSS = """
    SavedSearches { align: center middle;
        & > Vertical { width: 76; max-width: 100%; height: auto; max-height: 80%; background: $surface;
            border: round $primary; }
        & #searches-title { height: 1; padding: 0 1; text-style: bold; }
        & OptionList { height: auto; max-height: 24; border: none; background: $surface; padding: 0;
            &:focus { border: none; } }
        & #searches-keys { height: auto; padding: 0 1; color: $quiet; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+o", "leave", "Close", id="searches.close", tooltip="Back to the line"),
        Binding("delete,d", "drop", "Delete", id="searches.delete", tooltip="Delete the search under the cursor"),
        Binding("j", "walk(1)", "Down", show=False, id="searches.down"),
        Binding("k", "walk(-1)", "Up", show=False, id="searches.up"),
    ]

    def __init__(self, store: Store, searches: Searches) -> None:
        super().__init__()
        self.store, self.searches = store, searches
        self._rows: list[SavedSearch] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content("Saved searches, and earlier ones"), id="searches-title", markup=False)
            yield OptionList()
            yield Parts(id="searches-keys")

    def on_mount(self) -> None:
        self._fill()
        self.query_one(OptionList).focus()

    def receive(self, news: Mapping[str, News]) -> None:
        """One was deleted, here or elsewhere."""
        item = news.get(SLOT)
        if isinstance(item, Answered) and isinstance(item.answer, Searches) and item.answer != self.searches:
            self.searches = item.answer
            self._fill()

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        before = options.highlighted or 0
        queries = {each.query for each in self.searches.saved}
        self._rows = [
            *self.searches.saved,
            *(SavedSearch("", query) for query in self.searches.remembered if query not in queries),
        ]
        options.clear_options()
        options.add_options([Pick(self._line(each), each) for each in self._rows])
        options.display = bool(self._rows)
        if self._rows:
            options.highlighted = min(before, len(self._rows) - 1)
        nothing = "Nothing is kept yet. ^s on the line saves a search; what you open a hit of stands here, too."
        does = ("↵ searches", "d deletes") if self._rows else (nothing,)
        self.query_one("#searches-keys", Parts).say(*does, "Esc back")

    def _line(self, search: SavedSearch) -> Content:
        room = min(76, self.app.size.width) - 7
        query = clean(search.query)
        if not search.name:
            return Content.assemble(("  ", ""), crop(query, room))
        more = [", ".join(search.facets), "best first" if search.ranked else ""]
        about = " · ".join(filter(None, ("" if query == search.name else query, *more)))
        name = crop(clean(search.name), room)
        return Content.assemble(
            ("★ ", "bold $text-accent"), name, (f"  {crop(about, room - len(name) - 2)}" if about else "", "$quiet")
        )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if isinstance(event.option, Pick):
            self.dismiss(event.option.value)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_walk(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_drop(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._rows):
            search = self._rows[at]
            self.store.do(DropSearch(search.name) if search.name else ForgetQuery(search.query))
