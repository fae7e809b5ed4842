"""Changes of files: both line numbers, signs, and the words that differ."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from textual.content import Content

from tally_tui.widgets.transcript import safe
from tally_tui.widgets.transcript.pages import Hunk
from tally_tui.widgets.transcript.styles import STILL

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
LONGEST_COMPARED = 400
"""Lines of more characters than this are not compared word by word."""
_STYLES = {"+": ".transcript--added", "-": ".transcript--removed", " ": ""}
_STRONG = {"+": ".transcript--added-word", "-": ".transcript--removed-word"}


def parse(unified: str) -> tuple[Hunk, ...]:
    """The hunks of a unified diff's text; lines before the first `@@` are left out."""
    hunks: list[Hunk] = []
    lines: list[str] = []
    start: tuple[int, int] | None = None
    for line in unified.split("\n"):
        found = _HUNK.match(line)
        if found:
            if start is not None:
                hunks.append(Hunk(*start, tuple(lines)))
            start, lines = (int(found[1]), int(found[2])), []
        elif start is not None and line[:1] in ("+", "-", " "):
            lines.append(line)
    if start is not None:
        hunks.append(Hunk(*start, tuple(lines)))
    return tuple(hunks)


def between(old: str, new: str, context: int = 3) -> tuple[Hunk, ...]:
    """The hunks from one text to another; where they stand in the file is unknown."""
    before, after = old.split("\n"), new.split("\n")
    if len(before) * len(after) > 4_000_000:
        # The comparison is quadratic: so much is shown as taken out and put in.
        return (Hunk(0, 0, tuple(f"-{each}" for each in before) + tuple(f"+{each}" for each in after)),)
    hunks = []
    for group in difflib.SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(context):
        lines: list[str] = []
        for what, a, b, c, d in group:
            if what == "equal":
                lines += [f" {each}" for each in before[a:b]]
            else:
                lines += [f"-{each}" for each in before[a:b]] + [f"+{each}" for each in after[c:d]]
        hunks.append(Hunk(0, 0, tuple(lines)))
    return tuple(hunks)


def size(hunks: tuple[Hunk, ...]) -> tuple[int, int]:
    """How many lines came and went."""
    all_lines = [line for hunk in hunks for line in hunk.lines]
    return sum(line[:1] == "+" for line in all_lines), sum(line[:1] == "-" for line in all_lines)


def drawn(hunks: tuple[Hunk, ...], width: int, wraps: bool = False) -> Iterator[Content]:
    """The lines of a diff, computed as they are taken; longer ones than `width` cells folded where it `wraps`."""
    known = any(hunk.new or hunk.old for hunk in hunks)
    largest = max((hunk.new + len(hunk.lines) for hunk in hunks), default=0)
    digits = len(str(max(largest, 1))) if known and width >= 36 else 0
    columns = 2 if width >= 60 else 1
    # About: signs of two cells make a line wider than it is long.
    scrolls = not wraps and any(len(line) * 2 > width - columns * (digits + 1) for hunk in hunks for line in hunk.lines)
    for number, hunk in enumerate(hunks):
        if number:
            yield Content.styled("⋯", ".transcript--quiet")
        old, new = hunk.old, hunk.new
        for line, words in _with_words(hunk.lines):
            sign = line[:1]
            gutter = ""
            if digits:
                before = f"{old:>{digits}}" if sign in "- " else " " * digits
                after = f"{new:>{digits}}" if sign in "+ " else " " * digits
                gutter = f"{before} {after} " if columns == 2 else f"{before if sign == '-' else after} "
            old += sign in "- "
            new += sign in "+ "
            yield from _line(sign, line[1:], words, gutter, width, wraps, scrolls)


def _line(
    sign: str, text: str, words: list[tuple[int, int]], gutter: str, width: int, wraps: bool, scrolls: bool
) -> Iterator[Content]:
    plain = text.isascii() and "\t" not in text
    cleaned = text if plain and text.isprintable() else safe.short(safe.line(text.expandtabs(safe.TAB)))
    spans = [(start, end, _STRONG[sign]) for start, end in words] if words and cleaned == text else []
    body = safe.styled(safe.short(cleaned), spans)
    style = _STYLES.get(sign, "")
    room = max(2, width - len(gutter) - 2)
    # A difference beyond the edge would be no difference to see.
    hidden = any(end > room for _, end, _ in spans)
    for number, piece in enumerate(safe.fold(body, room) if wraps or hidden else [body]):
        lead = gutter if number == 0 else " " * len(gutter)
        mark = f"{sign} " if number == 0 else "  "
        whole = Content(mark) + piece
        if style:
            whole = whole.pad_right(max(0, room + 2 - whole.cell_length)).stylize_before(style)
        drawn = Content.assemble((lead, ".transcript--quiet"), whole)
        yield drawn.stylize(STILL, 0, len(lead) + 2) if scrolls else drawn


def _with_words(lines: tuple[str, ...]) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Each line with the stretches (of its text without the sign) that differ from its counterpart."""
    at = 0
    while at < len(lines):
        gone = at
        while gone < len(lines) and lines[gone][:1] == "-":
            gone += 1
        come = gone
        while come < len(lines) and lines[come][:1] == "+":
            come += 1
        removed, added = lines[at:gone], lines[gone:come]
        if not removed and not added:
            yield lines[at], []
            at += 1
            continue
        marks: list[tuple[list[tuple[int, int]], list[tuple[int, int]]]] = []
        if len(removed) == len(added):
            marks = [_differing(old[1:], new[1:]) for old, new in zip(removed, added, strict=True)]
        for number, line in enumerate(removed):
            yield line, marks[number][0] if marks else []
        for number, line in enumerate(added):
            yield line, marks[number][1] if marks else []
        at = come


def _differing(old: str, new: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    if len(old) > LONGEST_COMPARED or len(new) > LONGEST_COMPARED:
        return [], []
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.quick_ratio() < 0.4:
        return [], []
    gone: list[tuple[int, int]] = []
    come: list[tuple[int, int]] = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what != "equal":
            gone.append((len("".join(before[:a])), len("".join(before[:b]))))
            come.append((len("".join(after[:c])), len("".join(after[:d]))))
    return gone, come
