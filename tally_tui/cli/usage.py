"""`tally-tui usage`: what was spent, grouped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tally_tui.cli import contract, grammar
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.output import columns_of, print_csv, print_json, say
from tally_tui.reports.answers import Figures, Usage, UsageRow
from tally_tui.reports.usage import usage as report

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

BY_DEFAULT = ("day",)

_SORTS: dict[str, Callable[[Figures], Any]] = {
    "cost": lambda sums: sums.cost,
    "calls": lambda sums: sums.calls,
    "sessions": lambda sums: sums.sessions,
    "tokens": lambda sums: sums.tokens.total,
    "input": lambda sums: sums.tokens.input,
    "output": lambda sums: sums.tokens.output,
}


def usage(request: Request) -> int:
    """The command."""
    by = tuple(dict.fromkeys(request.choices.get(grammar.BY.key, BY_DEFAULT)))
    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = report(
            db,
            by=by,
            tz=asked.tz,
            query=asked.query,
            span=asked.span,
            mode=asked.mode,
            week_start=asked.week_start,
        )
    found = len(answer.rows)
    answer = _ordered(request, asked, answer)
    if request.on(grammar.JSON):
        print_json(contract.noted(contract.usage(answer), note))
    elif request.on(grammar.CSV):
        print_csv(
            columns_of(contract.usage_row(UsageRow(dict.fromkeys(by), "", Figures()))),
            map(contract.usage_row, answer.rows),
        )
    else:
        _print(asked, answer, found)
    return 0


def _ordered(request: Request, asked: Question, answer: Usage) -> Usage:
    rows = list(answer.rows)
    order = request.choices.get("sort", ("key",))[-1]
    if order != "key":
        rows.sort(key=lambda row: _SORTS[order](row.figures), reverse=True)
    if request.on(grammar.REVERSE):
        rows.reverse()
    return replace(answer, rows=tuple(rows[: asked.limit]))


def _print(asked: Question, answer: Usage, found: int) -> None:
    from tally_tui.cli.figures import COLUMNS, figure_cells, print_remarks, remarks
    from tally_tui.cli.tables import Column, print_table

    if not answer.rows:
        say("No calls match.")
        return
    numbers = asked.settings.numbers
    print_table(
        [Column(" · ".join(answer.by), wide=True), *COLUMNS],
        [[row.label, *figure_cells(row.figures, numbers)] for row in answer.rows],
        ["total", *figure_cells(answer.totals, numbers)],
    )
    said = remarks(answer.totals, answer.duplicates, answer.unobserved)
    if len(answer.rows) < found:
        said.insert(0, f"{len(answer.rows):,} of {found:,} rows; the total is of all.")
    print_remarks(said)
