"""`tally-tui sessions`: sessions with their subagents' cost rolled up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, cast

from tally_tui.cli import contract, grammar
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.output import columns_of, print_csv, print_json
from tally_tui.model import Provider
from tally_tui.reports.answers import Figures, SessionRow, Sessions
from tally_tui.reports.session_order import BY_NAME, Sort
from tally_tui.reports.sessions import sessions as report

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.excerpts import Excerpt

ROWS: Final = 50
"""Rows of a table where no limit is given; JSON and CSV have all."""
NOBODY: Final = SessionRow("", "", None, "", None, None, None, None, (), 0, 0, Figures(), Figures())


def sessions(request: Request) -> int:
    """The command."""
    asked = question(request)
    sort = request.choices.get("sort", ("last",))[-1]
    for_people = not (request.on(grammar.JSON) or request.on(grammar.CSV))
    with ledger(request, asked) as (db, note):
        answer = report(
            db,
            query=asked.query,
            span=asked.span,
            tz=asked.tz,
            mode=asked.mode,
            sort=cast(Sort, sort),
            descending=(sort not in BY_NAME) ^ request.on(grammar.REVERSE),
            limit=asked.limit or (ROWS if for_people else None),
        )
    words = _words(answer.rows) if request.on(grammar.WORDS) else {}
    if request.on(grammar.JSON):
        print_json(contract.noted(contract.sessions(answer, words), note))
    elif request.on(grammar.CSV):
        rows = (contract.session_row(row, words.get(row.session)) for row in answer.rows)
        print_csv(columns_of(contract.session_row(NOBODY)), rows)
    else:
        _print(asked, answer, words if request.on(grammar.WORDS) else None)
    return 0


def _words(rows: Sequence[SessionRow]) -> dict[str, Excerpt]:
    """How sessions begin and end, of those whose logs are there."""
    from tally_tui.reports.excerpts import excerpt

    there = (row for row in rows if row.file is not None and not row.file_gone)
    return {row.session: excerpt(Provider[row.provider.upper()], row.file or "") for row in there}


def _print(asked: Question, answer: Sessions, words: Mapping[str, Excerpt] | None) -> None:
    from tally_tui.cli.figures import cost, count, print_remarks, remarks
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.rules.figures import whole_percent
    from tally_tui.rules.zones import local

    if not answer.rows:
        print("No sessions match.")
        return
    said = {} if words is None else {"first prompt": "prompt", "last reply": "reply"}
    numbers = asked.settings.numbers
    totals = answer.totals
    tokens = count(totals.tokens.total, numbers)
    print_table(
        [
            Column("last call", rank=1),
            Column("session", wide=True),
            Column("project", rank=2),
            Column("branch", rank=6),
            Column("models", rank=7),
            Column("subagents", right=True, rank=5),
            Column("calls", right=True, rank=4),
            Column("tokens", right=True, rank=3),
            Column("cost", right=True),
            Column("id", rank=8),
            Column("messages", right=True, rank=9),
            Column("context", right=True, rank=10),
            *(Column(name, wide=True) for name in said),
        ],
        [
            [
                f"{local(row.last_ms, asked.tz):%Y-%m-%d %H:%M}",
                " ".join(filter(None, (_signs(row), row.title or row.session))),
                row.project or "–",
                row.branch or "–",
                ", ".join(row.models) or "–",
                str(row.subagents or "–"),
                f"{row.figures.calls:,}",
                count(row.figures.tokens.total, numbers),
                cost(row.figures),
                row.session,
                "–" if row.messages is None else f"{row.messages:,}",
                ("?" if row.context_unknown else "–") if row.fill is None else f"{whole_percent(row.fill * 100)} %",
                *(getattr(words.get(row.session), name, "") or "–" for name in said.values() if words is not None),
            ]
            for row in answer.rows
        ],
        ["", "total", "", "", "", "", f"{totals.calls:,}", tokens, cost(totals), "", "", "", *("" for _ in said)],
    )
    notes = remarks(totals)
    if len(answer.rows) < answer.total_rows:
        notes.insert(0, f"{len(answer.rows):,} of {answer.total_rows:,} sessions; the total is of all.")
    print_remarks(notes)


def _signs(row: SessionRow) -> str:
    """As on the screen: bookmarked, with a note, hidden."""
    return ("★" if row.bookmarked else "") + ("✎" if row.note else "") + ("(hidden)" if row.hidden else "")
