"""A line about where a session's words are kept, or that they will soon be nowhere."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui import clock
from tally_tui.archive.progress import Progress
from tally_tui.reports.answers import SessionRow
from tally_tui.widgets import figures
from tally_tui.widgets.text import clean, crop

SOON_MS: Final = 7 * 86_400_000
"""A log that will be deleted within this time is told of."""
SIGN: Final = "▣"
"""Beside the title of a session in the archive."""


def deleted_in(session: SessionRow, now: int) -> str:
    """`log deleted in 3d`, where its agent will soon delete it and the archive has no copy; else nothing."""
    at = session.deleted_ms
    if at is None or session.archived or session.file_gone or at - now > SOON_MS:
        return ""
    return "log deleted any time now" if at <= now else f"log deleted in {_left(at - now)}"


def _left(ms: int) -> str:
    return f"{ms // 86_400_000}d" if ms >= 86_400_000 else f"{max(1, ms // 3_600_000)}h"


class ArchiveLine(Widget):
    """Where the words of the session that is read come from, how far a copy of it is, or that there should be one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ArchiveLine { height: 1; padding: 0 1; display: none; background: $surface; }
    """
    source: reactive[str] = reactive("")
    """Why what is read is a copy; empty where it is the log."""
    session: reactive[SessionRow | None] = reactive(None)
    progress: reactive[Progress] = reactive(Progress("done"))

    def watch_source(self) -> None:
        self._show()

    def watch_session(self) -> None:
        self._show()

    def watch_progress(self) -> None:
        self._show()

    def _show(self) -> None:
        self.display = bool(self._say(200).plain)

    def render(self) -> Content:
        return self._say(self.size.width)

    def _say(self, width: int) -> Content:
        told, session = self.progress, self.session
        if told.phase == "copying":
            of = f"{figures.size(told.bytes_done)} of {figures.size(told.bytes_total)}"
            which = "" if session is not None and told.session == session.session else clean(told.title)
            words = " · ".join(filter(None, ("archiving", of, crop(which, max(8, width - 46)))))
            return Content.assemble(("◐ ", "$text-primary"), words, "  ", ("A", "bold"), " stops")
        if self.source:
            # At forty columns, too, it must say that the log is not there.
            short = self.source.replace("from the archive; ", "archive · ") if width < 44 else self.source
            return Content.assemble((f"{SIGN} ", "bold $text-secondary"), (short, "$text-secondary"))
        if told.problem:
            return Content.assemble(("✗ ", "bold $text-error"), crop(f"not archived: {clean(told.problem)}", width - 2))
        soon = deleted_in(session, clock.now_ms()) if session is not None else ""
        if soon:
            keeps = ("A", "bold"), " keeps it"
            return Content.assemble(("! ", "bold $text-warning"), (soon, "$text-warning"), "  ", *keeps)
        return Content("")
