"""What a Claude Code session is about: its first human prompt, and what a subagent was started for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from tally_tui.logs.claude_lines import Line, plain
from tally_tui.logs.claude_notes import attachment_note
from tally_tui.logs.claude_texts import prompt_of, source_of
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Kind
from tally_tui.logs.title_text import title_text

OLD_LIMIT: Final = re.compile(r"\s*Claude (?:AI|Code)? ?usage limit reached\|(\d{9,13})\b")
"""How versions of 2025 told that a limit stopped them, and (1) when it resets, as an epoch number."""


def first_prompt(record: Line) -> str | None:
    """What a person says in a line, on one line; None where nothing of it is a person's."""
    if record.message is None or record.isCompactSummary:
        return None
    try:
        content: Any = plain(record.message.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _short(prompt_of(content, record.isMeta is True, source_of(decoded(record.origin), record.promptSource)))


def queued_prompt(attachment: bytes) -> str | None:
    """What a person typed while the agent worked, where it was given to the model as an attachment."""
    value = decoded(attachment)
    if not isinstance(value, dict) or value.get("type") != "queued_command":
        return None
    told, _ = attachment_note("queued_command", value)
    return _short(next((said.text for said in told if said.kind is Kind.PROMPT and said.text.strip()), None))


def first_words(record: Line) -> str | None:
    """The first text of a line, on one line, whoever wrote it."""
    content = decoded(record.message.content) if record.message is not None else None
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts = (block.get("text") for block in blocks if isinstance(block, dict) and block.get("type") == "text")
    return _short(next((text for text in texts if isinstance(text, str)), None))


def decoded(raw: Any) -> Any:
    """A raw JSON value; None where there is none, or none that can be read."""
    try:
        return plain(raw) if len(bytes(raw)) else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _short(text: str | None) -> str | None:
    text = text_of(text)
    return None if text is None else title_text(text) or None


class Described(Struct, frozen=True):
    """What a subagent's companion file says of it."""

    kind: str | None = None
    title: str | None = None


def described(path: str) -> Described:
    """The companion `agent-….meta.json` of a subagent's transcript; empty where there is none."""
    try:
        value: Any = plain(Path(path.removesuffix(".jsonl") + ".meta.json").read_bytes()[:65536])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Described()
    if not isinstance(value, dict):
        return Described()
    title = text_of(value.get("description"))
    return Described(text_of(value.get("agentType")), title_text(title) if title else None)
