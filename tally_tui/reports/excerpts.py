"""How a session began and what was said in it last: a few words of each, read from its log's two ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from tally_tui.logs.boilerplate import telling
from tally_tui.logs.lines import UnreadableLogError, is_compressed
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Provider
from tally_tui.rules.redaction import masked

LONGEST: Final = 400
"""Characters of each."""
FROM_START: Final = (128 << 10, 4 << 20)
"""Bytes of a stretch, and of all of them: a Codex log may begin with long instructions."""
FROM_END: Final = (64 << 10, 512 << 10, 4 << 20)
"""Bytes looked at for the last words, one after the other until some are found."""
MOST_COMPRESSED: Final = 4 << 20
"""A compressed log can only be read from its start; a larger one is left alone."""
_LOOKED_AT: Final = 16_384
"""Characters of a text that an excerpt is taken from."""
_SIGNS: Final = re.compile(r"^\s*(?:#{1,6}\s|```\w*$|\|[-:| ]+\|$)|\*\*|`", re.MULTILINE)
_NOT_SAID: Final = Mark.ASIDE | Mark.META | Mark.AGAIN


class Excerpt(Struct, frozen=True):
    """Of one log, on one line, secrets masked. Empty: nothing was found."""

    prompt: str = ""
    reply: str = ""


class Excerpts(Struct, frozen=True):
    """The answer to an ExcerptsRequest: log's path → excerpt, of those that are read by now."""

    of: dict[str, Excerpt]


def excerpt(provider: Provider, path: str, prompt: str = "") -> Excerpt:
    """Read a log's excerpt; `prompt`: its first one where that is known. An unreadable log has none."""
    try:
        if is_compressed(path):
            return _of_all(provider, path)
        size = Path(path).stat().st_size
        return Excerpt(prompt or _first_prompt(provider, path), _last_reply(provider, path, size))
    except (OSError, UnreadableLogError):
        return Excerpt(prompt)


def _of_all(provider: Provider, path: str) -> Excerpt:
    if Path(path).stat().st_size > MOST_COMPRESSED:
        return Excerpt()
    items = parse_items(path, provider).items
    return Excerpt(next(_prompts(items), ""), next(_replies(items), ""))


def _first_prompt(provider: Provider, path: str) -> str:
    stretch, most = FROM_START
    cursor, state, copied = 0, b"", ""
    while cursor < most:
        chunk = parse_items(path, provider, cursor, state, stretch)
        # A fork's own first prompt tells more than its parent's.
        own = next(_prompts(item for item in chunk.items if not item.marks & Mark.COPIED), "")
        if own:
            return own
        copied = copied or next(_prompts(chunk.items), "")
        if chunk.at_end or chunk.cursor == cursor:
            break
        cursor, state = chunk.cursor, chunk.state
    return copied


def _last_reply(provider: Provider, path: str, size: int) -> str:
    for reach in FROM_END:
        start = max(0, size - reach)
        with Path(path).open("rb") as log:
            if start:
                log.seek(start - 1)
                log.readline()
                start = log.tell()
        if start < size:
            found = next(_replies(parse_items(path, provider, start, b"", size - start).items), "")
            if found:
                return found
        if reach >= size:
            break
    return ""


def _prompts(items: Iterator[Item] | list[Item]) -> Iterator[str]:
    for item in items:
        if item.kind is Kind.PROMPT and not item.marks & _NOT_SAID and (words := _line(telling(item.text))):
            yield words


def _replies(items: list[Item]) -> Iterator[str]:
    for item in reversed(items):
        if item.kind in (Kind.REPLY, Kind.PLAN) and not item.marks & (Mark.ASIDE | Mark.META) and (
            words := _line(item.text)
        ):
            yield words


def _line(text: str) -> str:
    """The words on one line, without the signs that make headings, bold text and code of them."""
    # Masked before it is cut: half of a secret is not known as one.
    return " ".join(_SIGNS.sub("", masked(text[:_LOOKED_AT])[: 2 * LONGEST]).split())[:LONGEST]
