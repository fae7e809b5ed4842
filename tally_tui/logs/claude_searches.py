"""Web searches that only a tool's result tells of: which call asked for them, and how many there were.

Claude Code's WebSearch tool makes its requests beside the conversation. Where the usage of the call that used the tool
counts no `web_search_requests`, the result's own `searchCount` (beside `query` and `results`) is what was searched.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tally_tui.logs.claude_lines import Line, Message, ServerTools, Usage, plain

_KEPT = 32
"""Calls that are remembered: a result stands right behind the call it answers."""
_MOST = 1_000
"""More searches than any one use of the tool makes."""


class Asked(msgspec.Struct):
    """A call that used the tool."""

    key: list[Any]
    offset: int
    line: Line
    """As it stands in the log, without its content."""
    counts: dict[str, int] = {}
    """Tool-use id → searches; −1 until its result is met."""
    counted: bool = False
    """Whether its own usage counts searches: then results have no say."""


class Result(msgspec.Struct):
    query: msgspec.Raw
    results: msgspec.Raw
    searchCount: int


_NOTHING = msgspec.Raw(b"null")
_result = msgspec.json.Decoder(Result).decode


class Searches:
    """Fed with all lines of a file in order; `kept` goes on in the next stretch."""

    def __init__(self, kept: list[Asked]) -> None:
        self.kept = kept

    def asked(self, offset: int, record: Line, message: Message, usage: Usage) -> None:
        """Take a line of an answer."""
        if b'"WebSearch"' not in bytes(message.content):
            return
        ids = [
            block["id"]
            for block in _blocks(message)
            if block.get("type") == "tool_use" and block.get("name") == "WebSearch" and isinstance(block.get("id"), str)
        ]
        if not ids:
            return
        key = [
            message.id, record.requestId, usage.input_tokens, usage.cache_read_input_tokens,
            usage.cache_creation_input_tokens,
        ]  # fmt: skip
        known = next((each for each in self.kept if each.key == key), None)
        if known is None or message.id is None:
            bare = msgspec.structs.replace(message, content=_NOTHING)
            line = msgspec.structs.replace(record, message=bare, error=_NOTHING, data=_NOTHING, toolUseResult=_NOTHING)
            known = Asked(key, offset, line)
            self.kept.append(known)
            del self.kept[:-_KEPT]
        for each in ids:
            known.counts.setdefault(each, -1)
        known.counted = known.counted or bool(usage.server_tool_use and usage.server_tool_use.web_search_requests)

    def answered(self, record: Line) -> tuple[int, Line] | None:
        """Take a person's line: where it is the result of searches that nobody counted, the asking line (its offset,
        itself) with all the searches that its call made so far."""
        message = record.message
        if message is None or not any(-1 in each.counts.values() for each in self.kept):
            return None
        ids = [str(block.get("tool_use_id")) for block in _blocks(message) if block.get("type") == "tool_result"]
        known = next((each for each in self.kept if any(one in each.counts for one in ids)), None)
        if known is None or len(ids) != 1:
            return None
        try:
            found = _result(bytes(record.toolUseResult))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if known.counts[ids[0]] != -1:
            return None
        known.counts[ids[0]] = found.searchCount if found and 0 <= found.searchCount < _MOST else 0
        told = sum(each for each in known.counts.values() if each > 0)
        line = known.line
        if known.counted or not told or not known.counts[ids[0]] or line.message is None or line.message.usage is None:
            return None
        usage = msgspec.structs.replace(line.message.usage, server_tool_use=ServerTools(told))
        return known.offset, msgspec.structs.replace(line, message=msgspec.structs.replace(line.message, usage=usage))


def _blocks(message: Message) -> list[dict[str, Any]]:
    try:
        content = plain(message.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
