"""A conversation as its log tells it: items, each pointing at the line it was read from.

An item is what a reader shows as one block and what a search finds: a prompt, a reply, a tool call, a
result, a compaction. Offsets and lengths are bytes of the (uncompressed) log, times epoch milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import Any, Final

import msgspec

_COLOURS: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]+[0-~])")
"""What sets colours and moves a terminal's cursor: its letters are no part of the word behind it."""
STRETCH: Final = 8 << 20
"""Bytes read into one chunk: items hold their texts, so what is in memory is bounded by it."""


class Kind(IntEnum):
    """What an item is. The value may be stored; new kinds go to the end."""

    RAW = 0
    """A record this program does not know: shown as it stands, folded."""
    PROMPT = 1
    """What a person asked, typed, queued or passed on a command line."""
    REPLY = 2
    THINKING = 3
    TOOL_CALL = 4
    TOOL_RESULT = 5
    PLAN = 6
    TODO = 7
    """The task list as it stands after this item (a call; its result follows)."""
    QUESTION = 8
    """A question to the person (a call); the result that follows holds the answers."""
    IMAGE = 9
    DOCUMENT = 10
    """A file the person attached or that was read into the conversation."""
    COMMAND = 11
    """A slash command, or what one put out."""
    BASH = 12
    """A command the person ran with `!`, or what it put out."""
    HOOK = 13
    REMINDER = 14
    """What the agent told the model in the person's name: context, instructions, notifications."""
    COMPACTION = 15
    SUMMARY = 16
    """What a compaction left of the conversation before it."""
    INTERRUPTION = 17
    ERROR = 18
    LIMIT = 19
    MODEL_SWITCH = 20
    REWIND = 21
    BRANCH = 22
    """Another branch of the conversation begins here (made when a session is put together, not read)."""
    SYSTEM = 23
    TITLE = 24
    REVIEW = 25
    """A review begins or ends; its text is the reviewer's summary."""
    AGENT = 26
    """Words between agents, or a subagent's state."""
    CONTINUED = 27
    """The session goes on from, or in, another file."""

    @property
    def word(self) -> str:
        """The kind's name in JSON and filters: `tool_call`."""
        return self.name.lower()


class Mark:
    """Bits of an item's `marks`."""

    HIDDEN: Final = 1
    """Thinking whose words the provider keeps to itself."""
    FAILED: Final = 2
    """A tool result that is an error, a turn that ended in one."""
    QUEUED: Final = 4
    """A prompt typed while the agent was working, as it was put into the queue."""
    AGAIN: Final = 8
    """The same text stands in an earlier item of this file (a queued prompt when its turn came)."""
    COPIED: Final = 16
    """The log says that this line was first written in another session."""
    META: Final = 32
    """Written by the agent's program, in someone else's name."""
    ASIDE: Final = 64
    """Of a side conversation inside this file (old subagents)."""
    LOADED: Final = 128
    """Stands whole in a file beside the log; `name` or the text says where."""
    OUTPUT: Final = 256
    """Of a command or a `!` line: what it put out, not what was typed."""
    UNDONE: Final = 512
    """Taken back: rolled back or rewound (set when a session is put together)."""
    IMPORTED: Final = 1024
    """Of another agent's session, which holds it too: Codex copied it here."""


class Item(msgspec.Struct, array_like=True, gc=False):
    """One item of a conversation. (session's file, offset, length, part) finds it again."""

    kind: Kind
    offset: int
    length: int
    part: int = 0
    """Which item of its line it is: a line may hold several."""
    ts: int | None = None
    session: str = ""
    """The conversation that this file tells, as the ledger names sessions (`…/agent-…`: a subagent)."""
    uuid: str = ""
    """The message's own id: what bookmarks key on. Several items of one line share it."""
    parent: str = ""
    role: str = ""
    """`user`, `assistant`, `system` or `tool`; empty for what nobody said."""
    text: str = ""
    name: str = ""
    """A tool's, command's, hook's, model's or record's name, by kind."""
    call: str = ""
    """What pairs a tool call and its result."""
    message: str = ""
    """The id of the model response that this is a block of, where the log tells."""
    marks: int = 0
    files: list[str] = []
    """Paths that a tool call or an attachment names."""
    model: str = ""
    """The model that said it, where the line or an earlier one tells."""
    input: Any = None
    """A tool call's arguments (plain JSON values); None where they are plain text (then in `text`)."""
    detail: Any = None
    """What else the line tells: a patch, an exit code, token counts before and after. Large ones (what a
    tool call changed, an image's bytes, a record nobody knows) only when details are asked for."""


class ItemChunk(msgspec.Struct):
    """The items of a stretch of one log file, and where the next stretch begins."""

    items: list[Item] = []
    cursor: int = 0
    state: bytes = b""
    """The parser's memory at the cursor; opaque to everyone else."""
    lines: int = 0
    at_end: bool = True
    """Whether all that the file held was read (a partial last line waits)."""
    leaf: str = ""
    """The uuid at the tip of the conversation's active branch, where the log's last word on it is in this stretch."""
    links: dict[str, str] = {}
    """uuid → parent of every line, in the log's order: the branches run through lines that give no item too."""
    asides: dict[str, str] = {}
    """Claude: as `links`, of the lines of subagents that stand in their session's file."""
    known: dict[str, int] = {}
    """Lines that hold nothing of the conversation, by record type."""
    paired: dict[str, int] = {}
    """Lines that say again what an item says, by record type."""
    skipped: dict[str, list[int]] = {}
    """`unreadable:reason` → [lines, first offset]."""


class Facet(StrEnum):
    """What kind of text a search looks into."""

    PROMPT = "prompt"
    REPLY = "reply"
    THINKING = "thinking"
    TOOL_INPUT = "tool_input"
    TOOL_OUTPUT = "tool_output"
    TITLE = "title"
    FILE = "file"


_FACETS: Final[dict[Kind, Facet]] = {
    Kind.PROMPT: Facet.PROMPT,
    Kind.COMMAND: Facet.PROMPT,
    Kind.BASH: Facet.PROMPT,
    Kind.REPLY: Facet.REPLY,
    Kind.PLAN: Facet.REPLY,
    Kind.SUMMARY: Facet.REPLY,
    Kind.REVIEW: Facet.REPLY,
    Kind.AGENT: Facet.REPLY,
    Kind.ERROR: Facet.REPLY,
    Kind.LIMIT: Facet.REPLY,
    Kind.THINKING: Facet.THINKING,
    Kind.TOOL_CALL: Facet.TOOL_INPUT,
    Kind.QUESTION: Facet.TOOL_INPUT,
    Kind.TODO: Facet.TOOL_INPUT,
    Kind.TOOL_RESULT: Facet.TOOL_OUTPUT,
    Kind.DOCUMENT: Facet.TOOL_OUTPUT,
    Kind.HOOK: Facet.TOOL_OUTPUT,
    Kind.TITLE: Facet.TITLE,
}


def fields(item: Item) -> Iterator[tuple[Facet, str]]:
    """The texts of an item that a search looks into, each with its facet; none of what was said before or elsewhere.

    Terminals' colours are left out: what a program put out is found as a person saw it.
    """
    if item.marks & (Mark.AGAIN | Mark.IMPORTED):
        return
    facet = _FACETS.get(item.kind)
    if facet is not None:
        if item.marks & Mark.OUTPUT:
            facet = Facet.TOOL_OUTPUT
        if item.text:
            yield facet, _plain(item.text)
        if item.input is not None:
            words = "\n".join(input_texts(item))
            if words:
                yield facet, _plain(words)
    for path in item.files:
        yield Facet.FILE, path


def _plain(text: str) -> str:
    return _COLOURS.sub("", text) if "\x1b" in text else text


def strings(value: Any) -> Iterator[str]:
    """The non-empty strings in plain JSON values, in their order, without the names of fields."""
    waiting: list[Any] = [value]
    while waiting:
        value = waiting.pop()
        if type(value) is str:
            if value:
                yield value
        elif type(value) is dict:
            waiting.extend(reversed(value.values()))
        elif type(value) is list:
            waiting.extend(reversed(value))


def input_texts(item: Item) -> Iterator[str]:
    """The strings in a tool call's arguments."""
    return strings(item.input)
