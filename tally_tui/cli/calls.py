"""`tally-tui calls`: single calls, and the lines of the logs they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from tally_tui.cli import contract, grammar
from tally_tui.cli.asking import Question, ledger, prices_in_force, question
from tally_tui.cli.output import columns_of, print_csv, print_json
from tally_tui.model import Reason, Tokens
from tally_tui.reports.answers import CallRow, Calls
from tally_tui.reports.calls import Sort
from tally_tui.reports.calls import calls as report

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

ROWS: Final = 50
"""Rows of a table where no limit is given; JSON and CSV have all."""
NOTHING: Final = CallRow(
    0, "", "", "", "", None, None, Tokens(), None, None, "", "", False, Reason.COUNTED, 0, "", 0, 0
)


def calls(request: Request) -> int:
    """The command."""
    asked = question(request)
    sort = request.choices.get("sort", ("time",))[-1]
    for_people = not (request.on(grammar.JSON) or request.on(grammar.CSV))
    with ledger(request, asked) as (db, note):
        answer = report(
            db,
            query=asked.query,
            span=asked.span,
            tz=asked.tz,
            sort=cast(Sort, sort),
            descending=(sort != "model") ^ request.on(grammar.REVERSE),
            mode=asked.mode,
            limit=asked.limit or (ROWS if for_people else None),
            book=prices_in_force(asked.settings),
        )
    if request.on(grammar.JSON):
        print_json(contract.noted(contract.calls(answer), note))
    elif request.on(grammar.CSV):
        print_csv(columns_of(contract.call_row(NOTHING)), map(contract.call_row, answer.rows))
    else:
        _print(asked, answer)
    return 0


def _print(asked: Question, answer: Calls) -> None:
    from tally_tui.cli.figures import cost, count, print_remarks, remarks
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.rules.figures import counted
    from tally_tui.rules.zones import local

    if not answer.rows:
        print("No calls match.")
        return
    numbers = asked.settings.numbers
    duplicates = any(row.reason is not Reason.COUNTED for row in answer.rows)
    tiers = any(row.tier != "standard" for row in answer.rows)

    def cells(row: CallRow) -> list[str]:
        each = row.tokens
        return [
            f"{local(row.time_ms, asked.tz):%Y-%m-%d %H:%M:%S}",
            row.model or "no model",
            *([row.tier] if tiers else []),
            row.project or "–",
            count(each.input, numbers),
            count(each.write_5m + each.write_1h, numbers),
            count(each.cache_read, numbers),
            count(each.output, numbers),
            count(each.total, numbers),
            _cost(row),
            *([row.reason.word if row.reason is not Reason.COUNTED else "counted"] if duplicates else []),
            row.session,
            f"{row.file}:{row.offset}",
        ]

    print_table(
        [
            Column("time"),
            Column("model", wide=True),
            *([Column("tier", rank=1)] if tiers else []),
            Column("project", rank=4),
            Column("input", right=True, rank=5),
            Column("cache write", right=True, rank=7),
            Column("cache read", right=True, rank=6),
            Column("output", right=True, rank=3),
            Column("tokens", right=True, rank=2),
            Column("cost", right=True),
            *([Column("duplicate", rank=1)] if duplicates else []),
            Column("session", rank=8),
            Column("file and byte", rank=9),
        ],
        [cells(row) for row in answer.rows],
    )
    more = "" if len(answer.rows) == answer.total_rows else f"{len(answer.rows):,} of "
    tokens = count(answer.totals.tokens.total, numbers)
    sums = f"{more}{counted(answer.total_rows, 'call')}: {tokens} tokens, {cost(answer.totals)}"
    print_remarks([sums, *remarks(answer.totals)])


def _cost(row: CallRow) -> str:
    from tally_tui.rules.figures import call_money

    return "unpriced" if row.cost is None else call_money(row.cost)
