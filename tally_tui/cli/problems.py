"""What goes wrong at the prompt: one sentence, the line that was typed, and a pointer at the word."""

from __future__ import annotations

from msgspec import Struct

from tally_tui.cli.text import cells, shown

BAD_QUESTION = 2
"""Exit status: what was asked cannot be understood."""
FAILED = 1
"""Exit status: it was understood, and did not work."""
STOPPED = 130
"""Exit status: stopped with Ctrl-C."""


class BadQuestionError(Exception):
    """The command line cannot be understood. `pointer` shows where."""

    def __init__(self, message: str, pointer: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer
        self.hint = hint

    def __str__(self) -> str:
        """The whole message, as written to stderr."""
        lines = [f"tally-tui: {shown(super().__str__())}"]
        if self.pointer:
            lines.append(self.pointer)
        if self.hint:
            lines.append(shown(self.hint))
        return "\n".join(lines)


class FailedError(Exception):
    """It was understood and did not work; the message says what happened, what was kept, what to do."""


class StoppedError(Exception):
    """Ctrl-C while logs were read; what was read is kept."""


class Line(Struct, frozen=True):
    """The command line as typed: what a pointer points into."""

    words: tuple[str, ...]

    def point(self, index: int, start: int = 0, length: int | None = None) -> str:
        """Two lines: the command line, and `^^^^` under a stretch of the word at `index`.

        An index past the end points at where a word is missing.
        """
        quoted = ["tally-tui", *(_quoted(word) for word in self.words)]
        if index >= len(self.words):
            return _pointed(" ".join(quoted) + " ", "", "^^^^")
        word = self.words[index]
        shift = 1 if quoted[index + 1] != word else 0
        before = " ".join(quoted[: index + 1]) + " " + quoted[index + 1][: start + shift]
        stretch = word[start:] if length is None else word[start : start + length]
        return _pointed(" ".join(quoted), before, "^" * max(1, cells(shown(stretch))))


def point_into(text: str, start: int, length: int) -> str:
    """Two lines: a text, and `^^^^` under a stretch of it."""
    carets = "^" * max(1, cells(shown(text[start : start + length])))
    return _pointed(shown(text), shown(text[:start]), carets)


def _pointed(text: str, before: str, carets: str) -> str:
    indent = cells(before) if before else cells(text) if text.endswith(" ") else 0
    return f"  {text}\n  {' ' * indent}{carets}"


def _quoted(word: str) -> str:
    """The word as a shell would need it; a word inside quotes starts one column later."""
    plain = shown(word)
    if plain and all(each.isalnum() or each in "@%+=:,./-_…" for each in plain):
        return plain
    return "'" + plain + "'" if "'" not in plain else '"' + plain + '"'
