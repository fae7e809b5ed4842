"""Numbers for people: money, tokens, change, time."""

from __future__ import annotations

from tally_tui.model import NANO
from tally_tui.reports.answers import Figures, Stretch
from tally_tui.rules.figures import duration as _duration

CENT = NANO // 100


def money(nano: int) -> str:
    """Nano-dollars to the cent: `$1,234.56`; something too small for a cent is `<$0.01`."""
    if 0 < nano < CENT // 2:
        return "<$0.01"
    return f"-${-nano / NANO:,.2f}" if nano < 0 else f"${nano / NANO:,.2f}"


def short_money(nano: int) -> str:
    """Nano-dollars in at most six cells, for an axis: `$0`, `$0.25`, `$12`, `$1.2k`."""
    dollars = nano / NANO
    if dollars >= 1000:
        return "$" + _scaled(dollars)
    if dollars >= 10 or dollars == int(dollars):
        return f"${dollars:.0f}"
    return f"${dollars:.2f}" if dollars >= 0.095 else f"${dollars:.3f}"


def count(number: int) -> str:
    """Tokens or anything countable in at most five cells: `999`, `12.3k`, `4.56M`."""
    return str(number) if abs(number) < 1000 else _scaled(number)


def _scaled(number: float) -> str:
    for limit, sign in ((1e3, "k"), (1e6, "M"), (1e9, "B"), (1e12, "T")):
        value = number / limit
        # 999.5 rounds up to 1000: that is the next unit's business.
        if abs(value) < 999.5 or sign == "T":
            digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
            return f"{value:.{digits}f}{sign}"
    raise AssertionError("unreachable")


def cost(figures: Figures) -> str:
    """A sum's cost, never a silent 0: `$1.20`, `$1.20+` (some calls unpriced), `~$1.20` (some estimated)."""
    if figures.unpriced_calls and not figures.cost:
        return "unpriced"
    before, after = "~" if figures.estimated_calls else "", "+" if figures.unpriced_calls else ""
    return f"{before}{money(figures.cost)}{after}"


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


def size(amount: int) -> str:
    """Bytes: `512 B`, `3.4 MB`, `1.20 GB`."""
    if amount < 1000:
        return f"{amount} B"
    text = _scaled(amount)
    return f"{text[:-1]} {'G' if text[-1] == 'B' else text[-1]}B"
