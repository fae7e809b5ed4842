"""Making a status line fit: what is least important is shortened or left out first.

Claude Code hands over the terminal's width in `COLUMNS`, keeps four cells of it for itself, and cuts what is longer
from the right.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MARGIN = 4
"""Cells of the terminal's width that the agent does not give to a status line."""


class Piece:
    """A part of a line in its forms, the longest first; the last one may be '' (left out)."""

    __slots__ = ("forms", "group", "steps")

    def __init__(self, forms: Sequence[str], steps: Sequence[int], group: int) -> None:
        self.forms = forms
        self.steps = steps
        """At which step of fitting each shorter form is taken: one less than there are forms."""
        self.group = group
        """Pieces of one group stand closer together; 0: on its own."""


def room() -> int | None:
    """The cells that a line may take; None where nobody says (it is then as long as it is)."""
    said = os.environ.get("COLUMNS", "")
    if not (said.isascii() and said.isdigit() and len(said) < 6) or int(said) == 0:
        return None
    return max(1, int(said) - _MARGIN)


def fit(pieces: Sequence[Piece], most: int | None) -> str:
    """The pieces as one line of at most `most` cells, as far as they can be shortened to it."""
    chosen = [0] * len(pieces)
    text = _joined(pieces, chosen)
    if most is None:
        return text
    for step in sorted({step for piece in pieces for step in piece.steps}):
        if width(text) <= most:
            return text
        for at, piece in enumerate(pieces):
            chosen[at] = sum(each <= step for each in piece.steps)
        text = _joined(pieces, chosen)
    return text


def _joined(pieces: Sequence[Piece], chosen: Sequence[int]) -> str:
    groups: list[list[str]] = []
    before = 0
    for piece, form in zip(pieces, chosen, strict=True):
        text = piece.forms[form]
        if not text:
            continue
        if groups and piece.group and piece.group == before:
            groups[-1].append(text)
        else:
            groups.append([text])
        before = piece.group
    return " | ".join(" · ".join(group) for group in groups)


def beside(theirs: str, ours: Callable[[int | None], str], where: str, most: int | None) -> tuple[str, str]:
    """Our line beside what another command printed, and where it goes: on a line of its own where both do not fit.

    Args:
        theirs: what the other command printed.
        ours: makes our line for so many cells.
        where: one of `config.LINE_THEIRS`, where theirs goes.
        most: the cells of a line; None: any number.
    """
    if most is None or where in ("above", "below") or not theirs.strip():
        return ours(most), where
    left = most - width(theirs.partition("\n")[0]) - len(" | ")
    together = ours(max(1, left))
    if width(together) <= left and (together == ours(None) or left >= most // 3):
        return together, where
    return ours(most), "above" if where == "before" else "below"


def width(text: str) -> int:
    """How many cells the widest line of a text takes: colours and links none, wide characters two."""
    return max(map(_width, text.split("\n")))


def _width(line: str) -> int:
    if "\x1b" in line:
        import re

        line = re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)", "", line)
    if line.isascii():
        return sum(each.isprintable() for each in line)
    import unicodedata

    cells = 0
    for each in line:
        if unicodedata.category(each) in ("Mn", "Me", "Cf", "Cc"):
            # The sign that makes a picture of the character before it: as wide as a picture.
            cells += each == "\ufe0f"
        else:
            cells += 2 if unicodedata.east_asian_width(each) in "WF" else 1
    return cells
