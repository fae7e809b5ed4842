"""The report `explain` as people read it at the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.cli import grammar
from tally_tui.cli.output import say
from tally_tui.cli.text import shown
from tally_tui.rules.figures import counted

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings
    from tally_tui.reports.answers import Explain


def print_report(request: Request, answer: Explain, settings: Settings) -> None:
    """Print the total and the sentences behind it, each with the command that shows its calls."""
    from tally_tui.cli.figures import cost, count

    totals = answer.totals
    at_least = "≥ " if answer.lower_bound else ""
    tokens = count(totals.tokens.total, settings.numbers)
    say(f"{at_least}{cost(totals)}, {at_least}{tokens} tokens in {counted(totals.calls, 'call')}")
    say()
    behind = " ".join(["tally-tui calls", *_asked_for(request)])
    for line in answer.lines:
        say(f"  {shown(line.text)}")
        if line.query:
            say(f"      {behind} {_typed(line.query)}")
    if answer.lower_bound_why:
        say("\nIt is a lower bound:")
        for why in answer.lower_bound_why:
            say(f"  {shown(why)}")


def _asked_for(request: Request) -> list[str]:
    """The question's own span and query, as they are typed behind `calls`."""
    words = []
    for option in (grammar.SINCE, grammar.UNTIL, grammar.TZ):
        value = request.value(option)
        if value is not None:
            words += [option.name, _typed(value)]
    return words + [_typed(word) for _, word in request.words]


def _typed(word: str) -> str:
    """A word as a shell takes it."""
    import shlex

    return shlex.quote(shown(word))
