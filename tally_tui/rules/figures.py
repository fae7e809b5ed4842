"""Numbers as text: money, tokens, changes, stretches of time."""

from __future__ import annotations

from typing import Final

NANO: Final = 1_000_000_000
"""`model.NANO`, said again: a status line shows money and has no time to load the model."""
_FAR: Final = 200
"""A projection beyond this many percent is not told more exactly in a narrow column: early it jumps about."""
_UNITS: Final = ("", "k", "M", "B", "T")
_SECOND: Final = 1000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def half_even(number: int, unit: int) -> int:
    """How many units (positive) a number is, rounded to the nearest; a tie goes to the even one."""
    whole, rest = divmod(number, unit)
    return whole + (2 * rest > unit or (2 * rest == unit and whole % 2 == 1))


def usd6(nano: int) -> str:
    """Nano-dollars as a decimal string of dollars with 6 places, half-even: what JSON and CSV hold."""
    micro = half_even(nano, 1000)
    return f"{'-' if micro < 0 else ''}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"


def money(nano: int) -> str:
    """Nano-dollars for people, to the cent: `$1.23`, `$1,234.56`; never `$0.00` for what is not nothing: `<$0.01`."""
    if nano < 0:
        return "−" + money(-nano)
    cents = (nano + NANO // 200) // (NANO // 100)  # half a cent is one, as people expect
    return "<$0.01" if nano and not cents else f"${cents // 100:,}.{cents % 100:02d}"


def money_of(nano: int, unpriced_calls: int) -> str:
    """The money of a sum, never a silent 0: `$1.20`, `$1.20+` (some calls have no price), `unpriced` (none has)."""
    if unpriced_calls and not nano:
        return "unpriced"
    return money(nano) + ("+" if unpriced_calls else "")


def call_money(nano: int) -> str:
    """The money of one call, which is often less than a cent: then to four places, `$0.0042`."""
    tenths = half_even(nano, NANO // 10_000)
    return f"$0.{tenths:04d}" if 0 < tenths < 100 else money(nano)


def short_tokens(count: int) -> str:
    """Tokens or anything countable in at most five cells: `999`, `1.23k`, `12.3k`, `123k`, `4.56M`; half-even."""
    if count < 0:
        return "−" + short_tokens(-count)
    return str(count) if count < 1000 else _scaled(count)


def _scaled(count: int) -> str:
    """Three digits and the unit, from 1000 on."""
    for power in range(1, len(_UNITS)):
        for places in (2, 1, 0):
            # What rounds up to 1000 is the next unit's business.
            digits = half_even(count * 10**places, 1000**power)
            if digits < 1000:
                whole, rest = divmod(digits, 10**places)
                return f"{whole}.{rest:0{places}d}{_UNITS[power]}" if places else f"{whole}{_UNITS[power]}"
    return f"{half_even(count, 1000 ** (len(_UNITS) - 1)):,}{_UNITS[-1]}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 call`, `1,234 calls`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def percent_change(now: int, before: int) -> str:
    """How `now` differs from `before` (neither negative): `+12%`, `−8%`, `±0%`, `×14`, or `new` after 0."""
    if before <= 0:
        return "new" if now > 0 else "±0%"
    if now >= 10 * before:
        return f"×{half_even(now, before):,}"
    percent = half_even((now - before) * 100, before)
    if percent == 0:
        return "±0%"
    return f"+{percent}%" if percent > 0 else f"−{-percent}%"


def whole_percent(percent: float) -> int:
    """How much of something is used or filled, for people: cut, so that 99.6 % is not yet all of it.

    What milestones and thresholds of whole percents go by, too. 41.99999999999 is 42 read off a decimal.
    """
    return int((percent + 1e-9) // 1)


def projected(percent: float, *, room: bool = True) -> str:
    """The percent that a limit will stand at: `112 %`; from 200 on `> 200 %` where there is no `room`."""
    shown = half_even(round(percent * 1000), 1000)
    return f"> {_FAR} %" if not room and shown > _FAR else f"{shown} %"


def percent_amount(percent: float) -> str:
    """An amount whose unit is percents: `12 %`, `12.5 %`; cut to the tenth."""
    tenths = whole_percent(percent * 10)
    return f"{tenths // 10}{f'.{tenths % 10}' if tenths % 10 else ''} %"


def duration(ms: int) -> str:
    """Milliseconds in the one or two largest units: `45s`, `12m`, `3h 05m`, `2d 4h`; cut, not rounded."""
    if ms < 0:
        return "−" + duration(-ms)
    if ms < _MINUTE:
        return f"{ms // _SECOND}s"
    if ms < _HOUR:
        return f"{ms // _MINUTE}m"
    if ms < _DAY:
        return f"{ms // _HOUR}h {ms % _HOUR // _MINUTE:02d}m"
    return f"{ms // _DAY}d {ms % _DAY // _HOUR}h"


def ago(ms: int) -> str:
    """How long ago something was, `ms` milliseconds being past: `now`, `12s ago`, `3h ago`, `5w ago`.

    A clock that runs ahead (negative) is `now`.
    """
    if ms < 5 * _SECOND:
        return "now"
    for limit, unit, name in (
        (_MINUTE, _SECOND, "s"), (_HOUR, _MINUTE, "m"), (_DAY, _HOUR, "h"), (14 * _DAY, _DAY, "d"),
        (60 * _DAY, 7 * _DAY, "w"), (730 * _DAY, 30 * _DAY, "mo"),
    ):
        if ms < limit:
            return f"{ms // unit}{name} ago"
    return f"{ms // (365 * _DAY)}y ago"


def size(amount: int) -> str:
    """Bytes for people: `512 B`, `3.40 MB`, `1.20 GB`."""
    if amount < 1000:
        return f"{amount} B"
    text = _scaled(amount)
    return f"{text[:-1]} {'G' if text[-1] == 'B' else text[-1]}B"
