"""What readers of settings share: how a wrong value is refused, and how a value is written."""

from __future__ import annotations

from typing import Any


class BadSettingError(ValueError):
    """A setting that cannot be what it was asked to be; says what it can be."""


def said(value: Any) -> str:
    """A value as the file would write it, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(said(each) for each in value)}]"
    return repr(value)[:60] if isinstance(value, str) else str(value)[:60]
