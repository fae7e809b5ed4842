"""A horizontal bar exact to an eighth of a cell."""

from __future__ import annotations

_PART = " ▏▎▍▌▋▊▉"


def meter(share: float, width: int) -> str:
    """A bar filled to `share` (0 to 1) of `width` cells; anything above zero shows at least an eighth."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    text = "█" * (eighths // 8)
    if eighths % 8:
        text += _PART[eighths % 8]
    return text.ljust(width)
