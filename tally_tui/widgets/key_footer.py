"""The keys at the bottom of a screen, made anew only where others are to be shown."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class KeyFooter(Footer):
    """A compact footer. Textual's own makes all keys anew whenever any of them may have changed."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._made: object = None
        self._due = False

    def compose(self) -> ComposeResult:
        self._made = self._wanted()
        for child in super().compose():
            if isinstance(child, FooterKey):
                # It becomes so in any case, and to look up its styles again takes longer than to make it.
                child.set_class(True, "-compact", update=False)
            yield child

    def bindings_changed(self, screen: Screen[object]) -> None:
        first, self._bindings_ready = not self._bindings_ready, True
        if not screen.app.app_focus or not self.is_attached or screen is not self.screen or self._due:
            return
        if first or self._made != self._wanted():
            self._due = True
            self.call_after_refresh(self._make)

    async def _make(self) -> None:
        self._due = False
        await self.recompose()

    def _wanted(self) -> object:
        """All that the keys show."""
        return [
            (binding.key, self.app.get_key_display(binding), binding.description, binding.action, enabled, tooltip)
            for _, binding, enabled, tooltip in self.screen.active_bindings.values()
            if binding.show
        ]
