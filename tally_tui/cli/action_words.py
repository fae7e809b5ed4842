"""Commands that have actions: `tally-tui budget set week 300`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tally_tui.cli.text import listed, nearest

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request


def action_words(
    request: Request, takes: Mapping[str, tuple[int, int]], *, missing: str = "a word is missing"
) -> tuple[str, list[str]]:
    """The action that is asked for (`list` where none is named) and the words behind it.

    Args:
        request: of a command that has actions.
        takes: every action, and how many words it takes at least and at most.
        missing: what is said where there are too few.

    Raises:
        BadQuestionError: there is no such action, or it takes more or fewer words.
    """
    words = [word for _, word in request.words] or ["list"]
    action, given = words[0], words[1:]
    if action not in takes:
        near = nearest(action, takes)
        hint = f"Did you mean {near}?" if near else usage(request)
        raise request.bad_word(0, f"{_name(request)} has no action {action!r}", hint)
    least, most = takes[action]
    if not least <= len(given) <= most:
        wrong = min(len(words), most + 1)
        raise request.bad_word(wrong, missing if wrong == len(words) else "one word too many", usage(request))
    return action, given


def usage(request: Request) -> str:
    """What the command takes, as a hint."""
    assert request.command is not None
    return f"It takes: {listed(words for words, _ in request.command.actions)}."


def _name(request: Request) -> str:
    assert request.command is not None
    return request.command.name
