"""One item of a conversation as lines: its title, and its text as far as it is unfolded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from itertools import islice

from msgspec import Struct
from rich.cells import cell_len
from textual.content import Content

from tally_tui.widgets.figures import count, whole_percent
from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import crop
from tally_tui.widgets.transcript import diff, layout, markdown, plain, safe, terminal
from tally_tui.widgets.transcript.pages import (
    Body,
    Code,
    Diff,
    Head,
    Kind,
    Label,
    Output,
    Part,
    Prose,
    Todos,
)


class Fold(IntEnum):
    """How far an item is unfolded."""

    FOLDED = 0
    OPEN = 1
    """Its longest parts only to `LIMITS`."""
    FULL = 2


LIMITS: dict[type, int] = {Output: 20, Code: 40, Diff: 60, Prose: 400, Todos: 100}
"""Lines of a part that are shown before one asks for all."""
MOST_LINES = 20_000
MOST_CHARACTERS = 1_000_000
"""What is shown of one part at most, even when all is asked for."""
COMPACT = frozenset({Kind.TOOL, Kind.THINKING, Kind.NOTE, Kind.SUBAGENT})
"""Items of one line when folded: no blank line stands between two of them."""
_SIGNS = {Kind.THINKING: "✻ ", Kind.SUBAGENT: "◆ "}
_BOXES = {"done": ("☑ ", ".transcript--done"), "doing": ("▶ ", "bold"), "open": ("☐ ", "")}


ASKS = " · Enter shows all"
OPENS = " · Enter opens it"


class Page(Struct, frozen=True):
    """What drawing depends on besides the item."""

    width: int
    ansi: bool
    clock: Callable[[int], str]
    """Epoch milliseconds to a short local time."""
    wraps: bool = False
    """Whether long lines of code are folded, not left to be scrolled sideways."""


def opens(head: Head) -> bool:
    """Whether an item is shown open before anybody touched it."""
    return head.kind in (Kind.PROMPT, Kind.REPLY, Kind.PROBLEM)


def foldable(head: Head) -> bool:
    """Whether there is anything to unfold, or to fold away."""
    return not head.hollow


def estimate(head: Head, state: Fold, width: int, spaced: bool) -> int:
    """About how many lines an item takes."""
    title = 1 if head.title or head.kind not in (Kind.PROMPT, Kind.REPLY) else 0
    if state is Fold.FOLDED or head.hollow:
        return max(1, title) + spaced
    lines = title + head.breaks + head.length // max(8, width - 4)
    if state is Fold.OPEN and head.kind not in (Kind.PROMPT, Kind.REPLY):
        lines = min(lines, 24)
    return max(1, min(lines, MOST_LINES)) + spaced


def draw(head: Head, body: Body | None, state: Fold, page: Page, spaced: bool) -> list[Content]:
    """The lines of an item. `body` None: without text, or not here. `spaced`: a blank line stands before it."""
    out = [layout.BLANK] if spaced else []
    indent = "│ " * min(head.level, 4) + ("┊ " if head.branch else "")
    room = max(12, page.width - len(indent))
    lines = _title(head, body, state, page, room)
    if body is not None and state is not Fold.FOLDED:
        inner = 0 if head.kind in (Kind.PROMPT, Kind.REPLY) else 2
        drawn = _body(head, body, state, page, room - inner)
        if inner:
            drawn = [each.pad_left(inner) for each in drawn]
        if head.kind is Kind.PROMPT:
            drawn = [_filled(each, room) for each in drawn]
        lines += drawn
    if indent:
        lead = Content.styled(indent, ".transcript--quiet")
        lines = [lead + each for each in lines]
    return out + (lines or [layout.BLANK])


def asks_for_more(lines: Sequence[Content]) -> bool:
    """Whether an item that was drawn has more to show when asked."""
    return any(each.plain.endswith(ASKS) for each in lines)


def aside(piece: str, width: int) -> list[Content]:
    """A piece of what the log has of an item, where it is not shown as it stands there."""
    words = Content.styled(f"in the log: {safe.line(piece)}", ".transcript--quiet")
    return [Content.styled("⌕ " if not number else "  ", ".transcript--quiet") + each
            for number, each in enumerate(layout.wrapped(words, max(8, width - 2)))]  # fmt: skip


def _filled(line: Content, width: int) -> Content:
    line = line.pad_right(max(0, width - line.cell_length))
    return line.stylize_before(".transcript--prompt")


# -- titles


def _title(head: Head, body: Body | None, state: Fold, page: Page, width: int) -> list[Content]:
    title = safe.short(safe.line(head.title), 1_000)
    if head.kind is Kind.RULE:
        return _rule(title, head, state, width)
    if head.kind in (Kind.PROMPT, Kind.REPLY):
        if state is Fold.FOLDED and not head.hollow:
            return [_speaker(title, head, page, width, _size(head, body), _beginning(body))]
        return [_speaker(title, head, page, width)] if title else []
    return [_one_line(title, head, state, width)]


def _beginning(body: Body | None) -> str:
    """The first words of what is folded away, as far as they are here."""
    said = plain.text_of(body or ()).strip()
    return safe.short(safe.line(said.partition("\n")[0]), 1_000)


def _size(head: Head, body: Body | None) -> str:
    """How much is folded away."""
    said = plain.text_of(body or ()).strip()
    lines = said.count("\n") if said else head.breaks
    words = len(said.split()) if said else head.length // 6
    return f" · {lines + 1:,} lines" if lines else f" · {words:,} word{'' if words == 1 else 's'}"


def _speaker(title: str, head: Head, page: Page, width: int, size: str = "", beginning: str = "") -> Content:
    """Who speaks. `size`: how much is folded away; `beginning`: its first words."""
    if size:
        title, beginning = f"▸ {title or beginning or 'reply'}", beginning if title else ""
    style = ".transcript--you" if head.kind is Kind.PROMPT else ".transcript--agent"
    when = (f" · {page.clock(head.time_ms)}" if head.time_ms is not None else "") + size
    note = f" · {safe.line(head.note)}" if head.note else ""
    least = min(cell_len(title), 24)
    # What matters least goes first where there is no room.
    ways = [(said, fill, head.figures) for said in (note, "") for fill in _fills(head)]
    ways += [("", "", head.figures.partition(" · Σ")[0]), ("", "", head.figures.partition(" · ")[0]), ("", "", "")]
    for said, fill, figures in ways:
        right = "  ".join(filter(None, (fill, figures)))
        if least + cell_len(when + said + right) < width:
            break
    named = crop(title, max(4, width - cell_len(when + said + right) - 1))
    gap = " " * max(1, width - cell_len(named + when + said + right))
    if beginning and len(gap) > 16:
        words = crop(beginning, len(gap) - 4)
        gap = f"  {words}{gap[cell_len(words) + 2 :]}"
    line = Content.assemble((named, style), (f"{when}{said}", ".transcript--quiet"), gap,
                            (right, ".transcript--quiet"))  # fmt: skip
    return _filled(line, width) if head.kind is Kind.PROMPT else line


def _fills(head: Head) -> list[str]:
    """How full the context was, from much to little."""
    if head.fill is None:
        return [""]
    tokens, window = head.fill
    if not window:
        return [f"context {count(tokens)}", ""]
    bar, percent = meter(tokens / window, 6), f"{whole_percent(100 * tokens / window)}%"
    return [f"context ▕{bar}▏{percent}", f"▕{bar}▏{percent}", percent, ""]


def _one_line(title: str, head: Head, state: Fold, width: int) -> Content:
    arrow = "  " if head.hollow else "▸ " if state is Fold.FOLDED else "▾ "
    sign = _SIGNS.get(head.kind, "")
    note = safe.line(head.note)
    if head.kind is Kind.PROBLEM:
        arrow, sign = ("" if head.hollow else arrow), "✗ "
    elif head.error:
        note = f"✗ {note}".rstrip()
    room = width - cell_len(arrow + sign) - (cell_len(note) + 2 if note else 0)
    if room < min(cell_len(title), 14) and note:
        note = "✗" if head.error else ""
        room = width - cell_len(arrow + sign) - (3 if note else 0)
    shown = crop(title, max(2, room))
    name, _, rest = shown.partition(" ")
    if head.kind is Kind.TOOL:
        text = Content.assemble((name, ".transcript--tool"), f" {rest}" if rest else "")
    elif head.kind is Kind.SUBAGENT:
        text = Content.styled(shown, ".transcript--tool")
    elif head.kind is Kind.PROBLEM:
        text = Content.styled(shown, ".transcript--error")
    else:
        text = Content.styled(shown, ".transcript--quiet")
    quiet = ".transcript--error" if head.kind is Kind.PROBLEM else ".transcript--quiet"
    parts = [Content.styled(arrow, quiet), Content.styled(sign, quiet), text]
    if note:
        style = ".transcript--error" if head.error else ".transcript--quiet"
        parts += [Content("  "), Content.styled(note, style)]
    return Content("").join(parts)


def _rule(title: str, head: Head, state: Fold, width: int) -> list[Content]:
    """A line across the page; words that it has no room for stand below it."""
    arrow = "" if head.hollow else "▸ " if state is Fold.FOLDED else "▾ "
    style = ".transcript--error" if head.error else ".transcript--rule"
    note = safe.line(head.note)
    text = f"{arrow}{title}{' · ' if note else ''}{note}"
    below: list[Content] = []
    if note and cell_len(text) > max(4, width - 6):
        text = f"{arrow}{title}"
        below = [Content.styled("  ", style) + each for each in layout.wrapped(Content.styled(note, style), width - 2)]
    text = crop(text, max(4, width - 6))
    left = max(2, min(8, (width - cell_len(text) - 2) // 2))
    right = max(1, width - cell_len(text) - 2 - left)
    return [Content.assemble(("─" * left + " ", style), (text, style), (" " + "─" * right, style)), *below]


# -- texts


def _body(head: Head, body: Body, state: Fold, page: Page, width: int) -> list[Content]:
    out: list[Content] = []
    quiet = head.kind in (Kind.THINKING, Kind.NOTE)
    for number, part in enumerate(body):
        if number and not isinstance(body[number - 1], Label):
            out.append(layout.BLANK)
        limit = MOST_LINES if state is Fold.FULL else LIMITS.get(type(part), 1_000)
        drawn, left = _part(part, limit, page, max(8, width))
        if quiet:
            drawn = [each.stylize_before(".transcript--quiet") for each in drawn]
        out += drawn
        if left:
            ask = "" if state is Fold.FULL else ASKS
            out.append(Content.styled(f"… {left}{ask}", ".transcript--more"))
    return out


def _part(part: Part, limit: int, page: Page, width: int) -> tuple[list[Content], str]:
    """A part's lines, at most about `limit`, and what is left out, for people."""
    if isinstance(part, Label):
        words = safe.short(safe.line(part.text))
        style = ".transcript--more" if part.loads else ".transcript--quiet"
        words += " · Enter loads it" if part.loads else OPENS if part.opens else ""
        return layout.wrapped(Content.styled(words, style), width), ""
    if isinstance(part, Todos):
        return _todos(part, width)[:limit], _more(len(part.items) - limit, "more items")
    if isinstance(part, Diff):
        taken = list(islice(diff.drawn(part.hunks, width, page.wraps), limit + 1))
        if len(taken) <= limit:
            return taken, ""
        return taken[:limit], f"{sum(len(hunk.lines) for hunk in part.hunks):,} lines in all"
    text, left = _start(part.text, limit)
    if isinstance(part, Output):
        lines = [piece for each in terminal.output(text) for piece in layout.wrapped(each, width)]
        if part.error:
            lines = [each.stylize_before(".transcript--error") for each in lines]
        lines = [
            each.pad_right(max(0, width - each.cell_length)).stylize_before(".transcript--output") for each in lines
        ]
        if len(lines) > limit * 2:
            # Few lines of the log, but long ones.
            lines, left = lines[: limit * 2], left or "more of these long lines"
    elif isinstance(part, Code):
        folds = part.folds or page.wraps
        lines = layout.code(safe.block(text), part.language, width, page.ansi, part.first, bare=True, folds=folds)
    else:
        lines = layout.lines(markdown.blocks(text, part.breaks), width, page.ansi, page.wraps)
    return lines, left


def _start(text: str, limit: int) -> tuple[str, str]:
    """The first lines of a text, and what is left out."""
    most = MOST_CHARACTERS if limit >= MOST_LINES else limit * 1_000
    place = -1
    for _ in range(limit):
        place = text.find("\n", place + 1)
        if place < 0 or place > most:
            break
    shown = text if place < 0 else text[:place]
    shown = shown[:most]
    if len(shown) >= len(text.rstrip()):
        return text.rstrip("\n"), ""
    lines = text.count("\n", len(shown) + 1) + (not text.endswith("\n"))
    if lines > 1:
        return shown, f"{lines:,} more lines"
    return shown, f"{len(text) - len(shown):,} more characters"


def _todos(part: Todos, width: int) -> list[Content]:
    out: list[Content] = []
    for state, text in part.items:
        box, style = _BOXES.get(state, _BOXES["open"])
        pieces = layout.wrapped(Content.styled(safe.block(text, 400).replace("\n", " "), style), width - 2)
        out += [Content("  " if number else box) + piece for number, piece in enumerate(pieces)]
    return out


def _more(count: int, what: str) -> str:
    return f"{count:,} {what}" if count > 0 else ""
