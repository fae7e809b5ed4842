"""The kinds of text a message has, and the marks that let the index choose by them."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from msgspec import Struct


class Facet(IntEnum):
    """What a doc's text is. The value is what a shard stores."""

    PROMPT = 1
    REPLY = 2
    THINKING = 3
    TOOL_INPUT = 4
    TOOL_OUTPUT = 5
    TITLE = 6
    FILE = 7
    """The path of a file that a tool call or an attachment names."""

    @property
    def word(self) -> str:
        """The facet's name in screens, commands and JSON."""
        return self.name.lower()

    @property
    def role(self) -> str:
        """Who says such a text: what `role:` looks at."""
        return _ROLES[self]


_ROLES: Final = {
    Facet.PROMPT: "user",
    Facet.REPLY: "assistant",
    Facet.THINKING: "assistant",
    Facet.TOOL_INPUT: "assistant",
    Facet.TOOL_OUTPUT: "tool",
    Facet.TITLE: "title",
    Facet.FILE: "assistant",
}
GROUPS: Final[dict[str, tuple[Facet, ...]]] = {
    "prompts": (Facet.PROMPT,),
    "replies": (Facet.REPLY,),
    "thinking": (Facet.THINKING,),
    "tools": (Facet.TOOL_INPUT, Facet.TOOL_OUTPUT),
    "titles": (Facet.TITLE,),
    "files": (Facet.FILE,),
}
"""What a search can be limited to, by the words people use."""


class Flag:
    """Bits of a doc's `flags`."""

    ERROR = 1
    """The message tells of an error: a tool that failed, an answer that never came."""
    COPIED = 2
    """The log says that the line was first written in another session."""
    SEVERAL = 4
    """Its line has other docs, too."""


class Kind(IntEnum):
    """What a shard's `name` row names."""

    SESSION = 1
    TOOL = 2
    PATH = 3


class Doc(Struct, frozen=True):
    """One facet of one line of a log, to be indexed. `ts` in epoch ms, `offset` and `length` in bytes."""

    offset: int
    length: int
    ts: int
    facet: Facet
    session: str
    text: str
    tools: tuple[str, ...] = ()
    """The tools of the calls in it, or whose results it holds."""
    paths: tuple[str, ...] = ()
    """The files that its line names; of a FILE doc its own comes first."""
    flags: int = 0
    key: int = 0
    """What copies of it in other logs have alike; others rarely."""
