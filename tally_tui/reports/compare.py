"""Two sessions side by side: what they cost, did and touched, and their prompts aligned."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from tally_tui.ledger.ask import Mode
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.answers import Figures, SessionRow
from tally_tui.reports.conversation import Conversation, Entry, NoLogError, Spent, UnreadableLogError, conversation
from tally_tui.reports.conversation_files import SessionLog, find_session, root_of
from tally_tui.reports.conversation_order import ASKED, CALLS, Block
from tally_tui.reports.sessions import sessions
from tally_tui.rules.alignment import align

_NOT_ASKED: Final = Mark.OUTPUT | Mark.COPIED | Mark.ASIDE
_CHANGING: Final = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit", "apply_patch"})
_ERRORS: Final = frozenset({Kind.ERROR, Kind.LIMIT})
KEPT: Final = 2_000
"""Characters of a prompt that an answer holds."""


class PromptTurn(Struct, frozen=True):
    """A prompt and all that follows until the next; what its subagents spent is not in it."""

    text: str
    """The beginning of the prompt: hostile, as typed."""
    time_ms: int | None
    spent: Spent
    errors: int
    """Tool calls that failed, errors and limits, its subagents' too."""
    tools: int
    """Tool calls, its subagents' too."""
    file: str
    offset: int
    length: int
    """The prompt's line in its log (or the copy of it that was read)."""


class CompareSide(Struct, frozen=True):
    """One of the two."""

    row: SessionRow
    """The same figures that the list of sessions has."""
    turns: tuple[PromptTurn, ...] = ()
    errors: int = 0
    tools: int = 0
    from_archive: str = ""
    problem: str = ""
    """Why its conversation could not be read; its figures stand all the same."""

    @property
    def duration_ms(self) -> int:
        """From its first call to its last."""
        return self.row.last_ms - self.row.first_ms

    @property
    def beside(self) -> int:
        """What its cost has beside the prompts' (subagents, turns that were taken back), nano-dollars."""
        return self.row.figures.cost - sum(turn.spent.cost for turn in self.turns)


class Pair(Struct, frozen=True):
    """A line of the comparison: numbers of turns; None: the other side has nothing like it."""

    left: int | None
    right: int | None
    alike: float
    """1 the same words, 0 no pair."""


class ToolUse(Struct, frozen=True):
    """How often each side used a tool, and how often that failed."""

    name: str
    left: int
    right: int
    left_failed: int = 0
    right_failed: int = 0


class FileUse(Struct, frozen=True):
    """A file that a side's tools named: `''` not at all, `read` or `changed`."""

    path: str
    """Below the session's folder where it lies there."""
    left: str
    right: str


class Comparison(Struct, frozen=True):
    """The answer to a CompareRequest."""

    timezone: str
    left: CompareSide
    right: CompareSide
    pairs: tuple[Pair, ...]
    tools: tuple[ToolUse, ...]
    files: tuple[FileUse, ...]

    @property
    def both(self) -> int:
        """How many files both touched."""
        return sum(bool(each.left and each.right) for each in self.files)

    @property
    def only_left(self) -> int:
        return sum(bool(each.left and not each.right) for each in self.files)

    @property
    def only_right(self) -> int:
        return sum(bool(each.right and not each.left) for each in self.files)


def compare(
    db: sqlite3.Connection, left: str, right: str, *, tz: ZoneInfo, mode: Mode = "calculate"
) -> Comparison:
    """Compare two sessions, named by their ids or beginnings of them; a subagent stands for the session at its top.

    Raises:
        NoSessionError: no session, or more than one, is meant by one of them.
    """
    sides = [_side(db, word, tz, mode) for word in (left, right)]
    (one, ours), (other, theirs) = sides
    pairs = align([turn.text for turn in one.turns], [turn.text for turn in other.turns])
    return Comparison(
        timezone=tz.key,
        left=one,
        right=other,
        pairs=tuple(Pair(*each) for each in pairs),
        tools=_tools(ours, theirs),
        files=_files(ours, theirs),
    )


class _Work(Struct):
    """What a conversation's calls did."""

    folders: tuple[str, ...]
    calls: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    files: dict[str, str] = field(default_factory=dict)

    def take(self, block: Block) -> tuple[int, int]:
        """(errors, tool calls) of a block, remembered."""
        item, errors, tools = block.item, 0, 0
        if item.kind in CALLS:
            tools = 1
            self.calls[item.name] += 1
            if block.failed:
                errors = 1
                self.failed[item.name] += 1
            changing = item.name in _CHANGING or any(map(_patched, (*block.results, *block.more)))
            for path in {path for each in (item, *block.results, *block.more) for path in each.files}:
                path = self._below(path)
                if changing or path not in self.files:
                    self.files[path] = "changed" if changing else "read"
        elif item.kind in _ERRORS:
            errors = 1
        for inner in block.inner:
            more = self.take(inner)
            errors, tools = errors + more[0], tools + more[1]
        return errors, tools

    def _below(self, path: str) -> str:
        for folder in self.folders:
            if path.startswith(folder) and path[len(folder) : len(folder) + 1] in ("/", "\\"):
                return path[len(folder) + 1 :]
        return path


def _patched(item: Item) -> bool:
    return isinstance(item.detail, dict) and ("structuredPatch" in item.detail or "changes" in item.detail)


def _side(db: sqlite3.Connection, word: str, tz: ZoneInfo, mode: Mode) -> tuple[CompareSide, _Work]:
    log = root_of(db, find_session(db, word))
    rows = sessions(db, tz=tz, where=(("session", log.name),), limit=1, mode=mode).rows
    row = rows[0] if rows else _bare(log)
    folders = {folder for folder in (log.folder, log.root_folder) if folder}
    work = _Work(tuple(sorted(folders, key=len, reverse=True)))
    try:
        told = conversation(db, log.name)
    except (NoLogError, UnreadableLogError) as error:
        return CompareSide(row, problem=str(error)), work
    turns: list[PromptTurn] = []
    errors = tools = before_errors = before_tools = 0
    for entry in told.entries:
        some = _counted(entry, work)
        errors, tools = errors + some[0], tools + some[1]
        if _is_asked(entry):
            turns.append(_turn(entry, told))
        if turns:
            last = turns[-1]
            turns[-1] = PromptTurn(
                last.text, last.time_ms, last.spent, last.errors + some[0] + before_errors,
                last.tools + some[1] + before_tools, last.file, last.offset, last.length,
            )  # fmt: skip
            before_errors = before_tools = 0
        else:
            # What stands before the first prompt is told beside it, as its cost is.
            before_errors, before_tools = before_errors + some[0], before_tools + some[1]
    for agent in told.agents:
        some = _all(agent, work)
        errors, tools = errors + some[0], tools + some[1]
    return CompareSide(row, tuple(turns), errors, tools, told.from_archive), work


def _bare(log: SessionLog) -> SessionRow:
    """A session without a call."""
    nothing = Figures()
    return SessionRow(
        log.provider.word, log.name, None, log.title, None, log.folder, log.branch, log.version, (), 0, 0,
        nothing, nothing,
    )  # fmt: skip


def _is_asked(entry: Entry) -> bool:
    item = entry.block.item
    return item.kind in ASKED and not item.marks & _NOT_ASKED


def _turn(entry: Entry, told: Conversation) -> PromptTurn:
    block = entry.block
    file = told.files[block.file] if block.file < len(told.files) else ""
    words = block.item.text or block.item.name
    return PromptTurn(
        words[:KEPT], block.item.ts, entry.spent or Spent(), 0, 0, file, block.item.offset, block.item.length
    )


def _counted(entry: Entry, work: _Work) -> tuple[int, int]:
    errors, tools = work.take(entry.block)
    for agent in entry.agents:
        more = _all(agent, work)
        errors, tools = errors + more[0], tools + more[1]
    return errors, tools


def _all(told: Conversation, work: _Work) -> tuple[int, int]:
    counts = [_counted(entry, work) for entry in told.entries] + [_all(agent, work) for agent in told.agents]
    return sum(each[0] for each in counts), sum(each[1] for each in counts)


def _tools(ours: _Work, theirs: _Work) -> tuple[ToolUse, ...]:
    names = ours.calls.keys() | theirs.calls.keys()
    found = [
        ToolUse(name, ours.calls[name], theirs.calls[name], ours.failed[name], theirs.failed[name]) for name in names
    ]
    return tuple(sorted(found, key=lambda each: (-(each.left + each.right), each.name)))


def _files(ours: _Work, theirs: _Work) -> tuple[FileUse, ...]:
    """The files: those of both first, then those of one side."""

    def found() -> Iterator[FileUse]:
        for path in ours.files.keys() | theirs.files.keys():
            yield FileUse(path, ours.files.get(path, ""), theirs.files.get(path, ""))

    return tuple(sorted(found(), key=lambda each: (not (each.left and each.right), not each.left, each.path)))
