"""Textual's command palette, hardened against keys in haste and terminals of a few columns."""

from __future__ import annotations

from textual import on
from textual.command import CommandList, CommandPalette
from textual.message import Message
from textual.widgets import Button, Input, OptionList

from tally_tui.screens.dialog import Page


class Palette(CommandPalette, Page[None]):
    """Runs one command, once."""

    def _action_command_list(self, action: str) -> None:
        # By pages only where the list has room for any: without it the list does not know where its rows are.
        if action.startswith("page") and not self.query_one(CommandList)._index_to_line:
            return
        super()._action_command_list(action)

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    @on(Input.Changed)
    @on(Button.Pressed)
    def _after_leaving(self, event: Message) -> None:
        """Drop what was pressed before the palette closed and is handled after it."""
        if not self.is_current:
            event.stop()
            event.prevent_default()
