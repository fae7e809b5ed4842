"""What a Claude Code session is about: its first human prompt, and what a subagent was started for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tally_tui.logs.claude_lines import Line, plain
from tally_tui.logs.lines import text_of
from tally_tui.logs.title_text import title_text

# What the agent itself writes in the user's name: command tags, interruptions, caveats.
_MACHINE = re.compile(r"^\s*(?:<[a-z][\w-]*[\s>]|\[Request interrupted by user[^\]]*\]|Caveat: )")


def first_prompt(record: Line, commands: bool = False) -> str | None:
    """The text of a line where it is a human prompt (or any text at all, with `commands`); else None."""
    if record.message is None or record.isMeta or record.isCompactSummary:
        return None
    try:
        content: Any = plain(record.message.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(content, list):
        if any(isinstance(block, dict) and block.get("type") == "tool_result" for block in content):
            return None
        texts = [block.get("text") for block in content if isinstance(block, dict) and block.get("type") == "text"]
        human = (text for text in texts if isinstance(text, str) and (commands or not _MACHINE.match(text)))
        content = next(human, None)
    text = text_of(content)
    if text is None or (not commands and _MACHINE.match(text)):
        return None
    return title_text(text) or None


@dataclass(frozen=True, slots=True)
class Described:
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
