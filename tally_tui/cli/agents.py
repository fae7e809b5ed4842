"""The two commands that agents run at every turn, past all that people need: `statusline` and `hook`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def quick(argv: Sequence[str]) -> int | None:
    """Do what the agent asks and return the status; None where it takes a closer look at the words."""
    match argv:
        case ["statusline"]:
            from tally_tui.record.statusline import status_line

            return status_line()
        case ["statusline", "--then", command] if command and not command.startswith("--"):
            from tally_tui.record.statusline import status_line

            return status_line(command)
        case ["hook", event] if not event.startswith("-"):
            from tally_tui.record.hook import CLAUDE, hook

            return hook(CLAUDE)
        case ["hook", event, "--codex"] if not event.startswith("-"):
            from tally_tui.record.hook import CODEX, hook

            return hook(CODEX)
    return None
