"""The report `today` as people read it at the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tally_tui.cli.output import say

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings
    from tally_tui.reports.answers import LimitGauge, Now

_WINDOWS: Final = {300: "5 hours", 1440: "day", 10080: "7 days", 43200: "30 days"}


def print_report(request: Request, answer: Now, settings: Settings) -> None:
    """Print the report as tables."""
    from tally_tui.cli.figures import cost, count, print_remarks
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.reports.figure_columns import figure_remarks
    from tally_tui.rules.accounts import account_names
    from tally_tui.rules.figures import ago, money, percent_change

    numbers = settings.numbers
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
        print_remarks(figure_remarks(answer.stretches[-1].figures))


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
    """The percent at the reset: nothing where it is used up already."""
    from tally_tui.rules.figures import projected

    return "–" if gauge.projected is None or gauge.percent >= 100 else projected(gauge.projected, room=False)
