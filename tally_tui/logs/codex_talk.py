"""What a person said in a Codex rollout, wherever it stands: the turns of a thread and what it is called by."""

from __future__ import annotations

from typing import Any

import msgspec

from tally_tui.logs.codex_texts import prompt_in, texts_of
from tally_tui.logs.lines import text_of
from tally_tui.logs.said_before import Said
from tally_tui.logs.title_text import prompt_title_text

PROMPT_RANK = 1
OWN_PROMPT_RANK = 2
"""Of a fork's own first prompt: before what it copied."""
NAME_RANK = 4
"""Of the name that a person gave a thread."""
_plain: Any = msgspec.json.Decoder().decode


class SaidState(msgspec.Struct):
    """What is remembered from one stretch of a file to the next."""

    said: dict[str, dict[str, int]] = {}
    rank: int = 0
    """Of the title that was given last."""
    copied_second: int = -1
    """The second into which a fork wrote its parent's history; -1: this is no such fork."""
    turns: bool = False
    """The log names its turns."""
    compacted: bool = False
    """A compaction was recorded whose event is still to come."""


class _Message(msgspec.Struct, gc=False):
    type: Any = None
    role: Any = None
    content: msgspec.Raw = msgspec.Raw()


_message: Any = msgspec.json.Decoder(_Message).decode


class Prompts:
    """Finds prompts in records of either kind; what an event and a response item both tell is one."""

    def __init__(self, state: SaidState) -> None:
        self._state = state
        self._said = Said(state.said)

    def event(self, payload: bytes) -> str | None:
        """The prompt that an event or a finished item tells for the first time."""
        if b"user_message" not in payload and b"UserMessage" not in payload:
            return None
        value = _plain(payload)
        if value.get("type") == "user_message":
            return self._first("event", [text_of(value.get("message")) or ""])
        item = value.get("item")
        if not isinstance(item, dict) or item.get("type") != "UserMessage":
            return None
        return self._first("item", texts_of(item.get("content")))

    def response(self, payload: bytes) -> str | None:
        """The prompt that a response item tells for the first time; most hold something else."""
        if b'"user"' not in payload or b'"message"' not in payload:
            return None
        value = _message(payload)
        if value.type != "message" or value.role != "user":
            return None
        return self._first("response", texts_of(_plain(value.content) if bytes(value.content) else None))

    def bare(self, role: bytes, content: bytes) -> str | None:
        """The prompt that a message without an envelope tells: the earliest rollouts have no others."""
        return self._first("response", texts_of(_plain(content))) if role == b'"user"' and content else None

    def turn(self) -> None:
        """A turn begins: what is said in it is not what was said before."""
        self._state.turns = True
        self._said.forget()

    def _first(self, way: str, texts: list[str]) -> str | None:
        prompt = prompt_in(texts)
        words = " ".join(prompt.split()) if prompt is not None else ""
        if prompt is None or self._said.again(way, words):
            return None
        if not self._state.turns:
            # Nothing names turns here: the next begins with what the person says next.
            self._said.forget()
            self._said.again(way, words)
        return prompt

    def title(self, prompt: str, ts: int | None) -> tuple[str, int] | None:
        """(title, rank) where this prompt gives the thread a title; None: it has one, or this says nothing."""
        state = self._state
        copied = ts is not None and ts // 1000 <= state.copied_second
        rank = OWN_PROMPT_RANK if state.copied_second >= 0 and not copied else PROMPT_RANK
        if state.rank >= rank:
            return None
        title = prompt_title_text(prompt)
        if not title:
            return None
        state.rank = rank
        return title, rank
