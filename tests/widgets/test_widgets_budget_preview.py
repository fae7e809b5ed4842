"""What a budget's thresholds would have done, a line a period."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tally_tui.config_budgets import Budget
from tally_tui.model import NANO, Span
from tally_tui.reports.answers_limits import PastPeriod, Preview
from tally_tui.widgets.budgets.preview import PreviewPane

MONTH = 30 * 86_400_000


@pytest.mark.parametrize(
    ("spent", "line"), [(646, "$646.05 1292 %  ! 100 %"), (60_460, "$60,460.05 >9999 %  ! 100 %")], ids=["4", "5"]
)
def test_money_and_percent_stand_apart_however_far_over_a_month_was(spent: int, line: str) -> None:
    budget = Budget("month", 50 * NANO, period="calendar-month")
    found = tuple(
        PastPeriod(Span(n * MONTH, (n + 1) * MONTH), True, dollars * NANO + NANO // 20, dollars * 2.0, fired)
        for n, dollars, fired in ((7, 4, {}), (6, spent, {100.0: 6 * MONTH}))
    )
    pane = PreviewPane(ZoneInfo("UTC"))
    pane.preview = Preview("UTC", budget, found)
    *_, now, before = (each.plain for each in pane.lines(76))
    assert before.endswith(line)
    assert now.index("%") == before.index("%"), "the percents stand below each other"
