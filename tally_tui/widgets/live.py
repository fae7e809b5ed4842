"""The sessions that are working right now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.answers import SessionRow
from tally_tui.widgets import figures
from tally_tui.widgets.text import clean, fit

SHOWN = 3
"""How many live sessions have a line of their own."""


class Live(Widget):
    """The newest live sessions, a line each: title, project, cost, how long ago it last called."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "Live { height: auto; padding: 0 1; pointer: pointer; }"
    sessions: reactive[tuple[SessionRow, ...]] = reactive((), layout=True)
    at_ms: reactive[int] = reactive(0)

    @dataclass
    class Chosen(Message):
        """A live session was clicked."""

        session: SessionRow

    def show(self, sessions: Sequence[SessionRow], at_ms: int) -> None:
        self.at_ms = at_ms
        self.sessions = tuple(sessions)
        self.display = bool(sessions)

    def on_click(self, event: events.Click) -> None:
        if event.y < min(SHOWN, len(self.sessions)):
            self.post_message(self.Chosen(self.sessions[event.y]))

    def render(self) -> Content:
        lines = [self._line(session) for session in self.sessions[:SHOWN]]
        if len(self.sessions) > SHOWN:
            lines.append(Content.styled(f"  and {len(self.sessions) - SHOWN} more live sessions", "$quiet"))
        return Content("\n").join(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(SHOWN + 1, len(self.sessions))

    def _line(self, session: SessionRow) -> Content:
        width = self.content_size.width
        cost = figures.cost(session.figures)
        ago = figures.duration(self.at_ms - session.last_ms)
        tail = f" {cost:>9} {ago:>4}"
        project = clean(session.project or "") if width >= 56 else ""
        title = clean(session.title) or session.session[:8]
        room = width - 2 - len(tail)
        named = fit(f"{title} · {project}" if project else title, max(4, room))
        return Content.assemble(("● ", "$text-success"), named, (tail, "bold"))
