"""The fields of a Claude Code log line that accounting needs, decoded without touching the rest.

Only what is named here is decoded; the decoder skips everything else at memory speed. A line whose
fields have other types than these is read again leniently (`lenient`), so that a stray type
never costs a call.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tally_tui.logs.lines import text_of, whole_number
from tally_tui.logs.salvage import as_json


class Creation(msgspec.Struct, gc=False):
    ephemeral_5m_input_tokens: int | None = None
    ephemeral_1h_input_tokens: int | None = None


class ServerTools(msgspec.Struct, gc=False):
    web_search_requests: int | None = None


class OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: int | None = None


class Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: Creation | None = None
    output_tokens_details: OutputDetails | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None
    speed: str | None = None
    inference_geo: str | None = None


class Message(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    stop_reason: str | None = None
    content: msgspec.Raw = msgspec.Raw()


class Fork(msgspec.Struct, gc=False):
    sessionId: str | None = None


class Line(msgspec.Struct, gc=False):
    type: str = ""
    message: Message | None = None
    timestamp: str | None = None
    sessionId: str | None = None
    session_id: str | None = None
    """Since 2.1.330: the session that the process had before; stale after `/clear`, `/resume` and `/branch`."""
    uuid: str | None = None
    parentUuid: str | None = None
    requestId: str | None = None
    cwd: str | None = None
    gitBranch: str | None = None
    version: str | None = None
    agentId: str | None = None
    entrypoint: str | None = None
    isSidechain: bool | None = None
    isMeta: bool | None = None
    isCompactSummary: bool | None = None
    isApiErrorMessage: bool | None = None
    error: msgspec.Raw = msgspec.Raw()
    costUSD: float | None = None
    forkedFrom: Fork | None = None
    customTitle: str | None = None
    aiTitle: str | None = None
    summary: str | None = None
    leafUuid: str | None = None
    totalCostUSD: float | None = None
    startTime: float | None = None
    """Of a running total: when the process that counts it began, ms; a fork inherits its origin's."""
    data: msgspec.Raw = msgspec.Raw()
    subtype: msgspec.Raw = msgspec.Raw()
    origin: msgspec.Raw = msgspec.Raw()
    promptSource: str | None = None
    attachment: msgspec.Raw = msgspec.Raw()
    compactMetadata: msgspec.Raw = msgspec.Raw()
    toolUseResult: msgspec.Raw = msgspec.Raw()
    parentToolUseID: str | None = None
    attributionAgent: str | None = None


strict = msgspec.json.Decoder(Line).decode
plain = msgspec.json.Decoder().decode


def lenient(value: dict[str, Any]) -> Line:
    """A line built from a plain dictionary, passing over fields of the wrong type.

    Raises:
        ValueError: its usage has counts that are none.
    """
    fork = value.get("forkedFrom")
    message = value.get("message")
    plainly: dict[str, Any] = {name: text_of(value.get(name)) for name in _TEXTS}
    plainly |= {name: value.get(name) is True for name in _TRUTHS}
    plainly |= {name: msgspec.Raw(as_json(value.get(name))) for name in _RAW}
    return Line(
        type=text_of(value.get("type")) or "",
        message=_message(message) if isinstance(message, dict) else None,
        timestamp=value.get("timestamp"),
        **plainly,
        error=msgspec.Raw(as_json(value.get("error"))),
        costUSD=_money(value.get("costUSD")),
        totalCostUSD=_money(value.get("totalCostUSD")),
        startTime=_instant(value.get("startTime")),
        forkedFrom=Fork(text_of(fork.get("sessionId"))) if isinstance(fork, dict) else None,
    )


_TEXTS = (
    "sessionId", "session_id", "uuid", "parentUuid", "requestId", "cwd", "gitBranch", "version", "agentId",
    "entrypoint", "customTitle", "aiTitle", "summary", "leafUuid", "promptSource", "parentToolUseID",
    "attributionAgent",
)  # fmt: skip
_RAW = ("data", "subtype", "origin", "attachment", "compactMetadata", "toolUseResult")
_TRUTHS = ("isSidechain", "isMeta", "isCompactSummary", "isApiErrorMessage")


def _message(value: dict[str, Any]) -> Message:
    usage = value.get("usage")
    return Message(
        id=text_of(value.get("id")),
        model=text_of(value.get("model")),
        usage=_usage(usage) if isinstance(usage, dict) else None,
        stop_reason=text_of(value.get("stop_reason")),
        content=msgspec.Raw(as_json(value.get("content"))),
    )


def _usage(value: dict[str, Any]) -> Usage:
    def part(name: str) -> dict[str, Any]:
        inner = value.get(name)
        return inner if isinstance(inner, dict) else {}

    def count(of: dict[str, Any], name: str) -> int | None:
        return None if of.get(name) is None else whole_number(of[name])

    creation = part("cache_creation")
    return Usage(
        input_tokens=count(value, "input_tokens"),
        output_tokens=count(value, "output_tokens"),
        cache_creation_input_tokens=count(value, "cache_creation_input_tokens"),
        cache_read_input_tokens=count(value, "cache_read_input_tokens"),
        cache_creation=Creation(
            count(creation, "ephemeral_5m_input_tokens"), count(creation, "ephemeral_1h_input_tokens")
        ),
        output_tokens_details=OutputDetails(count(part("output_tokens_details"), "thinking_tokens")),
        server_tool_use=ServerTools(count(part("server_tool_use"), "web_search_requests")),
        service_tier=text_of(value.get("service_tier")),
        speed=text_of(value.get("speed")),
        inference_geo=text_of(value.get("inference_geo")),
    )


def _money(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:
        return float(value)
    return None


def _instant(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15:
        return float(value)
    return None
