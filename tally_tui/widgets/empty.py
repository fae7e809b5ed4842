"""What stands there while there is nothing to show."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.store import SyncStatus
from tally_tui.widgets.text import clean


class Empty(Widget):
    """No logs on this machine: where they were looked for, and what to do."""

    DEFAULT_CSS = """
    Empty { height: 1fr; display: none; align: center middle; content-align: center middle;
        text-align: center; padding: 1 2; overflow-y: auto; }
    """
    status: reactive[SyncStatus] = reactive(SyncStatus())
    can_demo: reactive[bool] = reactive(True)

    def render(self) -> Content:
        lines = [
            Content.styled("No usage to show yet", "bold"),
            Content(""),
            Content("No logs of Claude Code or Codex were found. Looked in:"),
            *(Content.styled(clean(folder), "$text-accent") for folder in self.status.looked),
            Content(""),
            Content.assemble(
                "Start an agent and its calls appear here by themselves, or press ",
                ("r", "bold"),
                " to look again.",
            ),
            Content("Logs elsewhere: tally-tui config set claude_roots … (or codex_roots)."),
        ]
        if self.can_demo:
            lines += [
                Content(""),
                Content.assemble(
                    ("D", "bold $text-accent"),
                    " shows a demo: a month of made-up use in a folder of its own.",
                ),
            ]
        return Content("\n").join(lines)
