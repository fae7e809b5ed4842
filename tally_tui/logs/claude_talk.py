"""How far a Claude Code conversation has come: turns, answers, and what the newest answer was given to read.

All of it depends on the lines and their order alone, never on the stretches in which they were read: an answer
is known again when a line of it comes later, and a line that is written twice is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from tally_tui.logs.claude_lines import Line
from tally_tui.logs.claude_titles import decoded, first_prompt, queued_prompt
from tally_tui.logs.identity import identity_of
from tally_tui.logs.lines import MOST
from tally_tui.logs.records import Sighting, Talk
from tally_tui.model import Flag

_HEAD = 120
"""Bytes of a message's content in which nearly every tool result calls itself one."""


class TalkState(msgspec.Struct):
    """What is remembered of it from one stretch of a file to the next."""

    talk: Talk = msgspec.field(default_factory=Talk)
    answers: dict[str, tuple[int, int, int]] = {}
    """Answer → the most of fresh input, cache reads and cache writes that any line of it tells."""
    newest: str = ""
    """The answer that the context is of; empty after a compaction, until the next one."""
    said: list[int] = []
    """Hashes of prompts and compactions that are counted, with the ids of their lines."""


class TalkReader:
    """Counts what one file tells. `agent`: the file is a subagent's own, else lines of subagents are left out."""

    def __init__(self, state: TalkState, agent: bool) -> None:
        self._state, self._agent = state, agent
        self._said = set(state.said)
        self._compacted: list[tuple[int, int | None]] = []
        """(offset, tokens that were left) of the compactions in this stretch."""
        self.line: Line | None = None
        """The newest line of the conversation."""
        self.aside: set[int] = set()
        """Identities of calls that subagents made inside this file."""

    def prompt(self, record: Line) -> str | None:
        """A user's line, mostly a tool's result: what a person said where it is theirs."""
        message = record.message
        if message is None or (record.isSidechain and not self._agent):
            return None
        # A result that says so later than usual shows itself when it is decoded.
        if record.isCompactSummary or b'"tool_result"' in bytes(memoryview(message.content)[:_HEAD]):
            return None
        prompt = first_prompt(record)
        return prompt if prompt and self._counted(record, prompt) else None

    def queued(self, record: Line) -> str | None:
        """An attachment, seldom a prompt: what a person typed while the agent worked."""
        if b'"queued_command"' not in bytes(record.attachment) or (record.isSidechain and not self._agent):
            return None
        prompt = queued_prompt(bytes(record.attachment))
        return prompt if prompt and self._counted(record, prompt) else None

    def _counted(self, record: Line, prompt: str) -> bool:
        """Count a turn; False where this line was counted before."""
        if not self._first(record, prompt):
            return False
        self._state.talk.turns += 1
        return True

    def _first(self, record: Line, words: str) -> bool:
        if record.uuid is None:
            return True
        number = identity_of(f"{record.uuid}\0{words}")
        if number in self._said:
            return False
        self._said.add(number)
        self._state.said.append(number)
        return True

    def compacted(self, record: Line, offset: int) -> None:
        """The conversation was compacted: what the next answer is given to read is what was left."""
        if (record.isSidechain and not self._agent) or not self._first(record, ""):
            return
        about: Any = decoded(record.compactMetadata)
        left = about.get("postTokens") if isinstance(about, dict) else None
        self._compacted.append((offset, left if type(left) is int and 0 < left < MOST else None))

    def end(self, session: str | None, calls: Iterable[Sighting]) -> Talk | None:
        """What the file told so far, as the talk of this session; None while it has told nothing."""
        talk = self._state.talk
        waiting = list(self._compacted)
        for call in calls:
            if call.identity in self.aside or call.flags & Flag.EMBEDDED:
                continue
            while waiting and waiting[0][0] < call.offset:
                self._shrunk(waiting.pop(0)[1])
            self._answer(call)
        for _, left in waiting:
            self._shrunk(left)
        if self.line is not None and self.line.uuid:
            talk.leaf = identity_of(self.line.uuid)
        if session and (talk.turns or talk.replies):
            talk.session = session
        return talk if talk.session else None

    def _shrunk(self, left: int | None) -> None:
        self._state.talk.context, self._state.newest = left, ""

    def _answer(self, call: Sighting) -> None:
        state, talk = self._state, self._state.talk
        name = str(call.identity) if not call.part else f"{call.identity} {call.part}"
        known = state.answers.get(name)
        most = given = (call.input, call.cache_read, call.write_5m + call.write_1h)
        if known is not None:
            most = (max(known[0], given[0]), max(known[1], given[1]), max(known[2], given[2]))
        state.answers[name] = most
        read = sum(most)
        talk.peak = max(talk.peak, read)
        if known is None:
            talk.replies += 1
            if read:
                state.newest = name
        if read and name == state.newest:
            talk.context, talk.model = read, call.model or talk.model
