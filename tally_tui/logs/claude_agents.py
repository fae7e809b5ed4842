"""Which call of a Claude Code session started which subagent, of what type, and for what."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from tally_tui.logs.claude_lines import Line
from tally_tui.logs.claude_titles import decoded
from tally_tui.logs.lines import text_of
from tally_tui.logs.records import SessionFact

CALLED = 2
"""How much is to be believed of a type that a call asked for."""
ATTRIBUTED = 1
"""... and of one that the subagent's lines name."""
DESCRIBED_RANK = 2
"""Of a title: what a subagent was started for says more than its prompt."""
_TOOLS = ("Task", "Agent")


class Start(NamedTuple):
    """A call that starts a subagent."""

    by: str
    """The session that called."""
    kind: str | None
    words: str | None


class _Result(msgspec.Struct, gc=False):
    agentId: Any = None
    agentType: Any = None


_result: Any = msgspec.json.Decoder(_Result).decode


class Starts:
    """The calls that start subagents, by their ids; `known` is what is remembered from stretch to stretch."""

    def __init__(self, known: dict[str, Start]) -> None:
        self._known = known

    def call(self, record: Line, by: str) -> None:
        """Take an answer's line of the session `by`; most hold no such call."""
        message = record.message
        if message is None or not any(f'"{tool}"'.encode() in bytes(message.content) for tool in _TOOLS):
            return
        content = decoded(message.content)
        for block in content if isinstance(content, list) else []:
            if not isinstance(block, dict) or block.get("type") != "tool_use" or block.get("name") not in _TOOLS:
                continue
            call, given = text_of(block.get("id")), block.get("input")
            if call and isinstance(given, dict):
                words = " ".join((text_of(given.get("description")) or "").split())[:300]
                self._known[call] = Start(by, text_of(given.get("subagent_type")), words or None)

    def result(self, record: Line, by: str, top: str) -> SessionFact | None:
        """What a user's line of the session `by` tells of a subagent: that a call started it."""
        if not self._known or record.message is None or b'"agentId"' not in bytes(record.toolUseResult):
            return None
        try:
            told = _result(record.toolUseResult)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        agent = text_of(told.agentId)
        content = decoded(record.message.content)
        blocks = [block for block in (content if isinstance(content, list) else []) if isinstance(block, dict)]
        call = next((text_of(each.get("tool_use_id")) for each in blocks if each.get("type") == "tool_result"), None)
        if agent is None or call not in self._known:
            return None
        start = self._known[call]
        return fact(f"{top}/agent-{agent}", agent, start._replace(kind=start.kind or text_of(told.agentType)))

    def of(self, call: str | None) -> Start | None:
        """The call with this id."""
        return self._known.get(call or "")


def fact(name: str, agent: str, start: Start) -> SessionFact:
    """What a call tells of the subagent that it started."""
    return SessionFact(
        name=name,
        parent=start.by if start.by != name else None,
        agent=agent,
        title=start.words,
        title_rank=DESCRIBED_RANK if start.words else 0,
        agent_type=start.kind,
        agent_rank=CALLED if start.kind else 0,
    )
