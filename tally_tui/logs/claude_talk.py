"""How far a Claude Code conversation has come: turns, answers, and what the newest answer was given to read."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from tally_tui.logs.claude_lines import Line
from tally_tui.logs.claude_titles import first_prompt
from tally_tui.logs.identity import identity_of
from tally_tui.logs.records import Sighting, Talk
from tally_tui.model import Flag

_HEAD = 120
"""Bytes of a message's content in which nearly every tool result calls itself one."""


_MACHINE = re.compile(
    rb'"(?:[ ]|\\[nrt])*(?:<[a-z][\w-]*[ >\\]|\[Request interrupted by user|Caveat: |")'
)
"""As `claude_titles` tells it, at the beginning of a JSON string."""


class TalkState(msgspec.Struct):
    """What is remembered of it from one stretch of a file to the next."""

    talk: Talk = msgspec.field(default_factory=Talk)
    last: int | None = None
    """Identity of the newest answer: its lines may go on in the next stretch."""


class TalkReader:
    """Counts what one file tells. `agent`: the file is a subagent's own, else lines of subagents are left out.

    Most is told at the end of a stretch from its calls: nothing here may cost anything line by line.
    """

    def __init__(self, state: TalkState, agent: bool) -> None:
        self._state, self._agent = state, agent
        self.line: Line | None = None
        """The newest line of the conversation."""
        self.aside: set[int] = set()
        """Identities of calls that subagents made inside this file."""

    def prompt(self, record: Line, words: bool) -> str | None:
        """A user's line, mostly a tool's result: what a person said where it is theirs, if the `words` are wanted."""
        message = record.message
        if message is None:
            return None
        head = bytes(memoryview(message.content)[:_HEAD])
        # A result that says so later than usual shows itself when it is decoded.
        if b'"tool_result"' in head or record.isMeta or record.isCompactSummary:
            return None
        if record.isSidechain and not self._agent:
            return None
        if not words and head[:1] == b'"':
            # Prompts may be long, and how one begins is enough to count it.
            self._state.talk.turns += not _MACHINE.match(head)
            return None
        prompt = first_prompt(record)
        if prompt:
            self._state.talk.turns += 1
        return prompt

    def end(self, session: str | None, calls: Iterable[Sighting]) -> Talk | None:
        """What the file told so far, as the talk of this session; None while it has told nothing."""
        state, talk = self._state, self._state.talk
        for call in calls:
            if call.identity in self.aside or call.flags & Flag.EMBEDDED:
                continue
            # One id may stand for many answers: then their parts tell them apart.
            if call.identity ^ call.part != state.last:
                talk.replies += 1
                state.last = call.identity ^ call.part
            given = call.input + call.cache_read + call.write_5m + call.write_1h
            if given:
                talk.context, talk.model = given, call.model
                talk.peak = max(talk.peak, given)
        if self.line is not None and self.line.uuid:
            talk.leaf = identity_of(self.line.uuid)
        if session and (talk.turns or talk.replies):
            talk.session = session
        return talk if talk.session else None
