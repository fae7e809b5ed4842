"""Values as people read them, by the format of their unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tally_tui.rules.figures import money, short_tokens, whole_percent
from tally_tui.rules.zones import local

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tally_tui.units import Format


class TextFormat(NamedTuple):
    """How a person wants values written."""

    tz: ZoneInfo
    full_numbers: bool = False
    """Every digit of a token count instead of three and a unit."""

    def text(self, value: Any, format: Format) -> str:  # noqa: A002
        """Return a value as text."""
        return FORMATS[format](value, self)


FORMATS: Final[Mapping[Format, Callable[[Any, TextFormat], str]]] = {
    "plain": lambda value, _: str(value),
    "count": lambda count, _: f"{count:,}",
    "tokens": lambda count, form: f"{count:,}" if form.full_numbers else short_tokens(count),
    "money": lambda nano, _: money(nano),
    "time": lambda instant, form: f"{local(instant, form.tz):%Y-%m-%d %H:%M}",
    "seconds": lambda instant, form: f"{local(instant, form.tz):%Y-%m-%d %H:%M:%S}",
    "percent": lambda percent, _: f"{whole_percent(percent)} %",
    "ratio": lambda ratio, _: f"{whole_percent(ratio * 100)} %",
}
