"""What programs wrote to a terminal: their colours kept, every other order they gave it dropped."""

from __future__ import annotations

import re

from textual.content import Content

from tally_tui.widgets.transcript import safe

ESCAPE = re.compile(
    "(?:\x1b\\[|\x9b)(?P<colours>[0-9;:]*)m"  # colours and weights
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"  # the cursor, the screen
    "|(?:\x1b[PX^_\\]]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)?"  # titles, links, pictures
    "|\x1b[ -/]*[0-~]"
)
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_WEIGHTS = {1: "bold", 3: "italic", 4: "underline", 9: "strike"}
_ENDS = {22: ("bold",), 23: ("italic",), 24: ("underline",), 29: ("strike",)}


def output(text: str) -> list[Content]:
    """The lines of a program's output with its colours as named styles."""
    pen = _Pen()
    return [_line(each, pen) for each in text.removesuffix("\n").split("\n")]


def _line(text: str, pen: _Pen) -> Content:
    text = text.removesuffix("\r")
    if "\r" in text:
        # A progress bar draws over itself: what stood there last is what a person saw.
        shown = [piece for piece in text.split("\r") if ESCAPE.sub("", piece).strip()]
        text = shown[-1] if shown else ""
    if "\x08" in text:
        text = re.sub("[^\x08\x1b]\x08", "", text)
    pieces: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = used = 0

    def add(piece: str) -> None:
        nonlocal used
        if not piece:
            return
        piece = safe.line(piece.expandtabs(safe.TAB) if "\t" in piece else piece)
        spans.extend((used, used + len(piece), style) for style in pen.styles)
        pieces.append(piece)
        used += len(piece)

    for found in ESCAPE.finditer(text):
        add(text[at : found.start()])
        at = found.end()
        colours = found.group("colours")
        if colours is not None:
            pen.take(colours)
        if used > safe.LONGEST:
            break
    add(text[at:] if used <= safe.LONGEST else "")
    whole = "".join(pieces)
    if len(whole) > safe.LONGEST:
        return Content(safe.short(whole))
    return safe.styled(whole, spans)


class _Pen:
    """What colours and weights are in force."""

    def __init__(self) -> None:
        self.colour = ""
        self.weights: set[str] = set()

    @property
    def styles(self) -> list[str]:
        colour = [f".transcript--{self.colour}"] if self.colour else []
        return [*sorted(self.weights), *colour]

    def take(self, codes: str) -> None:
        """One `ESC [ … m`. Backgrounds are left out: on another ground they hide the text."""
        numbers = [int(each) if each.isdigit() else 0 for each in re.split("[;:]", codes)]
        while numbers:
            code = numbers.pop(0)
            if code == 0:
                self.colour, self.weights = "", set()
            elif code in _WEIGHTS:
                self.weights.add(_WEIGHTS[code])
            elif code in _ENDS:
                self.weights -= set(_ENDS[code])
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.colour = _COLOURS[code % 10]
            elif code == 39:
                self.colour = ""
            elif code in (38, 48):
                wanted = _extended(numbers)
                if code == 38:
                    self.colour = wanted


def _extended(numbers: list[int]) -> str:
    """The nearest plain colour of `5;n` or `2;r;g;b`, taking them off the list."""
    kind = numbers.pop(0) if numbers else 0
    if kind == 5 and numbers:
        number = numbers.pop(0)
        if number < 16:
            return _COLOURS[number % 8]
        if number >= 232:
            return "" if number > 243 else "black"
        number -= 16
        return _nearest(number // 36 * 51, number // 6 % 6 * 51, number % 6 * 51)
    if kind == 2 and len(numbers) >= 3:
        red, green, blue = numbers[:3]
        del numbers[:3]
        return _nearest(red, green, blue)
    return ""


def _nearest(red: int, green: int, blue: int) -> str:
    most = max(red, green, blue)
    if most - min(red, green, blue) < 48:
        return "" if most > 100 else "black"
    half = (most + min(red, green, blue)) // 2
    return _COLOURS[(red > half) + 2 * (green > half) + 4 * (blue > half)]
