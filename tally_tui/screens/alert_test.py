"""A trial of every channel: an example of every rule goes out through each, and what failed says why."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tally_tui.reports.channel_tests import ChannelTest, ChannelTests
from tally_tui.requests import ChannelTestRequest
from tally_tui.screens.dialog import Dialog
from tally_tui.store import Answered, Failed, News, Store
from tally_tui.widgets.alerts.words import SIGNS, STYLES
from tally_tui.widgets.text import clean

SLOT: Final = "channel-test"
_RUNS = count(1)
_STATES: Final = {
    "waiting": ("…", "waiting", "$quiet"), "sending": ("…", "sending", "$text-primary"),
    "ok": ("✓", "ok", "$text-success"), "failed": ("✗", "failed", "$text-error"), "off": ("–", "off", "$quiet"),
}  # fmt: skip


class AlertTestScreen(Dialog[None]):
    """Begins when it is shown; leaving it ends it."""

    BINDING_GROUP_TITLE = "Channels"
    HELP = "An example of every rule goes out through every channel. Nothing of it is kept. Esc stops."
    DEFAULT_CSS = """
    AlertTestScreen { align: center middle;
        & > Vertical { width: 84; max-width: 100%; height: auto; max-height: 90%; background: $surface;
            border: round $primary; padding: 0 1; }
        & VerticalScroll { height: auto; max-height: 100%; }
        & Static { height: auto; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Stop and leave", id="test.leave", tooltip="Send no more, and go back"),
        Binding("t", "again", "Again", id="test.again", tooltip="Try again"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="test.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="test.up"),
    ]

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self._rung = 0
        self._run = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="test-state", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(id="test-channels", markup=False)
                yield Static(id="test-examples", markup=False)

    def on_mount(self) -> None:
        self.action_again()

    def on_unmount(self) -> None:
        self.store.drop(SLOT)

    def action_again(self) -> None:
        """Try all channels from the start."""
        self._run = next(_RUNS)
        self.query_one("#test-state", Static).update(_state(False))
        self.store.ask(ChannelTestRequest(SLOT, self._run))

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw how far it is."""
        item = news.get(SLOT)
        if isinstance(item, Failed):
            self.query_one("#test-state", Static).update(Content.styled(clean(item.trouble.happened), "$text-error"))
        elif isinstance(item, Answered) and isinstance(item.answer, ChannelTests):
            self._show(item.answer)

    def _show(self, tests: ChannelTests) -> None:
        if tests.ring and self._rung != self._run:
            # Once a test: the terminal is told through whoever draws on it.
            self._rung = self._run
            self.app.ring(tests.ring)  # type: ignore[attr-defined]
        self.query_one("#test-state", Static).update(_state(tests.done))
        lines = [line for each in tests.channels for line in _channel(each, len(tests.examples))]
        self.query_one("#test-channels", Static).update(Content("\n").join(lines))
        examples = [Content(""), Content.styled("What was sent", "bold $text-accent")]
        examples += [
            Content.assemble(
                (f"{SIGNS[severity]} {severity:8}", STYLES[severity]), " ", (clean(title), "bold"), "  ", clean(text)
            )
            for severity, title, text in tests.examples
        ]
        self.query_one("#test-examples", Static).update(Content("\n").join(examples))


def _state(done: bool) -> Content:
    if done:
        words = "  nothing of it is kept · t again · Esc leaves"
        return Content.assemble(("Channels tried", "bold"), (words, "$quiet"))
    return Content.assemble(("Trying every channel …", "bold"), ("  Esc stops", "$quiet"))


def _channel(each: ChannelTest, examples: int) -> list[Content]:
    sign, word, style = _STATES[each.state]
    sent = f"{each.sent} of {examples} sent" if each.state != "off" else _how(each.name)
    if each.name == "app" and each.state == "ok":
        sent = "toasts, and the sign on every screen"
    elif each.name == "terminal" and each.state == "ok":
        sent = "written to this terminal; whether it shows them is up to it"
    found = [Content.assemble((f"{sign} ", style), (f"{each.name:9}", "bold"), (f" {word:8}", style), (sent, "$quiet"))]
    return found + [Content.assemble("  ", (clean(problem), "$text-error")) for problem in each.problems]


def _how(name: str) -> str:
    return {
        "terminal": "notification and bell are off",
        "desktop": "space on desktop, in the rules, switches it on",
        "apprise": "apprise = [\"ntfy://…\"] in config.toml",
        "command": "e on command, in the rules, sets one",
    }.get(name, "")
