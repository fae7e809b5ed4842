"""The app: it wires the store to the screens, and owns what all screens share."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, Protocol, runtime_checkable

from textual._context import active_message_pump
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.reactive import var
from textual.screen import Screen
from textual.widget import AwaitMount

from tally_tui import clock, diagnostics, paths
from tally_tui.actions import Done, MarkAction
from tally_tui.config import Settings
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.unread import Unread
from tally_tui.requests import UnreadRequest
from tally_tui.rules.zones import BadZoneError, zone
from tally_tui.screens.app_keeping import AppKeeping
from tally_tui.screens.app_keys import BINDINGS
from tally_tui.screens.clipboard import to_tmux
from tally_tui.screens.commands import MarkCommands, ThemeCommands, UsageCommands
from tally_tui.screens.leaving import is_leaving
from tally_tui.screens.terminal_driver import TerminalDriver
from tally_tui.screens.usage import UsageScreen
from tally_tui.screens.view import View
from tally_tui.store import SYNC, Alerted, Answered, News, Source, Store, SyncStatus
from tally_tui.themes import OURS, chart_variables, few_colours

if TYPE_CHECKING:
    from tally_tui.screens.session_hits import Target

SEVERITY_OF_TOASTS: Final[Mapping[str, SeverityLevel]] = {
    "info": "information", "warn": "warning", "critical": "error",
}  # fmt: skip
_UNREAD: Final = "unread"
"""The slot of how many alerts nobody has seen."""
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


@runtime_checkable
class HearsDeeds(Protocol):
    """A screen that wants to know what came of an action."""

    def done(self, done: Done) -> None: ...


class TallyApp(App[str]):
    """What coding agents cost, live. Run it with `run()`; it returns `DEMO` or None."""

    TITLE = "tally"
    BINDING_GROUP_TITLE = "Everywhere"
    HORIZONTAL_BREAKPOINTS = [(0, "-panel"), (60, "-standard"), (120, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]
    COMMANDS = App.COMMANDS | {UsageCommands, MarkCommands, ThemeCommands}
    COMMAND_PALETTE_DISPLAY = "^p"
    DEFAULT_MODE = "usage"
    ENABLE_SELECT_AUTO_SCROLL = False
    unread: var[Unread] = var(Unread())
    """Alerts that were told and not seen: the sign in every title bar."""
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

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
        super().__init__(ansi_color=True if plain else None, driver_class=TerminalDriver)
        self.demo, self._on_demo = demo, on_demo
        self._warnings = [f"config.toml, {problem}" for problem in self.settings.problems]
        for theme in OURS:
            self.register_theme(theme)
        self._choose_theme(plain)
        self.store = Store(source)
        self.store.listen(self._wake)
        self._view = self._first_view()
        self._keeping = AppKeeping(self, self.store, self.settings.theme, plain)
        self._status = SyncStatus()
        self._toasted = 0
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._ended_by: int | None = None
        self.failure: Exception | None = None
        """The error that ended the app, where none should have been."""
        self._can_show = False
        """Whether there is a screen; what came before is taken up when there is."""
        self.add_mode("usage", self._usage)
        self.add_mode("conversations", self._conversations)
        self.add_mode("budgets", self._budgets)
        self.add_mode("alerts", self._alerts)

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
        if self._can_show:
            self.post_message(StoreChanged())

    def _usage(self) -> UsageScreen:
        return UsageScreen(self.store, self._view, self.demo)

    def _conversations(self) -> Screen[None]:
        # Imported when first wanted: highlighting and Markdown are no part of the first frame.
        from tally_tui.screens.conversations import ConversationsScreen

        return ConversationsScreen(self.store, self._view, self.demo)

    def _budgets(self) -> Screen[None]:
        from tally_tui.screens.budgets import BudgetsScreen

        return BudgetsScreen(self.store, self._view, self.demo)

    def _alerts(self) -> Screen[None]:
        from tally_tui.screens.alerts import AlertsScreen

        return AlertsScreen(self.store, self._view, self.demo)

    def on_load(self) -> None:
        self._event_loop = asyncio.get_running_loop()
        if self._ended_by is not None:
            self._end(self._ended_by)
        # From Python 3.12 on Textual has every new task run at once, up to where it first waits: the parts of a new
        # screen would be mounted before that screen is on the stack, or while another one is still the current screen.
        # Without it tasks start in the same order on every Python.
        self._event_loop.set_task_factory(None)
        # Before there is anything to show it on: meanwhile what the first screen asks can be answered.
        self.store.start()

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))  # the shell has drawn over it
        self._can_show = True
        self._wake()
        if isinstance(self.screen, UsageScreen):
            self._keeping.start(self.screen)
        # For the sign on every screen's title bar: it stands as long as the app. After what the screen asked.
        self.store.ask(UnreadRequest(_UNREAD))

    def end_by_signal(self, number: int) -> None:
        """End with the status of a signal, now or as soon as there is a screen; from any thread."""
        self._ended_by = number
        if self._event_loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._event_loop.call_soon_threadsafe(self._end, number)

    def _end(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def give_back_terminal(self) -> None:
        """Leave the terminal as it was, where the program ends without an orderly end; from any thread."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.give_back()

    def _handle_exception(self, error: Exception) -> None:
        node = active_message_pump.get(None)
        if self._exit or (node is not None and node is not self and is_leaving(node)):
            # Of a part that is being taken down: what it was to show nobody sees any more.
            self.log.error(error)
        elif self.is_headless:
            super()._handle_exception(error)
        else:
            # Whoever runs the app has one sentence for it: Textual's own report would fill the terminal.
            self.failure = self.failure or error
            self._return_code = 1
            self._close_messages_no_wait()

    def on_ready(self) -> None:
        for warning in self._warnings:
            self.notify(warning, severity="warning", timeout=10, markup=False)
        if not self.is_headless:
            self.set_timer(0.5, self._settle)
            if not self.demo:
                self.run_worker(self._look_behind, thread=True, exit_on_error=False)

    def _look_behind(self) -> None:
        """Say what fails where nobody is told: hooks, status lines, what they start. In a thread: it reads files."""
        failing = diagnostics.words(str(paths.data_dir()))
        if failing:
            text = f"{failing[0][:1].upper()}{failing[0][1:]}. `tally-tui setup --status` tells more."
            self.call_from_thread(self.notify, text, severity="warning", timeout=15, markup=False)

    def _settle(self) -> None:
        # What is loaded stays, and what comes is looked through in small portions: a collection takes a millisecond
        # or two, and not the tens of them that are felt while one scrolls or types.
        gc.collect()
        gc.freeze()
        gc.set_threshold(5_000, 4, 2_500)
        gc.enable()

    def on_unmount(self) -> None:
        self._keeping.keep()
        self.store.stop()

    def switch_mode(self, mode: str) -> AwaitMount:
        switched = super().switch_mode(mode)
        self.call_later(self._tell_status)
        return switched

    def _tell_status(self) -> None:
        # A screen that was out of sight, or is new, has not heard how far the logs are read.
        for screen in self.screen_stack:
            if isinstance(screen, Hears):
                # By its own queue: a new one has nothing yet to show it with.
                screen.call_later(lambda each=screen: each.receive({SYNC: self._status}))

    def on_store_changed(self) -> None:
        news = self.store.take()
        self._keeping.hear(news)
        status = news.get(SYNC)
        if isinstance(status, SyncStatus):
            self._status = status
        counted = news.get(_UNREAD)
        if isinstance(counted, Answered) and isinstance(counted.answer, Unread):
            self.unread = counted.answer
        for done in self.store.take_done():
            self._tell_done(done)
        alerted = self.store.take_alerts()
        if alerted is not None:
            self._toast(alerted)
        for screen in self.screen_stack:
            # One that is not built yet has asked for nothing, and is told how far the logs are read when it is.
            if isinstance(screen, Hears) and screen.is_mounted:
                screen.receive(news)

    def _tell_done(self, done: Done) -> None:
        if done.trouble is not None:
            words = " ".join(filter(None, (done.trouble.happened, done.trouble.kept, done.trouble.todo)))
            self.notify(words, severity="error", timeout=10, markup=False)
        elif done.said:
            # What was kept in passing is told where it hides nothing.
            say = getattr(self.screen, "say", None) if isinstance(done.action, MarkAction) else None
            if say is not None:
                say(done.said)
            else:
                self.notify(done.said, timeout=4, markup=False)
        for screen in self.screen_stack:
            if isinstance(screen, HearsDeeds):
                screen.done(done)

    def _toast(self, alerted: Alerted) -> None:
        """Show the alerts not shown before, and ring the terminal where the settings want it."""
        for each in alerted.toasts:
            if each.id > self._toasted:
                self._toasted = each.id
                failed = "".join(f"\nNot told: {problem}" for problem in each.problems)
                severity = SEVERITY_OF_TOASTS.get(each.severity, "warning")
                self.notify(each.text + failed, title=each.title, severity=severity, timeout=15, markup=False)
        self.ring(alerted.ring)

    def ring(self, sequences: str) -> None:
        """Ring the terminal's bell, or show its notifications."""
        if sequences and self._driver is not None and not self.is_headless:
            # Through the driver: between two of its own writes, never inside one.
            self._driver.write(sequences)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("help: Keys and the query language", "What can be pressed here", self.action_help)
        yield SystemCommand("screen: Usage", "What was spent", partial(self.switch_mode, "usage"))
        yield SystemCommand(
            "screen: Conversations", "Every session, to read", partial(self.switch_mode, "conversations")
        )
        yield SystemCommand(
            "screen: Budgets", "What may be spent, and how it stands", partial(self.switch_mode, "budgets")
        )
        yield SystemCommand("screen: Alerts", "What fired, and the rules", partial(self.switch_mode, "alerts"))
        yield SystemCommand("screen: Bookmarks", "Every bookmark and note", self.open_bookmarks)
        yield SystemCommand("app: Quit", "Leave", self.action_quit)

    def open_bookmarks(self) -> None:
        """List every bookmark and note, over the Conversations screen."""
        self.switch_mode("conversations")
        self.call_later(self._open_bookmarks)

    def _open_bookmarks(self) -> None:
        from tally_tui.screens.conversations import ConversationsScreen

        if isinstance(self.screen, ConversationsScreen):
            self.screen.action_bookmarks()

    def read(self, session: SessionRow, target: Target | None = None) -> None:
        """Read a session on the Conversations screen, from a line of its log on if one is given."""
        came_from = self.current_mode
        self.switch_mode("conversations")
        self.call_later(self._read, session, target, came_from)

    def _read(self, session: SessionRow, target: Target | None, came_from: str) -> None:
        from tally_tui.screens.conversations import ConversationsScreen

        if isinstance(self.screen, ConversationsScreen):
            self.screen.open_session(session, target)
            self.screen.came_from = (came_from, session.session)

    def look(self, view: View) -> None:
        """Show a period and a filter on the Usage screen."""
        self.switch_mode("usage")
        self.call_later(self._look, view)

    def _look(self, view: View) -> None:
        if isinstance(self.screen, UsageScreen):
            self.screen.action_level(0)
            self.screen.look(view)

    def action_help_quit(self) -> None:
        """Ctrl-C, which many press first."""
        self.notify("q quits.", timeout=4)

    def action_help(self) -> None:
        from tally_tui.screens.help import HelpScreen, sections

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(sections(self.screen, self.screen.focused)))

    def action_command_palette(self) -> None:
        from tally_tui.screens.palette import Palette

        # Without an id: one that was left may still be on its way out.
        if not any(isinstance(screen, Palette) for screen in self.screen_stack):
            self.push_screen(Palette())

    def action_demo(self) -> None:
        """Show the demo instead."""
        if self._on_demo is not None:
            self._on_demo()
        else:
            self.exit(DEMO)

    def copy(self, text: str, what: str) -> None:
        """Put text on the clipboard, by the terminal and by tmux, and say what it was."""
        # Paths that are no UTF-8 hold halves of characters, which no terminal takes.
        text = text.encode("utf-8", "replace").decode("utf-8")
        self.copy_to_clipboard(text)
        if os.environ.get("TMUX"):
            self.run_worker(lambda: to_tmux(text), thread=True, exit_on_error=False, group="clipboard")
        say = getattr(self.screen, "say", None)
        if say is not None:
            say(f"Copied {what}.")
        else:
            self.notify(f"Copied {what}.", timeout=4, markup=False)
