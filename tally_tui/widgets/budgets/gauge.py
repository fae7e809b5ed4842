"""A budget's gauge: what is spent of the amount, the even line, the thresholds, and what it is heading for."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from textual.content import Content

from tally_tui.rules.budgets import Standing
from tally_tui.widgets.budgets.words import SIGNS

EVEN, THRESHOLD, AMOUNT, HEADING = "│", "╎", "┃", "░"
_FULL: Final = "█"
_PARTS: Final = " ▏▎▍▌▋▊▉"
_LONGEST: Final = Fraction(3, 2)
"""The bar ends at so many times the amount, whatever is spent."""


def gauge(standing: Standing, thresholds: tuple[int, ...], width: int) -> Content:
    """The gauge in `width` cells. The whole bar is the amount; where more is spent or headed for, a mark shows it."""
    amount = standing.amount
    ahead = 0 if standing.low_confidence or standing.now >= standing.end else standing.high
    most = min(max(Fraction(amount), Fraction(max(standing.spent, ahead))), amount * _LONGEST)
    eighths = min(width * 8, round(standing.spent / most * width * 8))
    if standing.spent > 0:
        eighths = max(1, eighths)
    cells = [_FULL] * (eighths // 8)
    if eighths % 8:
        cells.append(_PARTS[eighths % 8])
    filled = len(cells)
    until = min(width, max(filled, round(ahead / most * width)))
    cells += [HEADING] * (until - filled) + [" "] * (width - until)
    marks: dict[int, str] = {}
    for each in thresholds:
        if each < 100:
            marks[_cell(Fraction(amount * each, 100), most, width)] = THRESHOLD
    if standing.now < standing.end:
        marks[_cell(Fraction(standing.even), most, width)] = EVEN
    if most > amount:
        marks[_cell(Fraction(amount), most, width)] = AMOUNT
    style = SIGNS[standing.verdict][1].replace("text-", "")
    parts: list[Content] = []
    for place, cell in enumerate(cells):
        mark = marks.get(place)
        if mark is None:
            parts.append(Content.styled(cell, f"{style if cell != HEADING else '$quiet'} on $panel"))
        elif cell == _FULL:
            # A mark inside the bar is cut out of it.
            parts.append(Content.styled(mark, f"{style} on $panel reverse"))
        else:
            parts.append(Content.styled(mark, "$foreground on $panel"))
    return Content("").join(parts)


def _cell(value: Fraction, most: Fraction, width: int) -> int:
    return min(width - 1, max(0, int(value / most * width)))
