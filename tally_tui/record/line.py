"""The status line: parts that are known, in the order asked for, as one line of text."""

from __future__ import annotations

from tally_tui.record.fitting import Piece, fit
from tally_tui.rules.figures import duration, money, money_of, projected, whole_percent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PARTS = ("model", "session", "today", "block", "burn", "context", "5h", "7d", "limits")
"""`config.LINE_PARTS`: what is shown where no setting says otherwise."""
_GROUP = {"session": 1, "today": 1, "block": 1, "5h": 2, "7d": 2, "limits": 2}
"""Parts of one group stand closer together."""
_FULLNESS = ("context", "5h", "7d", "limits")
"""How full things are: the second line, where there are two."""
_STEPS = {
    "burn": (1,), "block": (2, 3), "model": (4, 9), "context": (5, 10), "limits": (6, 12), "7d": (6, 13), "5h": (6, 14),
    "today": (8,), "session": (11,), "full context": (7, 15),
}  # fmt: skip
"""What is shortened, and at last left out, at which step of fitting: the least important first."""
_LAST = 16
BUSY, FULL = 60.0, 85.0
"""From these percentages on a limit or a context is coloured; from the second on it has a sign, too."""
_AGE_MS = 600_000
_YELLOW, _RED, _PLAIN = "\x1b[33m", "\x1b[31m", "\x1b[0m"
_HOUR_MS = 3_600_000


class Gauge:
    """A limit as it is to be shown; instants in epoch milliseconds."""

    __slots__ = ("limit_nano", "percent", "projected", "read_ms", "resets_at", "used_nano")

    def __init__(self, percent: float, resets_at: int | None, read_ms: int) -> None:
        self.used_nano: int | None = None
        self.limit_nano: int | None = None
        """Nano-dollars, of a limit on spending whose agent has just said so."""
        self.projected: float | None = None
        """Percent at the reset, as every other face tells it; None where it is not known."""
        self.percent = percent
        self.resets_at = resets_at
        self.read_ms = read_ms


class View:
    """All that a line can show; None hides a part. Money in nano-dollars."""

    __slots__ = (
        "block", "block_end", "block_guessed", "context", "figures_at", "gauges", "last_hour", "model", "now",
        "session", "today",
    )  # fmt: skip

    def __init__(self, now: int) -> None:
        self.now = now
        self.model = ""
        self.session: int | None = None
        """What the agent says that this session cost."""
        self.today: tuple[int, int] | None = None
        """Spend, and calls without a price that it leaves out."""
        self.block: tuple[int, int] | None = None
        self.block_end = 0
        self.block_guessed = False
        """Whether calls alone suggest this block: no reading tells when it began."""
        self.last_hour: tuple[int, int] | None = None
        self.figures_at: int | None = None
        """When logs were last read."""
        self.context: float | None = None
        self.gauges: dict[tuple[str, int], Gauge] = {}
        """(limit, minutes) → how full it is."""


def line(parts: Sequence[str], view: View, colours: bool, most: int | None = None, lines: int = 1) -> str:
    """The text without its end; '' where nothing is known.

    Args:
        parts: what to show, in this order.
        view: what is known.
        colours: whether to colour what is high.
        most: the cells that a line may take; None: any number.
        lines: 2 puts how full things are on a line of its own.
    """
    wanted = [part for part in parts if part in _WRITERS]
    several = [wanted] if lines < 2 else [[each for each in wanted if (each in _FULLNESS) == full] for full in (0, 1)]
    fitted = [fit([piece for part in some for piece in _WRITERS[part](view, colours)], most) for some in several]
    return "\n".join(filter(None, fitted))


def _piece(part: str, *forms: str) -> list[Piece]:
    """A part that is shortened and then left out."""
    return [Piece((*forms, ""), _STEPS[part][-len(forms) :], _GROUP.get(part, 0))] if forms[0] else []


def _model(view: View, colours: bool) -> list[Piece]:
    return _piece("model", view.model, view.model.partition(" (")[0])


def _session(view: View, colours: bool) -> list[Piece]:
    return _piece("session", "" if view.session is None else f"{money(view.session)} session")


def _today(view: View, colours: bool) -> list[Piece]:
    if view.today is None:
        return []
    age = view.now - (view.figures_at or view.now)
    old = f" ({duration(age)} ago)" if age > _AGE_MS else ""
    return _piece("today", f"{money_of(*view.today)} today{old}")


def _block(view: View, colours: bool) -> list[Piece]:
    if view.block is None or view.block_end <= view.now:
        return []
    left = f" {duration(view.block_end - view.now)} left" if view.block_guessed else ""
    told = f"{'~' if view.block_guessed else ''}{money_of(*view.block)} block"
    return _piece("block", told + left, told)


def _burn(view: View, colours: bool) -> list[Piece]:
    if view.last_hour is None:
        return []
    told = money_of(*view.last_hour)
    return _piece("burn", f"{told} last hour" if told == "unpriced" else f"{told}/h")


def _context(view: View, colours: bool) -> list[Piece]:
    if view.context is None:
        return []
    told = _percent(view.context, colours)
    return _piece("context" if view.context < BUSY else "full context", f"context {told}", f"ctx {told}")


def _five_hours(view: View, colours: bool) -> list[Piece]:
    return _gauge("5h", "5h", view.gauges.get(("claude", 300)), view.now, colours)


def _seven_days(view: View, colours: bool) -> list[Piece]:
    return _gauge("7d", "7d", view.gauges.get(("claude", 10_080)), view.now, colours)


def _limits(view: View, colours: bool) -> list[Piece]:
    own = [(name, gauge) for (name, _), gauge in view.gauges.items() if name != "claude"]
    return [
        piece
        for name, gauge in sorted(own, key=_named)
        for piece in _gauge("limits", _short(name), gauge, view.now, colours)
    ]


def _named(entry: tuple[str, Gauge]) -> str:
    return entry[0]


def _short(name: str) -> str:
    """`7d opus` of `seven_day_opus`."""
    for start, short in (("five_hour_", "5h "), ("seven_day_", "7d ")):
        if name.startswith(start):
            return short + name[len(start) :]
    return name.removesuffix("_limit") or name


def _gauge(part: str, name: str, gauge: Gauge | None, now: int, colours: bool) -> list[Piece]:
    if gauge is None:
        return []
    if gauge.resets_at is not None and gauge.resets_at <= now:
        return _piece(part, f"{name} reset")
    left = "" if gauge.resets_at is None else f" {duration(gauge.resets_at - now)}"
    stale = 15 * 60_000 if name.startswith("5h") else 6 * _HOUR_MS
    age = now - gauge.read_ms
    old = f" (read {duration(age)} ago)" if age > stale else ""
    told = f"{name} {_percent(gauge.percent, colours)}"
    if gauge.projected is not None and gauge.projected >= 100 > gauge.percent:
        left = f" → {projected(gauge.projected, room=False)}{left}"
    if gauge.used_nano is not None:
        left = f" {money(gauge.used_nano)}{'' if gauge.limit_nano is None else f'/{money(gauge.limit_nano)}'}{left}"
    if gauge.percent < BUSY:
        return _piece(part, told + left + old, told + old)
    # Never left out: where even these do not fit, what is behind the percentage goes.
    return [Piece((told + left + old, told), (_LAST,), _GROUP[part])]


def _percent(percent: float, colours: bool) -> str:
    text = f"{whole_percent(percent)}%" + ("!" if percent >= FULL else "")
    if not colours or percent < BUSY:
        return text
    return f"{_RED if percent >= FULL else _YELLOW}{text}{_PLAIN}"


_WRITERS: dict[str, Callable[[View, bool], list[Piece]]] = {
    "model": _model,
    "session": _session,
    "today": _today,
    "block": _block,
    "burn": _burn,
    "context": _context,
    "5h": _five_hours,
    "7d": _seven_days,
    "limits": _limits,
}
