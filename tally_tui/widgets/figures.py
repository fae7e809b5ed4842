"""Numbers as the screens show them: the forms of `rules.figures`, and what only a picture needs."""

from __future__ import annotations

from tally_tui.model import NANO
from tally_tui.reports.answers import Figures, Stretch
from tally_tui.rules.figures import duration as _duration
from tally_tui.rules.figures import half_even, money, money_of, percent_amount, projected, size, whole_percent
from tally_tui.rules.figures import short_tokens as count

__all__ = [
    "change", "cost", "count", "duration", "money", "money_of", "percent_amount", "projected", "short_money", "size",
    "whole_percent", "window",
]  # fmt: skip


def short_money(nano: int) -> str:
    """Nano-dollars in at most six cells, for an axis: `$0`, `$0.25`, `$12`, `$1.20k`."""
    dollars = nano / NANO
    if dollars >= 1000:
        return "$" + count(half_even(nano, NANO))
    if dollars >= 10 or dollars == int(dollars):
        return f"${dollars:.0f}"
    return f"${dollars:.2f}" if dollars >= 0.095 else f"${dollars:.3f}"


def cost(figures: Figures) -> str:
    """A sum's cost, never a silent 0: `$1.20`, `$1.20+` (some calls unpriced), `~$1.20` (some estimated)."""
    told = money_of(figures.cost, figures.unpriced_calls)
    return f"~{told}" if figures.estimated_calls and told != "unpriced" else told


def change(stretch: Stretch) -> str:
    """Against the same part of the stretch before, with sign and arrow."""
    ratio = stretch.change
    if ratio is None:
        return "new" if stretch.figures.calls else "–"
    percent = round(ratio * 100)
    if percent == 0:
        return "= same"
    if percent > 999:
        return f"▲ ×{ratio + 1:.0f}"
    return f"▲ +{percent} %" if percent > 0 else f"▼ −{-percent} %"


def duration(milliseconds: float) -> str:
    """A length of time as commands tell it: `45s`, `12m`, `3h 05m`, `2d 4h`; nothing less than none."""
    return _duration(max(0, int(milliseconds)))


def window(minutes: int) -> str:
    """The length of a limit's window: `5h`, `7d`."""
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
