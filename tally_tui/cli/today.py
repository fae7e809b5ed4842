"""`tally-tui today`: the short answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tally_tui.cli import contract, grammar
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.output import columns_of, print_csv, print_json, say
from tally_tui.model import Span
from tally_tui.reports.answers import Figures, LimitGauge, Now, Stretch
from tally_tui.reports.now import now as report

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

_WINDOWS: Final = {300: "5 hours", 1440: "day", 10080: "7 days", 43200: "30 days"}


def today(request: Request) -> int:
    """The command."""
    asked = question(request)
    with ledger(request, asked) as (db, note):
        answer = report(
            db,
            now_ms=asked.now,
            tz=asked.tz,
            week_start=asked.week_start,
            query=asked.query,
            mode=asked.mode,
        )
    if request.on(grammar.JSON):
        print_json(contract.noted(contract.now(answer), note))
    elif request.on(grammar.CSV):
        print_csv(
            columns_of(contract.stretch(Stretch("", Span(), Figures(), Figures()))),
            map(contract.stretch, answer.stretches),
        )
    else:
        _print(asked, answer)
    return 0


def _print(asked: Question, answer: Now) -> None:
    from tally_tui.cli.figures import cost, count, print_remarks, remarks
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.rules.accounts import account_names
    from tally_tui.rules.figures import ago, money, percent_change

    numbers = asked.settings.numbers
    print_table(
        [
            Column(""),
            Column("cost", right=True),
            Column("change", right=True),
            Column("before", right=True, rank=2),
            Column("tokens", right=True, rank=1),
            Column("calls", right=True, rank=3),
            Column("sessions", right=True, rank=4),
        ],
        [
            [
                each.name.replace("_", " "),
                cost(each.figures),
                percent_change(each.figures.cost, each.before.cost),
                money(each.before.cost),
                count(each.figures.tokens.total, numbers),
                f"{each.figures.calls:,}",
                f"{each.figures.sessions:,}",
            ]
            for each in answer.stretches
        ],
    )
    if answer.limits:
        accounts = account_names((each.provider, each.root) for each in answer.limits)
        say()
        print_table(
            [
                Column("limit"),
                Column("used", right=True),
                Column("at reset", right=True),
                Column("resets in"),
                Column("read", rank=1),
            ],
            [_limit(each, accounts[each.provider, each.root], answer.at_ms) for each in answer.limits],
        )
    if answer.live:
        say()
        print_table(
            [
                Column("live session", wide=True),
                Column("project", rank=1),
                Column("last call"),
                Column("cost", right=True),
            ],
            [
                [
                    each.title or each.session,
                    each.project or "–",
                    ago(answer.at_ms - each.last_ms),
                    cost(each.figures),
                ]
                for each in answer.live
            ],
        )
    if answer.stretches:
        print_remarks(remarks(answer.stretches[-1].figures))


def _limit(gauge: LimitGauge, account: str, at_ms: int) -> list[str]:
    from tally_tui.rules.figures import ago, duration, whole_percent

    window = _WINDOWS.get(gauge.minutes) or duration(gauge.minutes * 60_000)
    named = gauge.provider if gauge.limit in ("", gauge.provider) else f"{gauge.provider} {gauge.limit}"
    over = gauge.resets_ms is not None and gauge.resets_ms <= at_ms
    return [
        f"{named}{f' ({account})' if account else ''}, {window}",
        f"{whole_percent(gauge.percent)}%",
        _ahead(gauge),
        "–" if gauge.resets_ms is None else "it has reset" if over else duration(gauge.resets_ms - at_ms),
        ago(at_ms - gauge.read_ms),
    ]


def _ahead(gauge: LimitGauge) -> str:
    """The percent at the reset: nothing where it is used up already, and no wild number early in a window."""
    if gauge.projected is None or gauge.percent >= 100:
        return "–"
    return f"{gauge.projected:.0f}%" if gauge.projected <= 200 else ">200%"
