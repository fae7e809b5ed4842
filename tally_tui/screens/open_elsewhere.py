"""Before a session is gone on with: whether it is open in another pane, and whether that is meant."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import get_current_worker

from tally_tui import paths
from tally_tui.model import Provider
from tally_tui.reports.answers import SessionRow
from tally_tui.reports.running import Running, running
from tally_tui.screens.dialog import Dialog
from tally_tui.widgets.parts import Parts


def ask_first(screen: Screen[Any], session: SessionRow, then: Callable[[], None]) -> None:
    """Do `then`, on the event loop, unless the session is open elsewhere and a person thinks better of it."""
    if session.provider != "claude":
        then()
        return

    def look() -> None:
        found = running(_homes(session), session.session.partition("/")[0].partition("@")[0])
        if not get_current_worker().is_cancelled:
            screen.app.call_from_thread(partial(_go_on, screen, found, then))

    screen.run_worker(look, thread=True, exclusive=True, group="open-elsewhere", exit_on_error=False)


def _homes(session: SessionRow) -> list[Path]:
    """Claude Code's homes, the one that the session's log lies in first."""
    homes = [root.path for root in paths.roots() if root.provider is Provider.CLAUDE]
    if session.file:
        log = Path(session.file)
        homes[:0] = [folder.parent for folder in log.parents if folder.name == "projects"]
    return list(dict.fromkeys(homes))


def _go_on(screen: Screen[Any], found: Running | None, then: Callable[[], None]) -> None:
    if not screen.is_attached:
        return
    if found is None:
        then()
    else:
        screen.app.push_screen(OpenElsewhere(found), lambda sure: then() if sure else None)


class OpenElsewhere(Dialog[bool]):
    """Answers whether to go on all the same."""

    BINDING_GROUP_TITLE = "Open elsewhere"
    HELP = "Two processes that go on with one session write into one log. ctrl+r goes on with a copy instead."
    DEFAULT_CSS = """
    OpenElsewhere { align: center middle;
        & > Vertical { width: 64; max-width: 100%; height: auto; background: $surface; border: round $warning;
            padding: 0 1; }
        & Static { height: auto; }
        & #open-keys { height: auto; color: $quiet; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "sure", "Go on", id="open-elsewhere.sure", tooltip="Go on with it here, too"),
        Binding("n,escape,q", "leave", "Leave", id="open-elsewhere.leave", tooltip="Leave it where it is"),
    ]

    def __init__(self, found: Running) -> None:
        super().__init__()
        self.found = found

    def compose(self) -> ComposeResult:
        where = f"pane {self.found.pane}, " if self.found.pane else ""
        status = f", {self.found.status}" if self.found.status else ""
        with Vertical():
            yield Static(Content.styled("This session is open in another pane", "bold"))
            yield Static(Content(f"{where}process {self.found.pid}{status}. Go on with it here all the same?"))
            yield Parts(id="open-keys")

    def on_mount(self) -> None:
        self.query_one(Parts).say("y goes on", "n or Esc leaves it", "ctrl+r on the list goes on with a copy")

    def action_sure(self) -> None:
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)
