"""What a transcript shows: the heads of its items, which are at hand, and their texts, which are fetched."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol, TypeAlias

import msgspec
from msgspec import Struct


class Depth(IntEnum):
    """How much of a conversation is shown; each level adds to those before."""

    PROMPTS = 1
    REPLIES = 2
    SUBAGENTS = 3
    TOOLS = 4
    EVERYTHING = 5

    @property
    def word(self) -> str:
        return ("prompts", "replies", "subagents", "tools", "everything")[self - 1]


class Kind(IntEnum):
    """What an item is."""

    PROMPT = 1
    REPLY = 2
    THINKING = 3
    TOOL = 4
    SUBAGENT = 5
    RULE = 6
    """A mark across the page: compaction, another model, interruption, a limit."""
    PROBLEM = 7
    """An error the agent met: shown open."""
    NOTE = 8
    """Hooks, reminders, commands, anything of the machinery: folded."""


class Head(msgspec.Struct, frozen=True, gc=False):
    """What is known of an item without reading its text. Strings are as the log has them: not yet clean."""

    key: str
    """The item's own identity, the same when the conversation has grown."""
    kind: Kind
    title: str
    """The one line it is when folded; of prompts and replies: who speaks."""
    depth: Depth
    time_ms: int | None = None
    figures: str = ""
    """Cost and tokens of the turn that begins here, for people."""
    note: str = ""
    """What stands quietly behind the title: an exit code, a line count, `hidden by the agent`."""
    error: bool = False
    edits: bool = False
    command: bool = False
    """A program was run."""
    level: int = 0
    """How deep inside subagents it stands."""
    length: int = 0
    """About how many characters its text has."""
    breaks: int = 0
    """About how many line breaks."""
    hollow: bool = False
    """It has no text to unfold."""
    fill: tuple[int, int | None] | None = None
    """Tokens that the last call of the turn was given to read, and how many fit (None: not known)."""
    branch: str = ""
    """Of what was taken back: the key of the rule it is folded away under."""
    holds: bool = False
    """It is such a rule."""
    opens: bool = False
    """There are images or documents in it, to be opened by another program."""


class Prose(Struct, frozen=True):
    """Markdown. `breaks`: a line break is one (as people type them)."""

    text: str
    breaks: bool = False


class Code(Struct, frozen=True):
    """Source text; `first` is the number of its first line, None: no numbers."""

    text: str
    language: str = ""
    first: int | None = None
    folds: bool = False
    """Its long lines are folded, as a command's are, not scrolled sideways."""


class Output(Struct, frozen=True):
    """What a program wrote, with its colours."""

    text: str
    error: bool = False


class Hunk(Struct, frozen=True):
    """Some lines of a change, each with its sign (` `, `+`, `-`) before it."""

    old: int
    """The number of the first line before the change; 0 when unknown."""
    new: int
    lines: tuple[str, ...]


class Diff(Struct, frozen=True):
    """A change of one file."""

    path: str
    hunks: tuple[Hunk, ...]
    language: str = ""


class Todos(Struct, frozen=True):
    """A list of things to do: (`done` | `doing` | `open`, text)."""

    items: tuple[tuple[str, str], ...]


class Label(Struct, frozen=True):
    """A quiet line over what follows."""

    text: str
    loads: bool = False
    """There is more in a file of its own, which Enter loads."""
    opens: bool = False
    """It stands for an image or a document, which Enter opens."""


Part: TypeAlias = Prose | Code | Output | Diff | Todos | Label
Body: TypeAlias = tuple[Part, ...]


class Pages(Protocol):
    """A conversation. `heads` is at hand; `body` answers from memory or says that it must be fetched."""

    @property
    def heads(self) -> tuple[Head, ...]: ...

    def body(self, item: int) -> Body | None:
        """The text of an item; None: not here yet."""

    def said(self, item: int) -> Sequence[str]:
        """The texts that a search looks into, as far as they are here; all of them once `body` is."""
