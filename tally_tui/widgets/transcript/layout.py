"""Blocks of Markdown as lines of a width."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from tally_tui.widgets.transcript import safe
from tally_tui.widgets.transcript.markdown import Block, highlighted
from tally_tui.widgets.transcript.styles import STILL

BLANK = Content()
READABLE = 22
"""Cells of a table's column, at most, that are not given up for having the whole table on the page."""
WIDEST = 60
"""A column's cells at most; longer text is wrapped in it."""
_HEADINGS = {
    "h1": ".transcript--heading-1",
    "h2": ".transcript--heading-2",
    "h3": ".transcript--heading-3",
}


def lines(blocks: Sequence[Block], width: int, ansi: bool = False, wraps: bool = False) -> list[Content]:
    """All lines of some blocks, none wider than `width` but (unless it `wraps`) those of tables and code."""
    out: list[Content] = []
    before: Block | None = None
    for block in blocks:
        if before is not None and not _close(before, block):
            out.append(BLANK)
        before = block
        bars = min(block.quoted, 4)
        indent = min(2 * block.indent, max(0, width // 2))
        room = max(6, width - 2 * bars - indent)
        drawn = _block(block, room, ansi, wraps)
        if block.indent:
            lead = " " * max(0, indent - 2)
            bullet = block.bullet or "  "
            head, rest = Content(lead + bullet), Content(lead + " " * len(bullet))
            if block.kind == "p" and len(bullet) > 2:
                drawn = _block(block, room - len(bullet) + 2, ansi, wraps)
            drawn = [(rest if number else head) + each for number, each in enumerate(drawn)]
        if bars:
            bar = Content.styled("▌ " * bars, ".transcript--quiet")
            drawn = [bar + each.stylize_before(".transcript--quote") for each in drawn]
        out += drawn
    return out


def _close(before: Block, block: Block) -> bool:
    """Whether two blocks stand without a blank line between them: the items of a list."""
    return bool(block.indent and before.indent and block.kind == "p" and before.kind == "p")


def _block(block: Block, width: int, ansi: bool, wraps: bool) -> list[Content]:
    kind = block.kind
    if kind == "code":
        return code(block.content.plain, block.language, width, ansi, folds=wraps)
    if kind == "hr":
        return [Content.styled("─" * width, ".transcript--quiet")]
    if kind == "table":
        return table(block, width, wraps)
    style = _HEADINGS.get(kind, "bold" if kind[0] == "h" else "")
    content = block.content.stylize_before(style) if style else block.content
    return wrapped(content, width)


def wrapped(content: Content, width: int) -> list[Content]:
    """Words wrapped to a width, breaks kept."""
    out: list[Content] = []
    for line in content.split("\n", allow_blank=True):
        if line.cell_length <= width:
            out.append(line)
        elif " " not in line.plain.strip():
            out += safe.fold(line, width)
        else:
            for piece in line.wrap(width):
                out += safe.fold(piece, width) if piece.cell_length > width else [piece]
    return out or [BLANK]


def code(
    text: str, language: str, width: int, ansi: bool, first: int | None = None, bare: bool = False, folds: bool = False
) -> list[Content]:
    """Source text on its own ground, numbered from `first`; where it is too wide it scrolls, or is folded."""
    out: list[Content] = []
    source = highlighted(text, language, ansi).split("\n", allow_blank=True)
    digits = len(str(first + len(source))) if first is not None and width >= 40 else 0
    room = max(4, width - 2 - (digits + 1 if digits else 0))
    if language and not bare and width >= 12 and language not in ("text", "txt", "plain"):
        label = safe.short(language, width - 4)
        out.append(_ground(Content.styled(f" {label}", ".transcript--quiet"), width))
    scrolls = not folds and any(line.cell_length > room for line in source)
    for number, line in enumerate(source):
        for turn, piece in enumerate(wrapped(line, room) if folds else [line]):
            lead = Content(" ")
            if digits:
                shown = f"{(first or 0) + number:>{digits}}" if turn == 0 else " " * digits
                lead = Content.styled(f"{shown} ", ".transcript--quiet") + lead
            out.append(_ground((lead.stylize(STILL) if scrolls else lead) + piece, width))
    return out


def _ground(line: Content, width: int) -> Content:
    line = line.pad_right(max(0, width - line.cell_length))
    return line.stylize_before(".transcript--code")


def table(block: Block, width: int, wraps: bool = False) -> list[Content]:
    """A table: its columns are narrowed, and where that makes them too narrow to read, it scrolls."""
    count = max(map(len, block.rows), default=0)
    if not count:
        return []
    if wraps and width < count * 6:
        return _as_list(block, width)
    columns = range(count)
    wanted = [
        max((row[column].cell_length for row in block.rows if column < len(row)), default=1) or 1 for column in columns
    ]
    least = [1 if wraps else min(each, _readable(block, column, each)) for column, each in enumerate(wanted)]
    room = width - 3 * (count - 1)
    if sum(least) <= room:
        _narrow(wanted, least, room)
    else:
        wanted = [min(each, WIDEST) for each in wanted]
    out: list[Content] = []
    ends: list[int] = []  # of each line's first column, in characters
    for number, row in enumerate(block.rows):
        cells = [wrapped(row[column], wanted[column]) if column < len(row) else [BLANK] for column in columns]
        for line in range(max(map(len, cells))):
            parts: list[Content] = []
            for column, cell in enumerate(cells):
                piece = cell[line] if line < len(cell) else BLANK
                gap = max(0, wanted[column] - piece.cell_length)
                to_right = column < len(block.right) and block.right[column]
                parts.append(piece.pad_left(gap) if to_right else piece.pad_right(gap))
            joined = Content.styled(" │ ", ".transcript--quiet").join(parts)
            out.append(joined.stylize("bold") if number == 0 else joined)
            ends.append(len(parts[0].plain) + 3)
        if number == 0:
            out.append(Content.styled("─┼─".join("─" * each for each in wanted), ".transcript--quiet"))
            ends.append(wanted[0] + 3)
    if sum(wanted) <= room:
        return out
    if wanted[0] > width * 2 // 5:
        return [Content.styled(" ", STILL) + line for line in out]
    return [line.stylize(STILL, 0, end) for line, end in zip(out, ends, strict=True)]


def _readable(block: Block, column: int, wanted: int) -> int:
    """The cells that a column needs for its words to stay whole and its cells not to become towers."""
    words = [word for row in block.rows[:60] if column < len(row) for word in row[column].plain.split()[:60]]
    return min(READABLE, max(int(3 * wanted**0.5), max(map(cell_len, words), default=1)))


def _narrow(wanted: list[int], least: list[int], room: int) -> None:
    """Make the widest columns narrower until all fit, none below its least."""
    while (excess := sum(wanted) - room) > 0:
        widest = max(each for each, low in zip(wanted, least, strict=True) if each > low)
        place = next(n for n, each in enumerate(wanted) if each == widest and each > least[n])
        second = max((each for each in wanted if each < widest), default=1)
        wanted[place] -= max(1, min(excess, widest - max(second, least[place])))


def _as_list(block: Block, width: int) -> list[Content]:
    """A table that has more columns than there is room for: a line a cell, under its heading."""
    heads = [cell.plain for cell in block.rows[0]] if block.rows else []
    out: list[Content] = []
    for row in block.rows[1:]:
        for column, cell in enumerate(row):
            name = heads[column] if column < len(heads) else ""
            out += wrapped(Content.assemble((f"{name}: " if name else "", ".transcript--quiet"), cell), width)
        out.append(Content.styled("┈" * min(width, 12), ".transcript--quiet"))
    return out
