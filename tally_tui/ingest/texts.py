"""What a log says, stretch by stretch, as docs for the library: one a line and facet."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import Final
from zlib import crc32

import msgspec

from tally_tui.library.facets import Doc, Flag
from tally_tui.library.facets import Facet as LibraryFacet
from tally_tui.logs.claude_file_session import session_of_lines
from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Facet, Item, ItemChunk, Kind, Mark, fields
from tally_tui.model import Provider

OPEN_CALLS: Final = 500
"""Calls whose results are awaited, at most: of more the oldest are forgotten."""
_FACETS: Final[dict[Facet, LibraryFacet]] = {
    Facet.PROMPT: LibraryFacet.PROMPT,
    Facet.REPLY: LibraryFacet.REPLY,
    Facet.THINKING: LibraryFacet.THINKING,
    Facet.TOOL_INPUT: LibraryFacet.TOOL_INPUT,
    Facet.TOOL_OUTPUT: LibraryFacet.TOOL_OUTPUT,
    Facet.TITLE: LibraryFacet.TITLE,
    Facet.FILE: LibraryFacet.FILE,
}
_CALLS: Final = frozenset({Kind.TOOL_CALL, Kind.TODO, Kind.QUESTION, Kind.PLAN})


class _Memory(msgspec.Struct, array_like=True):
    """What is remembered at a cursor: the parser's state, the last time stamp, calls awaiting results."""

    parser: bytes = b""
    ts: int = 0
    calls: dict[str, tuple[str, list[str]]] = {}
    named: str = ""
    """The session that the file is named after, where its lines are of another, and …"""
    session: str = ""
    """… that one."""
    place: str = ""
    """As of the sessions that it named."""


class TextStretch(msgspec.Struct):
    """The docs of a stretch, and where the next one begins."""

    docs: list[Doc]
    cursor: int
    state: bytes
    at_end: bool
    skipped: int = 0
    """Lines that could not be made into docs."""


def place_in(state: bytes) -> str:
    """The place by which the docs so far name their session."""
    return msgspec.msgpack.decode(state, type=_Memory).place if state else ""


def read_docs(
    path: str, provider: Provider, cursor: int, state: bytes, changed_ms: int, place: str = ""
) -> TextStretch:
    """The docs of a log from `cursor` on, some MiB of it at most; `changed_ms` stands in for a missing time.

    `place` tells the log's session from unrelated ones of the same id.

    Raises:
        UnreadableLogError: the file cannot be opened or uncompressed.
    """
    memory = msgspec.msgpack.decode(state, type=_Memory) if state else _Memory()
    if not cursor and provider is Provider.CLAUDE:
        named, session = session_of_lines(path)
        if named != session:
            memory.named, memory.session = named, session
    chunk = parse_items(path, provider, cursor, memory.parser)
    memory.place = place or memory.place
    docs, skipped = _docs(chunk, memory, changed_ms, provider)
    memory.parser = chunk.state
    return TextStretch(docs, chunk.cursor, msgspec.msgpack.encode(memory), chunk.at_end, skipped)


def _docs(chunk: ItemChunk, memory: _Memory, changed_ms: int, provider: Provider) -> tuple[list[Doc], int]:
    if not memory.ts:
        # What a file begins with may have no time of its own: titles, summaries.
        changed_ms = next((item.ts for item in chunk.items if item.ts is not None), changed_ms)
    found: list[Doc] = []
    skipped = 0
    for _, line in groupby(chunk.items, attrgetter("offset")):
        try:
            found += _line(list(line), memory, changed_ms, provider)
        except Exception:
            # One line that we are not up to must not keep all others from being indexed.
            skipped += 1
    return found, skipped


def _line(line: list[Item], memory: _Memory, changed_ms: int, provider: Provider) -> list[Doc]:
    """A line's docs: its texts by facet, each with the tools and files of its calls and results."""
    texts: dict[Facet, list[str]] = {}
    tools: dict[str, None] = {}
    paths: dict[str, None] = {}
    flags = 0
    for item in line:
        tool, files = item.name if item.kind in _CALLS else "", item.files
        if item.kind in _CALLS:
            if item.call:
                memory.calls[item.call] = (item.name, item.files)
                if len(memory.calls) > OPEN_CALLS:
                    del memory.calls[next(iter(memory.calls))]
        elif item.kind is Kind.TOOL_RESULT:
            tool, named = memory.calls.pop(item.call, (item.name, []))
            files = [*files, *named]
        if tool:
            tools[tool] = None
        paths.update(dict.fromkeys(files))
        if item.marks & Mark.FAILED or item.kind in (Kind.ERROR, Kind.LIMIT):
            flags |= Flag.ERROR
        if item.marks & Mark.COPIED:
            flags |= Flag.COPIED
        for facet, text in fields(item):
            texts.setdefault(facet, []).append(text)
    if len(texts) > 1 or len(set(texts.get(Facet.FILE, ()))) > 1:
        flags |= Flag.SEVERAL
    first = line[0]
    session = first.session
    if memory.named and session.partition("/")[0] == memory.named:
        session = memory.session + session.removeprefix(memory.named)
    if memory.place:
        root, slash, agent = session.partition("/")
        session = f"{root}@{memory.place}{slash}{agent}"
    ts = next((item.ts for item in line if item.ts is not None), None)
    if ts is None:
        ts = memory.ts or changed_ms
    memory.ts = ts
    named_tools, named_paths = tuple(tools), tuple(paths)
    docs = []
    for facet, parts in texts.items():
        if facet is Facet.FILE:
            for path in dict.fromkeys(parts):
                own = (path, *(other for other in named_paths if other != path))
                docs.append(
                    Doc(first.offset, first.length, ts, LibraryFacet.FILE, session, path, named_tools, own, flags,
                        _key(line, path, provider))
                )
            continue
        text = "\n".join(parts)
        docs.append(
            Doc(
                first.offset, first.length, ts, _FACETS[facet], session, text, named_tools, named_paths, flags,
                _key(line, text, provider),
            )
        )  # fmt: skip
    return docs


def _key(line: list[Item], text: str, provider: Provider) -> int:
    """What a line's copies have alike. Claude's keep the message's id; Codex gives what it copies to a fork new ids."""
    own = line[0].uuid if provider is Provider.CLAUDE else ""
    return crc32((own or text).encode(errors="surrogatepass"))
