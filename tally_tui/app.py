"""The app: it wires the store to the screens, and owns what all screens share."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Protocol, runtime_checkable

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from tally_tui import clock
from tally_tui.config import Settings
from tally_tui.rules.zones import BadZoneError, zone
from tally_tui.screens.clipboard import to_tmux
from tally_tui.screens.commands import ThemeCommands, UsageCommands
from tally_tui.screens.usage import UsageScreen
from tally_tui.screens.view import View
from tally_tui.store import News, Source, Store
from tally_tui.themes import OURS, chart_variables, few_colours

DEMO = "demo"
"""What the app returns when a person asked for the demo."""


class StoreChanged(Message):
    """The store holds something newer."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, StoreChanged)


@runtime_checkable
class Hears(Protocol):
    """A screen that shows answers."""

    def receive(self, news: Mapping[str, News]) -> None: ...


class TallyApp(App[str]):
    """What coding agents cost, live. Run it with `run()`; it returns `DEMO` or None."""

    TITLE = "tally"
    BINDING_GROUP_TITLE = "Everywhere"
    HORIZONTAL_BREAKPOINTS = [(0, "-panel"), (60, "-standard"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    COMMANDS = {UsageCommands, ThemeCommands}
    COMMAND_PALETTE_DISPLAY = "^p"
    DEFAULT_MODE = "usage"
    ENABLE_SELECT_AUTO_SCROLL = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "switch_mode('usage')", "Usage", show=False, id="app.usage", tooltip="The Usage screen"),
        Binding(
            "question_mark",
            "help",
            "Help",
            key_display="?",
            id="app.help",
            tooltip="Keys and the query language",
        ),
        Binding(
            "ctrl+p",
            "command_palette",
            "Commands",
            show=False,
            key_display="^p",
            id="app.palette",
            tooltip="Find any command by its name",
        ),
        Binding(
            "ctrl+z",
            "suspend_process",
            "Suspend",
            show=False,
            id="app.suspend",
            tooltip="Back to the shell; fg returns",
        ),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave"),
    ]

    def __init__(
        self,
        source: Source,
        settings: Settings | None = None,
        demo: bool = False,
        on_demo: Callable[[], None] | None = None,
    ) -> None:
        """`on_demo` is called when the demo is asked for; without it the app ends and returns `DEMO`."""
        self.settings = settings or Settings()
        # 16 colours or none: only the ansi themes are readable, unless a person has chosen another.
        plain = few_colours(dict(os.environ)) and "theme" not in self.settings.given
        super().__init__(ansi_color=True if plain else None)
        self.demo, self._on_demo = demo, on_demo
        self._warnings = [f"config.toml, {problem}" for problem in self.settings.problems]
        for theme in OURS:
            self.register_theme(theme)
        self._choose_theme(plain)
        self.store = Store(source)
        self.store.listen(self._wake)
        self._view = self._first_view()
        self.add_mode("usage", self._usage)

    def _choose_theme(self, plain: bool) -> None:
        wanted = "ansi-dark" if plain else self.settings.theme
        if wanted not in self.available_themes:
            self._warnings.append(
                f"There is no theme {wanted!r}; tally-dark is used. The palette lists them all."
            )
            wanted = OURS[0].name
        self.theme = wanted

    def _first_view(self) -> View:
        name = self.settings.time_zone
        try:
            here = zone(name)
        except BadZoneError as error:
            self._warnings.append(
                f"{error}. Days are cut in UTC until the setting time_zone (or TZ) is right."
            )
            name, here = "UTC", zone("UTC")
        return View(here, self.settings.first_weekday, timezone=name).at("month", clock.now_ms())

    def get_css_variables(self) -> dict[str, str]:
        variables = {**chart_variables(self.current_theme), **super().get_css_variables()}
        self.theme_variables = variables
        return variables

    def _wake(self) -> None:
        # From whichever thread published.
        self.post_message(StoreChanged())

    def _usage(self) -> UsageScreen:
        return UsageScreen(self.store, self._view, self.demo)

    def on_mount(self) -> None:
        self.store.start()

    def on_ready(self) -> None:
        for warning in self._warnings:
            self.notify(warning, severity="warning", timeout=10, markup=False)
        if not self.is_headless:
            self.set_timer(0.5, self._settle)

    def _settle(self) -> None:
        # What is loaded stays: without this a collection stops a scroll for tens of milliseconds.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    def on_unmount(self) -> None:
        self.store.stop()

    def on_store_changed(self) -> None:
        news = self.store.take()
        for screen in self.screen_stack:
            if isinstance(screen, Hears):
                screen.receive(news)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("help: Keys and the query language", "What can be pressed here", self.action_help)
        yield SystemCommand("app: Quit", "Leave", self.action_quit)

    def action_help(self) -> None:
        from tally_tui.screens.help import HelpScreen, sections

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(sections(self.screen, self.screen.focused)))

    def action_demo(self) -> None:
        """Show the demo instead."""
        if self._on_demo is not None:
            self._on_demo()
        else:
            self.exit(DEMO)

    def copy(self, text: str, what: str) -> None:
        """Put text on the clipboard, by the terminal and by tmux, and say what it was."""
        self.copy_to_clipboard(text)
        if os.environ.get("TMUX"):
            self.run_worker(lambda: to_tmux(text), thread=True, exit_on_error=False, group="clipboard")
        self.notify(f"Copied {what}.", timeout=4, markup=False)
