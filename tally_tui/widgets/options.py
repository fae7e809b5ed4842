"""Textual's list of options, for lists that change and terminals without room for one."""

from __future__ import annotations

from textual import events
from textual.widgets import OptionList


class Options(OptionList):
    """An `OptionList` whose keys and clicks may come while nothing of it is laid out, or its rows are others by now."""

    def action_page_up(self) -> None:
        if self._index_to_line:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        if self._index_to_line:
            super().action_page_down()  # type: ignore[no-untyped-call]

    def _on_click(self, event: events.Click) -> None:  # type: ignore[override]
        # Textual calls this one first, then that of the list itself.
        clicked = event.style.meta.get("option")
        if clicked is not None and clicked >= self.option_count:
            event.prevent_default()
            event.stop()
