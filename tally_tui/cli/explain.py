"""`tally-tui explain`: the total that explains itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.cli import contract, grammar
from tally_tui.cli.asking import Question, ledger, prices_in_force, question
from tally_tui.cli.output import print_csv, print_json, say
from tally_tui.cli.text import shown
from tally_tui.reports.answers import Explain
from tally_tui.reports.explain import explain as report
from tally_tui.rules.figures import counted

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request


def explain(request: Request) -> int:
    """The command."""
    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = report(
            db,
            query=asked.query,
            span=asked.span,
            tz=asked.tz,
            mode=asked.mode,
            book=prices_in_force(asked.settings),
        )
    document = contract.explain(answer)
    if request.on(grammar.JSON):
        print_json(contract.noted(document, note))
    elif request.on(grammar.CSV):
        print_csv(["kind", "count", "text", "query"], document["rows"])
    else:
        _print(request, asked, answer)
    return 0


def _print(request: Request, asked: Question, answer: Explain) -> None:
    from tally_tui.cli.figures import cost, count

    totals = answer.totals
    at_least = "≥ " if answer.lower_bound else ""
    tokens = count(totals.tokens.total, asked.settings.numbers)
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
