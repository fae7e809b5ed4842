"""The keys at the bottom of a screen: as many as fit, made anew only where others are to be shown."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey, KeyGroup


class KeyFooter(Footer):
    """A compact footer. Textual's own makes all keys anew whenever any of them may have changed, and cuts off what
    there is no room for: how to get help, and out. Here the last of the screen's own keys go first."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)
        self._made: object = None
        self._due = False

    def compose(self) -> ComposeResult:
        if not self._bindings_ready:
            return  # what a key needs to know may not be on the screen yet
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
        if not self.is_attached:
            return  # its screen was left meanwhile
        with self.app.batch_update():
            await self.recompose()
            self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Leave out whole keys until the rest has room."""
        always = {binding.action for node, binding, *_ in self.screen.active_bindings.values() if node is self.app}
        units: list[list[Widget]] = []
        for child in self.children:
            if units and isinstance(units[-1][-1], KeyGroup):
                units[-1].append(child)  # the word for a group of keys
            else:
                units.append([child])
        over = sum(map(_cells, self.children)) - 1 - self.size.width
        for unit in reversed(units):
            can_go = not (isinstance(unit[0], FooterKey) and unit[0].action in always)
            shown = over <= 0 or not can_go
            if not shown:
                over -= sum(map(_cells, unit))
            for child in unit:
                if child.display is not shown:
                    child.display = shown

    def _wanted(self) -> object:
        """All that the keys show."""
        return [
            (binding.key, self.app.get_key_display(binding), binding.description, binding.action, enabled, tooltip)
            for _, binding, enabled, tooltip in self.screen.active_bindings.values()
            if binding.show
        ]


def _cells(child: Widget) -> int:
    """How many columns a key, a group of keys or its word takes, with the blank behind it."""
    if isinstance(child, FooterKey):
        return cell_len(f"{child.key_display} {child.description}") + 1
    if isinstance(child, KeyGroup):
        return 2 + sum(cell_len(key.key_display) for key in child.query(FooterKey))
    return cell_len(str(child.render())) + 1
