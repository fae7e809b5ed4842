"""The lines of a comparison of two sessions: figures, prompts, tools and files, for a width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from rich.cells import cell_len

from tally_tui.reports.compare import CompareSide, Comparison, FileUse, PromptTurn, ToolUse
from tally_tui.rules.zones import local
from tally_tui.widgets import figures
from tally_tui.widgets.text import crop, fit
from tally_tui.widgets.transcript import safe

BESIDE: Final = 60
"""From this many columns on the two stand side by side."""
ONE_LINE: Final = 58
"""From this many columns a side on a prompt and its figures stand on one line."""
LABEL: Final = 12
BETWEEN: Final = 3
COUNTS: Final = 23
"""Cells for cost, tokens and errors of a prompt."""
_SIDES: Final = ("left", "right")
_LETTERS: Final = {"left": "A", "right": "B"}


class Piece(Struct, frozen=True):
    """A stretch of a line; `side` is `left`, `right` or neither."""

    text: str
    style: str = "fact"
    side: str = ""


class Line(Struct, frozen=True):
    """A line of the comparison. Those of one `stop` belong together; the cursor walks over stops."""

    pieces: tuple[Piece, ...]
    stop: int | None = None
    pair: int | None = None
    heading: bool = False


class Fact(Struct, frozen=True):
    """A figure of both sides. `sizes` tell which is more."""

    name: str
    left: str
    right: str
    sizes: tuple[float, float] | None = None

    @property
    def sign(self) -> str:
        if self.sizes is None or self.left == self.right:
            return "=" if self.left == self.right else " "
        return ">" if self.sizes[0] > self.sizes[1] else "<" if self.sizes[0] < self.sizes[1] else "="


def facts(found: Comparison, zone: ZoneInfo, short: bool = False) -> list[Fact]:
    """The figures of both sides, in order; texts are clean. `short`: times without the year, models without maker."""
    one, other = found.left, found.right
    ours, theirs = one.row.figures, other.row.figures

    def number(name: str, left: int, right: int) -> Fact:
        return Fact(name, f"{left:,}", f"{right:,}", (left, right))

    def tokens(name: str, left: int, right: int) -> Fact:
        return Fact(name, figures.count(left), figures.count(right), (left, right))

    a, b = ours.tokens, theirs.tokens
    return [
        Fact("project", safe.line(one.row.project or "–"), safe.line(other.row.project or "–")),
        Fact("models", _models(one, short), _models(other, short)),
        Fact("time", _when(one, zone, short), _when(other, zone, short)),
        Fact("duration", figures.duration(one.duration_ms), figures.duration(other.duration_ms),
             (one.duration_ms, other.duration_ms)),
        Fact("cost", figures.cost(ours), figures.cost(theirs), (ours.cost, theirs.cost)),
        number("calls", ours.calls, theirs.calls),
        tokens("tokens", a.total, b.total),
        tokens("  input", a.input, b.input),
        tokens("  read", a.cache_read, b.cache_read),
        tokens("  written", a.write_5m + a.write_1h, b.write_5m + b.write_1h),
        tokens("  output", a.output, b.output),
        tokens("  reasoning", a.reasoning, b.reasoning),
        number("prompts", len(one.turns), len(other.turns)),
        number("subagents", one.row.subagents, other.row.subagents),
        number("tool calls", one.tools, other.tools),
        number("errors", one.errors, other.errors),
        number("files", found.both + found.only_left, found.both + found.only_right),
    ]  # fmt: skip


def _models(side: CompareSide, short: bool) -> str:
    names = [name.removeprefix("claude-") if short else name for name in side.row.models]
    return safe.line(", ".join(names)) or "–"


def _when(side: CompareSide, zone: ZoneInfo, short: bool) -> str:
    row = side.row
    if not row.first_ms:
        return "–"
    first, last = local(row.first_ms, zone), local(row.last_ms, zone)
    if short:
        return f"{first:%m-%d %H:%M}"
    end = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M} – {end}"


class Laying:
    """Makes the lines for one width."""

    def __init__(self, found: Comparison, width: int, zone: ZoneInfo) -> None:
        self.found, self.width, self.zone = found, width, zone
        self.beside = width >= BESIDE
        self.stop = -1

    def lines(self) -> Iterator[Line]:
        yield from self._titles()
        yield from (self._fact(fact) for fact in facts(self.found, self.zone, not self.beside))
        for side in _SIDES:
            told: CompareSide = getattr(self.found, side)
            for sign, words in (("✗", told.problem), ("▣", told.from_archive)):
                if words:
                    text = crop(f"{sign} {_LETTERS[side]}: {safe.line(words)}", self.width)
                    yield Line((Piece(text, "error" if sign == "✗" else "sign"),))
        yield from self._prompts()
        yield from self._tools()
        yield from self._files()

    # -- the head

    def _titles(self) -> Iterator[Line]:
        names = [safe.line(side.row.title or side.row.session) for side in (self.found.left, self.found.right)]
        if not self.beside:
            for side, name in zip(_SIDES, names, strict=True):
                yield Line((Piece(f"{_LETTERS[side]} ", "sign"), Piece(crop(name, self.width - 2), "title")))
            return
        left, right = self._halves(LABEL)
        yield Line((
            Piece(" " * LABEL), Piece("A ", "sign"), Piece(fit(names[0], left - 2), "title"), Piece(" " * BETWEEN),
            Piece("B ", "sign"), Piece(crop(names[1], right - 2), "title"),
        ))  # fmt: skip

    def _halves(self, taken: int = 0) -> tuple[int, int]:
        room = max(8, self.width - taken - BETWEEN)
        return room // 2, room - room // 2

    def _fact(self, fact: Fact) -> Line:
        left, right = self._halves(LABEL)
        return Line((
            Piece(fit(fact.name, LABEL), "quiet"), Piece(fit(fact.left, left)), Piece(f" {fact.sign} ", "sign"),
            Piece(crop(fact.right, right)),
        ))  # fmt: skip

    def _heading(self, words: str) -> Iterator[Line]:
        yield Line((Piece(""),))
        rule = "─" * max(0, self.width - cell_len(words) - 1)
        yield Line((Piece(crop(words, self.width), "title"), Piece(f" {rule}", "quiet")), heading=True)

    # -- prompts

    def _prompts(self) -> Iterator[Line]:
        found = self.found
        same = sum(pair.alike == 1 for pair in found.pairs)
        alike = sum(0 < pair.alike < 1 for pair in found.pairs)
        yield from self._heading(f"Prompts · {same:,} the same, {alike:,} alike")
        if not found.pairs:
            yield Line((Piece("Neither has a prompt that can be read.", "quiet"),))
        for number, pair in enumerate(found.pairs):
            self.stop += 1
            ours = None if pair.left is None else found.left.turns[pair.left]
            theirs = None if pair.right is None else found.right.turns[pair.right]
            sign = "=" if pair.alike == 1 else "≈" if pair.alike else " "
            for pieces in self._pair(ours, theirs, sign):
                yield Line(tuple(pieces), self.stop, number)

    def _pair(self, ours: PromptTurn | None, theirs: PromptTurn | None, sign: str) -> Iterator[list[Piece]]:
        if not self.beside:
            for side, turn in zip(_SIDES, (ours, theirs), strict=True):
                if turn is not None:
                    lead = f"{sign if side == 'right' and ours else ' '}{_LETTERS[side]} "
                    yield [Piece(lead, "sign"), Piece(fit(_words(turn), self.width - 3), "fact", side)]
                    yield [Piece("   "), *_counts(turn, self.width - 3, side)]
            return
        left, right = self._halves()
        if left >= ONE_LINE:
            yield [
                *self._half(ours, left, "left"), Piece(f" {sign} ", "sign"), *self._half(theirs, right, "right")
            ]
            return
        yield [
            Piece(fit(_words(ours) if ours else "", left), "fact", "left"), Piece(f" {sign} ", "sign"),
            Piece(fit(_words(theirs) if theirs else "", right), "fact", "right"),
        ]  # fmt: skip
        yield [*_counts(ours, left, "left"), Piece(" " * BETWEEN), *_counts(theirs, right, "right")]

    def _half(self, turn: PromptTurn | None, width: int, side: str) -> list[Piece]:
        if turn is None:
            return [Piece(" " * width, "fact", side)]
        words = fit(_words(turn), width - COUNTS - 1)
        return [Piece(f"{words} ", "fact", side), *_counts(turn, COUNTS, side)]

    # -- tools and files

    def _tools(self) -> Iterator[Line]:
        yield from self._heading("Tools")
        if not self.found.tools:
            yield Line((Piece("No tool was used.", "quiet"),))
            return
        name, count = self._columns()
        heads = (fit(letter, count, right=True) for letter in _LETTERS.values())
        yield Line((Piece(" " * name), Piece((" " * BETWEEN).join(heads), "sign")))
        for each in self.found.tools:
            self.stop += 1
            yield Line(tuple(self._tool(each)), self.stop)

    def _columns(self) -> tuple[int, int]:
        """Cells for a tool's name, and for how often a side used it."""
        count = 12 if self.beside else 9
        return max(8, min(56, self.width - 2 * count - BETWEEN)), count

    def _tool(self, each: ToolUse) -> Iterator[Piece]:
        name, count = self._columns()
        yield Piece(fit(safe.line(each.name), name), "fact")
        for side, times, failed in (("left", each.left, each.left_failed), ("right", each.right, each.right_failed)):
            wrong = f" ✗{failed:,}" if failed else ""
            text = f"{times:,}" if times else "–"
            yield Piece(fit(text, count - cell_len(wrong), right=True), "fact" if times else "quiet")
            yield Piece(wrong, "error")
            if side == "left":
                yield Piece(" " * BETWEEN)

    def _files(self) -> Iterator[Line]:
        found = self.found
        words = f"Files · {found.both:,} both, {found.only_left:,} only A, {found.only_right:,} only B"
        yield from self._heading(words)
        if not found.files:
            yield Line((Piece("No file was touched.", "quiet"),))
        for each in found.files:
            self.stop += 1
            yield Line(tuple(self._file(each)), self.stop)

    def _file(self, each: FileUse) -> Iterator[Piece]:
        room = max(8, self.width - 11)
        path = safe.line(each.path)
        if cell_len(path) > room:
            path = "…" + path[-(room - 1) :]  # the end of a path tells most
        yield Piece(fit(path, room), "fact" if each.left and each.right else "quiet")
        for side, use in (("left", each.left), ("right", each.right)):
            sign = {"changed": "±", "read": "·"}.get(use, "")
            yield Piece(f" {_LETTERS[side]}{sign:<2}" if use else "    ", "change" if use == "changed" else "quiet")


def _words(turn: PromptTurn) -> str:
    return safe.line(" ".join(turn.text.split())[:400]) or "(no words)"


def _counts(turn: PromptTurn | None, width: int, side: str) -> list[Piece]:
    """A turn's cost, tokens and errors, at the right end of `width` cells."""
    if turn is None:
        return [Piece(" " * width, "quiet", side)]
    spent = turn.spent
    told = f"{figures.money_of(spent.cost, spent.unpriced):>9} {figures.count(spent.tokens):>6}" if spent.calls else ""
    wrong = f" ✗{turn.errors:,}" if turn.errors else ""
    room = max(0, width - 5)
    return [Piece(fit(told, room, right=True), "quiet", side), Piece(fit(wrong, width - room), "error", side)]
