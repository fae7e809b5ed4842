"""What a person keeps about a message, as it stands in the transcript: a star in the gutter, a note below."""

from __future__ import annotations

from typing import Final, NamedTuple

from textual.content import Content

from tally_tui.widgets.transcript import layout, safe

STAR: Final = "★"
PENCIL: Final = "✎"


class Marked(NamedTuple):
    """A bookmark, a note (as typed; empty: none), or both."""

    bookmarked: bool
    note: str


def note_lines(note: str, width: int, level: int = 0) -> list[Content]:
    """A note's lines below its message, none wider than `width`; `level` as the message's."""
    lead = Content.styled("│ " * min(level, 4), ".transcript--quiet")
    room = max(8, width - lead.cell_length - 2)
    out: list[Content] = []
    for line in safe.lines(note):
        for piece in layout.wrapped(Content.styled(line, ".transcript--more"), room):
            sign = f"{PENCIL} " if not out else "  "
            out.append(lead + Content.styled(sign, ".transcript--more") + piece)
    return out
