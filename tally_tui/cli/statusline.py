"""`tally-tui statusline` and `tally-tui hook`, when more than an agent's own few words are to be understood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.cli import grammar

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request


def statusline(request: Request) -> int:
    """The command that Claude Code runs."""
    from tally_tui.record.statusline import status_line

    return status_line(request.value(grammar.THEN) or None)


def hook(request: Request) -> int:
    """The command that hooks run; the event's name is for whoever reads the agent's settings."""
    from tally_tui.record.hook import CLAUDE, CODEX
    from tally_tui.record.hook import hook as answer

    if len(request.words) != 1:
        wrong = "one event, please" if request.words else "the event is missing"
        raise request.bad_word(min(len(request.words), 1), wrong, "As in: tally-tui hook Stop")
    return answer(CODEX if request.on(grammar.OF_CODEX) else CLAUDE)
