"""An error that stays until it is over: what happened, what was kept, what to do."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.trouble import Trouble
from tally_tui.widgets.sync_line import told


class Notice(Widget):
    """Hidden while nothing is wrong."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Notice { height: auto; max-height: 6; padding: 0 1; display: none; background: $surface;
        border-left: outer $error; }
    """
    about = ""
    trouble: reactive[Trouble | None] = reactive(None, layout=True)

    def show(self, trouble: Trouble, about: str) -> None:
        """Show what went wrong with the question in a slot."""
        self.trouble, self.about = trouble, about
        self.display = True

    def clear(self, about: str = "") -> bool:
        """Put it away (only if it is about a slot, where one is given); says whether there was anything."""
        if about and about != self.about:
            return False
        shown = self.trouble is not None
        self.trouble, self.display = None, False
        return shown

    def render(self) -> Content:
        if self.trouble is None:
            return Content("")
        return Content.assemble(
            ("✗ ", "bold $text-error"), told(self.trouble), ("  Esc hides this.", "$quiet")
        )
