"""Units: what a public value is, which says how documents hold it, how people read it and how private it is.

A field of a record is public when its type is one of these. To a type checker, and at run time, it
is a plain int, float, str or bool. Light to import: the model uses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Annotated, Any, Final, Literal

Sensitivity = Literal["figure", "id", "name", "path", "text", "key"]
Format = Literal["plain", "count", "tokens", "money", "time", "seconds", "percent", "ratio"]
"""How people read a value; `faces.formats` writes it."""


class Privacy(IntEnum):
    """How much of what people wrote, and of where they work, a document reveals."""

    NORMAL = 0
    REDACTED = 1
    STRICT = 2


class Unit:
    """One kind of value. Compared by identity, because what annotates `X | None` must be hashable."""

    __slots__ = ("encode", "format", "right", "schema", "sensitivity")

    def __init__(
        self,
        schema: Mapping[str, Any],
        encode: Callable[[Any], Any] | None = None,
        format: Format = "plain",  # noqa: A002
        *,
        sensitivity: Sensitivity = "figure",
        right: bool = False,
    ) -> None:
        """Describe a kind of value.

        Args:
            schema: JSON Schema of what documents hold.
            encode: from the value to what documents hold; None: the value itself.
            format: how people read it.
            sensitivity: what `HIDDEN` says must be done with it where privacy is asked for.
            right: whether columns of it are aligned right.
        """
        self.schema = schema
        self.encode = encode
        self.format = format
        self.sensitivity = sensitivity
        self.right = right


HIDDEN: Final[Mapping[str, tuple[str, str]]] = {
    "figure": ("keep", "keep"),
    "id": ("keep", "alias"),
    "name": ("alias", "alias"),
    "path": ("alias", "drop"),
    "text": ("drop", "drop"),
}
"""Sensitivity → what becomes of a value where REDACTED and where STRICT is asked for."""


class DocumentName:
    """Names a field in documents where that is not its name in the class; '' leaves it out of them."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Inline:
    """Puts the fields of an inner record (all, or those named) in the place of the record itself."""

    __slots__ = ("only",)

    def __init__(self, *only: str) -> None:
        self.only = only


def half_even(number: int, unit: int) -> int:
    """Return how many units (positive) a number is, rounded to the nearest; a tie goes to the even one."""
    whole, rest = divmod(number, unit)
    return whole + (2 * rest > unit or (2 * rest == unit and whole % 2 == 1))


def usd6(nano: int) -> str:
    """Return nano-dollars as a decimal string of dollars with 6 places, half-even: what JSON and CSV hold."""
    micro = half_even(nano, 1000)
    return f"{'-' if micro < 0 else ''}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"


def utc_text(instant_ms: int) -> str:
    """Return `2026-11-22T08:15:00Z`, with milliseconds where they are not zero."""
    from datetime import UTC, datetime

    whole = datetime.fromtimestamp(instant_ms // 1000, UTC).isoformat()[:-6]
    rest = instant_ms % 1000
    return f"{whole}.{rest:03d}Z" if rest else f"{whole}Z"


_TEXT: Final = {"type": "string"}
_NULL_TEXT: Final = {"type": ["string", "null"]}
_LABEL: Final = Unit(_TEXT)
_NAME: Final = Unit(_TEXT, sensitivity="name")
_ID: Final = Unit(_TEXT, sensitivity="id")
_PATH: Final = Unit(_TEXT, sensitivity="path")

GROUP_UNITS: Final[Mapping[str, Unit]] = {
    "project": _NAME, "branch": _NAME, "session": _ID, "instance": _ID, "folder": _PATH, "account": _NAME,
    "commit": _ID, "pr": _ID,
}  # fmt: skip
"""Field that calls are grouped by → the unit of its values; the others are labels."""
LABEL_UNIT: Final = _LABEL

Count = Annotated[int, Unit({"type": "integer"}, format="count", right=True)]
TokenCount = Annotated[int, Unit({"type": "integer"}, format="tokens", right=True)]
NanoUSD = Annotated[int, Unit({**_TEXT, "pattern": r"^-?\d+\.\d{6}$"}, usd6, "money", right=True)]
"""Nano-dollars (1e-9 USD); documents hold dollars with six places, half-even."""
EpochMs = Annotated[int, Unit({**_TEXT, "format": "date-time"}, utc_text, "time")]
"""Milliseconds since the Unix epoch; documents hold UTC with a Z."""
Percent = Annotated[float, Unit({"type": "number"}, format="percent", right=True)]
Ratio = Annotated[float, Unit({"type": "number"}, lambda ratio: round(ratio, 4), "ratio", right=True)]
"""0 to 1; documents hold four places, people see a whole percentage, cut."""
Switch = Annotated[bool, Unit({"type": "boolean"})]
Label = Annotated[str, _LABEL]
"""One of a few words, or a name that is nobody's secret: a model, a version, a time zone."""
Identifier = Annotated[str, _ID]
EntityName = Annotated[str, _NAME]
"""What people call a thing of theirs: a project, a branch, an account."""
FilePath = Annotated[str, _PATH]
OptionalPath = Annotated[str, Unit(_NULL_TEXT, lambda path: path or None, sensitivity="path")]
"""A path whose empty string documents hold as null."""
FreeText = Annotated[str, Unit(_TEXT, sensitivity="text")]
"""What people or agents wrote: titles, notes, prompts, replies."""
OptionalText = Annotated[str, Unit(_NULL_TEXT, lambda text: text or None, sensitivity="text")]
"""Free text whose empty string documents hold as null."""
GroupKey = Annotated[
    Mapping[str, str | None],
    Unit({"type": "object", "additionalProperties": _NULL_TEXT}, dict, sensitivity="key"),
]
"""Field grouped by → its value; null where the logs do not say."""
Tally = Annotated[
    Mapping[Any, int], Unit({"type": "object", "additionalProperties": {"type": "integer"}}, dict)
]
"""Label → count."""
