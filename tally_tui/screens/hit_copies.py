"""The sessions that a message stands in: forks and resumed sessions hold their origin's again."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from tally_tui.reports.search_answers import SearchHit
from tally_tui.screens.dialog import Dialog, Pick
from tally_tui.widgets.options import Options
from tally_tui.widgets.parts import Parts
from tally_tui.widgets.text import clean, crop


class HitCopies(Dialog[SearchHit | None]):
    """Answers with the place to open."""

    BINDING_GROUP_TITLE = "Also in"
    HELP = "Enter opens the session at this message."
    DEFAULT_CSS = """
    HitCopies { align: center middle;
        & > Vertical { width: 76; max-width: 100%; height: auto; max-height: 80%; background: $surface;
            border: round $primary; }
        & #copies-title { height: 1; padding: 0 1; text-style: bold; }
        & OptionList { height: auto; max-height: 24; border: none; background: $surface; padding: 0;
            &:focus { border: none; } }
        & #copies-keys { height: auto; padding: 0 1; color: $quiet; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g", "leave", "Close", id="hit-copies.close", tooltip="Back to the hits"),
        Binding("j", "walk(1)", "Down", show=False, id="hit-copies.down"),
        Binding("k", "walk(-1)", "Up", show=False, id="hit-copies.up"),
    ]

    def __init__(self, hit: SearchHit, when: Callable[[int], str]) -> None:
        super().__init__()
        self._hits, self._when = (hit, *hit.also), when

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content("This message stands in"), id="copies-title", markup=False)
            yield Options(*(Pick(self._line(hit), hit) for hit in self._hits))
            yield Parts(id="copies-keys")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = 0
        options.focus()
        self.query_one("#copies-keys", Parts).say("↵ opens", "Esc back")

    def _line(self, hit: SearchHit) -> Content:
        room = min(76, self.app.size.width) - 5
        where = clean(hit.project or hit.provider), clean(hit.session)[-8:]
        about = "  " + " · ".join((self._when(hit.time_ms).strip(), *where))
        title = clean(hit.title) or clean(hit.session)
        return Content.assemble(crop(title, max(8, room - len(about))), (about, "$quiet"))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        assert isinstance(event.option, Pick)
        self.dismiss(event.option.value)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_walk(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()
