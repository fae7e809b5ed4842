"""`tally-tui limits`, `forecast` and `milestones`: where the agents' limits stand, and where they are going."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tally_tui.cli import contract_limits, grammar, limit_words
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.contract import Document, noted
from tally_tui.cli.output import print_json

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.answers_limits import Milestones, Trend

_Answer = TypeVar("_Answer")
_WEEKS = 8
"""Subscription weeks that dollars per percent are told of."""


def limits(request: Request) -> int:
    """The command."""
    from tally_tui.reports.limits import standing

    return _tell(
        request,
        lambda db, asked: standing(db, now_ms=asked.now, tz=asked.tz, mode=asked.mode),
        contract_limits.limits,
        limit_words.print_limits,
    )


def forecast(request: Request) -> int:
    """The command."""
    from tally_tui.reports.forecast import forecasts

    return _tell(
        request,
        lambda db, asked: forecasts(db, now_ms=asked.now, tz=asked.tz, mode=asked.mode),
        contract_limits.forecasts,
        limit_words.print_forecasts,
    )


def milestones(request: Request) -> int:
    """The command."""
    return _tell(
        request,
        _passed(_count(request)),
        lambda told: contract_limits.milestones(*told),
        lambda told: limit_words.print_milestones(*told),
    )


def _tell(
    request: Request,
    ask: Callable[[sqlite3.Connection, Question], _Answer],
    document: Callable[[_Answer], Document],
    show: Callable[[_Answer], None],
) -> int:
    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = ask(db, asked)
    if request.on(grammar.JSON):
        print_json(noted(document(answer), note))
    else:
        show(answer)
    return 0


def _count(request: Request) -> int:
    """Of how many windows of each limit milestones are told."""
    text = request.value(grammar.WINDOWS)
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100):
        raise request.bad(grammar.WINDOWS, f"--windows takes a whole number from 1 to 100, not {text!r}")
    return int(text)


def _passed(count: int) -> Callable[[sqlite3.Connection, Question], tuple[Milestones, list[Trend]]]:
    def ask(db: sqlite3.Connection, asked: Question) -> tuple[Milestones, list[Trend]]:
        from tally_tui.reports.milestones import milestones as report
        from tally_tui.reports.milestones import percent_trend, plan_accounts

        told = report(db, now_ms=asked.now, tz=asked.tz, mode=asked.mode, count=count)
        trends = [
            percent_trend(
                db, now_ms=asked.now, tz=asked.tz, provider=provider, root=root, count=_WEEKS,
                week_start=asked.week_start, mode=asked.mode,
            )
            for provider, root in plan_accounts(db)
        ]  # fmt: skip
        return told, trends

    return ask
