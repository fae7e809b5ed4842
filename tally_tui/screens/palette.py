"""Textual's command palette, hardened against keys in haste and terminals of a few columns."""

from __future__ import annotations

from textual import on
from textual.command import CommandPalette
from textual.message import Message
from textual.widgets import Button, Input, OptionList

from tally_tui.screens.dialog import Page


class Palette(CommandPalette, Page[None]):
    """Runs one command, once."""

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    @on(Input.Changed)
    @on(Button.Pressed)
    def _after_leaving(self, event: Message) -> None:
        """Drop what was pressed before the palette closed and is handled after it."""
        if not self.is_current:
            event.stop()
            event.prevent_default()
