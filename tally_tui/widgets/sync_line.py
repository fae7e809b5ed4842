"""One line about the reading of logs: how far a backlog is, who else reads, what went wrong."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.store import Phase, SyncStatus, Watching
from tally_tui.trouble import Trouble
from tally_tui.widgets import figures
from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import clean


def light(status: SyncStatus) -> tuple[str, str, str]:
    """The live sign of the title bar: sign, word, style."""
    if status.phase is Phase.FAILED:
        return "✗", "not reading", "$text-error"
    if status.phase in (Phase.SCANNING, Phase.READING):
        return "◐", "reading", "$text-primary"
    if status.phase is Phase.WAITING:
        return "◌", "other reads", "$text-warning"
    if status.phase is Phase.CANCELLED:
        return "■", "stopped", "$text-warning"
    if status.watching is Watching.EVENTS:
        return "●", "live", "$text-success"
    if status.watching is Watching.POLLING:
        return "◍", "polling", "$text-success"
    return ("○", "not live", "$text-warning") if status.watching_why else ("○", "starting", "$quiet")


def told(trouble: Trouble) -> str:
    """What happened, what was kept, what to do: one paragraph."""
    return clean(" ".join(part for part in (trouble.happened, trouble.kept, trouble.todo) if part))


class SyncLine(Widget):
    """Hidden while all is well."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SyncLine { height: auto; padding: 0 1; display: none; background: $surface; }
    """
    status: reactive[SyncStatus] = reactive(SyncStatus(), layout=True)

    def watch_status(self, status: SyncStatus) -> None:
        self.display = bool(self._say(status).plain)

    def render(self) -> Content:
        return self._say(self.status)

    def _say(self, status: SyncStatus) -> Content:
        if status.phase is Phase.READING:
            return self._progress(status)
        if status.phase is Phase.SCANNING and not status.kept_calls:
            return Content.styled("Looking for logs …", "$quiet")
        if status.phase is Phase.WAITING:
            words = (
                clean(status.message) or "Another tally-tui reads the logs; this one shows what it writes."
            )
            # Nothing is wrong: it is worth one line.
            ways = (words, words.partition("; ")[0], words.partition(", ")[0])
            words = next((way for way in ways if cell_len(way) + 2 <= self._room()), ways[-1])
            return Content.assemble(("◌ ", "$text-warning"), words)
        if status.phase is Phase.FAILED:
            trouble = status.trouble or Trouble(status.message or "The logs could not be read.")
            return Content.assemble(("✗ ", "bold $text-error"), told(trouble))
        if status.phase is Phase.CANCELLED:
            words = (
                clean(status.message)
                or f"Stopped after {status.files_done:,} of {status.files_total:,} files."
            )
            return Content.assemble(
                ("■ ", "$text-warning"), words, " What was read is kept; ", ("r", "bold"), " goes on."
            )
        if status.watching_why:
            style = "$quiet" if status.watching is Watching.POLLING else "$text-warning"
            return Content.assemble(("! ", style), (clean(status.watching_why), style))
        return Content("")

    def _room(self) -> int:
        return (self.size.width or self.app.size.width) - 2

    def _progress(self, status: SyncStatus) -> Content:
        width = self._room()
        whole = status.bytes_total or status.files_total
        done = status.bytes_done if status.bytes_total else status.files_done
        share = done / whole if whole else 0.0
        parts = [
            f"{status.files_done:,}/{status.files_total:,} files",
            f"{figures.size(status.bytes_done)}/{figures.size(status.bytes_total)}"
            if status.bytes_total
            else "",
            f"{status.calls:,} calls",
            f"{figures.duration(status.seconds_left * 1000)} left" if status.seconds_left is not None else "",
        ]
        words = " · ".join(part for part in parts if part)
        stops = Content.assemble("  ", ("X", "bold"), " stops")
        one_line = width - len(words) - 26 >= 12
        bar = min(30, width - 26 - (len(words) if one_line else 0))
        head = Content.assemble(
            "Reading ", (meter(share, bar), "$primary on $panel"), ("▏", "$quiet"), f"{share * 100:.0f} %"
        )
        # Too narrow for one line: the figures go below, where they may wrap.
        tail = ("  ", (words, "$quiet"), stops) if one_line else (stops, "\n", (words, "$quiet"))
        return Content.assemble(head, *tail)
