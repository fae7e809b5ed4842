"""Codex credits: what calls come to by the published rate card, and an allowance told in pasted text.

Credits are integers of a billionth. The rate card is the one of 2026-06-03, in credits per million tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct

from tally_tui.model import Tokens
from tally_tui.rules.model_names import normalise
from tally_tui.rules.windows import FIVE_HOURS, SEVEN_DAYS

CREDIT: Final = 1_000_000_000
"""Billionths of a credit in one."""
CARD_DATE: Final = "2026-06-03"

Confidence = Literal["exact", "estimated", "user_override", "unpriced"]


class Rate(Struct, frozen=True):
    """Credits per million tokens."""

    input: Decimal
    cached: Decimal
    output: Decimal

    def __call__(self, tokens: Tokens) -> int:
        """Billionths of a credit for tokens. Cache writes count as input: the card has no rate for them."""
        fresh = tokens.input + tokens.write_5m + tokens.write_1h
        millionths = fresh * self.input + tokens.cache_read * self.cached + tokens.output * self.output
        return int((millionths * 1000).to_integral_value())


def _rate(uncached: str, cached: str, output: str) -> Rate:
    return Rate(Decimal(uncached), Decimal(cached), Decimal(output))


RATES: Final[Mapping[str, Rate]] = {
    "gpt-5.5": _rate("125", "12.5", "750"),
    "gpt-5.4": _rate("62.5", "6.25", "375"),
    "gpt-5.4-mini": _rate("18.75", "1.875", "113"),
    "gpt-5.3-codex": _rate("43.75", "4.375", "350"),
    "gpt-5.2": _rate("43.75", "4.375", "350"),
}
ALIASES: Final[Mapping[str, str]] = {"codex-auto-review": "gpt-5.3-codex"}
"""Models billed as another one, as far as is known: their credits are estimated."""
_ONCE: Final = Decimal(1)
FAST: Final[Mapping[str, Decimal]] = {"gpt-5.5": Decimal("2.5"), "gpt-5.4": Decimal(2)}
"""What fast mode multiplies credits by; models not named have no fast rate and are estimated at the plain one."""


class Credits(Struct, frozen=True):
    """What some calls come to, in billionths of a credit; 0 and `unpriced` where the card has no such model."""

    nano: int
    confidence: Confidence


def credits_of(
    model: str,
    tokens: Tokens,
    *,
    fast: bool = False,
    tier: str = "standard",
    overrides: Mapping[str, Rate] | None = None,
) -> Credits:
    """The credits of a model's tokens (their sum, or one call's), in fast mode or at a service tier.

    The card has no rates for `flex` and `batch`: there the standard ones stand in, estimated.
    """
    name = normalise(model)
    fast, unknown = fast or tier in ("fast", "priority"), tier in ("flex", "batch")
    for spelling in name.spellings:
        if overrides and spelling in overrides:
            times = FAST.get(spelling, _ONCE) if fast else _ONCE
            return Credits(int((overrides[spelling](tokens) * times).to_integral_value()), "user_override")
    for spelling in name.spellings:
        listed = ALIASES.get(spelling, spelling)
        if listed in RATES:
            known = FAST.get(listed) if fast else _ONCE
            sure = listed == spelling and known is not None and not unknown
            nano = int((RATES[listed](tokens) * (known or _ONCE)).to_integral_value())
            return Credits(nano, "exact" if sure else "estimated")
    return Credits(0, "unpriced")


_WORST: Final[tuple[Confidence, ...]] = ("exact", "user_override", "estimated", "unpriced")


def added(several: Iterable[Credits]) -> Credits:
    """The sum; its confidence is that of the least certain part (`exact` where there is none)."""
    parts = list(several)
    worst = max((part.confidence for part in parts), key=_WORST.index, default=_WORST[0])
    return Credits(sum(part.nano for part in parts), worst)


class Allowance(Struct, frozen=True):
    """A window's allowance as its provider's own screen told it."""

    label: str
    """`5h`, `Weekly`, or as it was told."""
    minutes: int | None
    remaining: float
    """Percent that was left, 0–100."""
    resets: str | None
    """The reset in the words that were pasted."""

    @property
    def used(self) -> float:
        return 100 - self.remaining


_LABEL: Final = re.compile(
    r"(?<![\w.])(?:(\d{1,3})\s?-?(h|hours?|hrs?|d|days?)|(weekly|week|daily|monthly))(?:\s+(?:usage\s+)?limit)?(?!\w)",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?%\s*(left|remaining|available|used)?", re.IGNORECASE)
_WORDS: Final = {"weekly": ("Weekly", SEVEN_DAYS), "week": ("Weekly", SEVEN_DAYS)} | {
    "daily": ("Daily", 1_440),
    "monthly": ("Monthly", 43_200),
}


def parse_allowance(text: str) -> tuple[Allowance, ...]:
    """The windows that a pasted `/status` or usage page tells of: `5h 79% 6:50 PM Weekly 33% Jun 7`.

    A percentage is what is left unless the text says `used`. What is not understood is left out; nothing is guessed.
    """
    flat = re.sub(r"[\[\]│█░▉-▏▓▒]+", " ", text)
    labels = [found for found in _LABEL.finditer(flat) if _PERCENT.match(flat[found.end() :].lstrip(" :\t\n"))]
    windows = []
    for at, found in enumerate(labels):
        stop = labels[at + 1].start() if at + 1 < len(labels) else len(flat)
        after = flat[found.end() : stop].lstrip(" :\t\n")
        percent = _PERCENT.match(after)
        if not percent or float(percent[1]) > 100:
            continue
        value = float(percent[1])
        used = (percent[2] or "").lower() == "used"
        label, minutes = _named(found)
        windows.append(Allowance(label, minutes, 100 - value if used else value, _resets(after[percent.end() :])))
    return tuple(windows)


def _named(found: re.Match[str]) -> tuple[str, int]:
    if found[3]:
        return _WORDS[found[3].lower()]
    count, hours = int(found[1]), found[2].lower().startswith("h")
    minutes = count * (60 if hours else 1_440)
    if minutes == FIVE_HOURS:
        return "5h", minutes
    return ("Weekly", minutes) if minutes == SEVEN_DAYS else (f"{count}{'h' if hours else 'd'}", minutes)


def _resets(rest: str) -> str | None:
    words = " ".join(rest.split()).strip(" ()·,;|")
    return re.sub(r"^(?:and\s+)?resets?(?:\s+(?:at|on|in))?[:\s]*", "", words, flags=re.IGNORECASE) or None


class Capacity(Struct, frozen=True):
    """What a window's whole allowance comes to, in billionths of a credit."""

    total: int
    left: int
    confidence: Literal["exact", "estimated"]


def capacity(spent: int, used_percent: float, total: int | None = None) -> Capacity | None:
    """The allowance of a window of which `used_percent` is used after `spent` (billionths of a credit).

    With the plan's own `total` it is exact; else the total follows from what one percent came to.
    None below one percent, and where nothing was spent: then the readings tell of what the ledger has not seen.
    """
    if total is not None:
        return Capacity(total, round(total * max(0.0, 100 - used_percent) / 100), "exact")
    if used_percent < 1 or spent <= 0:
        return None
    whole = round(spent * 100 / used_percent)
    return Capacity(whole, max(0, whole - spent), "estimated")
