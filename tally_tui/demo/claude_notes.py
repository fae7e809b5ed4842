"""What stands between the messages of a Claude Code log: titles, states, queues, notes, attachments."""

from __future__ import annotations

from typing import Any

from tally_tui.demo.claude_log import ClaudeLog, Record
from tally_tui.demo.dice import stamp
from tally_tui.demo.story import Story


def opening(log: ClaudeLog) -> None:
    """What a new session writes before its first prompt."""
    log.note("mode", mode="normal")
    log.note("permission-mode", permissionMode="acceptEdits")
    snapshot(log)


def snapshot(log: ClaudeLog) -> None:
    """A file-history snapshot and a step on from it; neither names its session."""
    message = log.dice.uuid4()
    log.records.append(
        {
            "type": "file-history-snapshot",
            "messageId": message,
            "isSnapshotUpdate": False,
            "snapshot": {"messageId": message, "trackedFileBackups": {}, "timestamp": stamp(log.at)},
        }
    )
    log.records.append(
        {
            "type": "file-history-delta",
            "messageId": log.dice.uuid4(),
            "snapshotMessageId": message,
            "trackingPath": "README.md",
            "timestamp": stamp(log.at),
            "backup": {"backupFileName": None, "version": 1, "backupTime": stamp(log.at)},
        }
    )


def titled(log: ClaudeLog, kind: str, title: str) -> None:
    """`custom-title`, `ai-title` or `agent-name`."""
    field = {"custom-title": "customTitle", "ai-title": "aiTitle", "agent-name": "agentName"}[kind]
    log.note(kind, **{field: title})


def summary(log: ClaudeLog, title: str, leaf: str) -> None:
    """An old-style title: it belongs to the session that holds `leaf`, usually another file."""
    log.records.append({"type": "summary", "summary": title, "leafUuid": leaf})


def last_prompt(log: ClaudeLog, words: str) -> None:
    log.note("last-prompt", lastPrompt=words, leafUuid=log.parent)


def queued(log: ClaudeLog, words: str, *, attached: bool = True) -> None:
    """A prompt typed while the agent works: queued, taken out, and kept only as an attachment."""
    log.note("queue-operation", operation="enqueue", timestamp=stamp(log.at), content=words)
    log.wait(6)
    log.note("queue-operation", operation="dequeue" if attached else "remove", timestamp=stamp(log.at))
    if attached:
        attachment(
            log,
            "queued_command",
            prompt=words,
            commandMode="prompt",
            origin={"kind": "human"},
            source_uuid=log.dice.uuid4(),
        )


def attachment(log: ClaudeLog, kind: str, /, **fields: Any) -> Record:
    return log.message("attachment", attachment={"type": kind, **fields})


def system(
    log: ClaudeLog, subtype: str, content: str | None = None, level: str = "info", **fields: Any
) -> Record:
    said: Record = {} if content is None else {"content": content}
    return log.message("system", subtype=subtype, level=level, isMeta=False, **said, **fields)


def turn_end(log: ClaudeLog, seconds: int) -> None:
    """What the end of a turn leaves: the hooks that ran and how long it took."""
    system(
        log,
        "stop_hook_summary",
        level="suggestion",
        hookCount=1,
        hookErrors=[],
        hasOutput=True,
        hookInfos=[{"command": "notify-done", "durationMs": 41}],
        preventedContinuation=False,
        stopReason="",
    )
    system(log, "turn_duration", durationMs=seconds * 1000, messageCount=len(log.records))


def rate_limited(log: ClaudeLog, resets: str) -> None:
    """The only trace of a limit in these logs: an error written as if the model had said it."""
    zero = {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "server_tool_use": {"web_search_requests": 0, "web_fetch_requests": 0},
        "service_tier": None,
        "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
    }
    words = f"You've hit your limit · resets {resets}"
    log.message(
        "assistant",
        isApiErrorMessage=True,
        error="rate_limit",
        message={
            "id": log.dice.uuid4(),
            "model": "<synthetic>",
            "role": "assistant",
            "type": "message",
            "stop_reason": "stop_sequence",
            "stop_sequence": "",
            "usage": zero,
            "content": [{"type": "text", "text": words}],
        },
    )


def interrupted(log: ClaudeLog) -> None:
    """A person pressed Escape; the agent's own “No response requested.” is no answer of a model."""
    log.told([{"type": "text", "text": "[Request interrupted by user]"}])  # type: ignore[arg-type]
    log.message(
        "assistant",
        message={
            "id": log.dice.uuid4(),
            "model": "<synthetic>",
            "role": "assistant",
            "type": "message",
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "content": [{"type": "text", "text": "No response requested."}],
            "usage": {
                "input_tokens": 0,
                "output_tokens": 0,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        },
    )


def compacted(log: ClaudeLog, story: Story) -> None:
    """A compaction: the boundary cuts the tree, a summary goes on below it, the cache starts small."""
    before = log.parent
    log.wait(30)
    log.parent = None
    system(
        log,
        "compact_boundary",
        "Conversation compacted",
        logicalParentUuid=before,
        compactMetadata={
            "trigger": "auto",
            "preTokens": log.context,
            "postTokens": 9_000,
            "durationMs": 28_000,
            "cumulativeDroppedTokens": log.context - 9_000,
            "preservedSegment": {"headUuid": before, "anchorUuid": before, "tailUuid": before},
            "preservedMessages": {"uuids": [before]},
        },
    )
    words = f"This session is being continued from a previous conversation. The {story.noun()} is done."
    log.told(f"{words}\n\n{story.prose(900)}", isCompactSummary=True, isVisibleInTranscriptOnly=True)
    attachment(
        log, "compact_file_reference", filename=f"{log.place.cwd}/{story.file()}", displayPath=story.file()
    )
    log.context, log.pending = 12_000, 9_000


def cost_state(log: ClaudeLog, dollars: float) -> None:
    """The agent's own running total: a cross-check, never to be added."""
    log.note(
        "cost-state",
        totalCostUSD=dollars,
        totalAPIDuration=61_000,
        totalAPIDurationWithoutRetries=60_000,
        totalToolDuration=22_000,
        totalLinesAdded=40,
        totalLinesRemoved=12,
        totalDuration=600_000,
        startTime=log.at - 600_000,
        hasUnknownModelCost=False,
        modelUsage={
            log.manner.model: {
                "inputTokens": 90,
                "outputTokens": 4200,
                "thinkingTokens": 800,
                "cacheReadInputTokens": 310_000,
                "cacheCreationInputTokens": 22_000,
                "cacheCreationEphemeral5mInputTokens": 4_000,
                "cacheCreationEphemeral1hInputTokens": 18_000,
                "webSearchRequests": 0,
                "costUSD": dollars,
            }
        },
    )


def api_request(log: ClaudeLog) -> None:
    """The whole request once more, by parts: copies of what is already there, and not to be counted."""
    shape, blob = log.dice.hexes(64), log.dice.hexes(64)
    log.note(
        "api-request-shape",
        shapeHash=shape,
        timestamp=stamp(log.at),
        version=log.version,
        shape={
            "system": [{"type": "text", "text": "You are a careful gardener of code."}],
            "tools": [{"name": "Bash", "description": "Run a command", "input_schema": {"type": "object"}}],
        },
    )
    kept: Record = next(
        (record["message"] for record in reversed(log.records) if record["type"] == "user"), {}
    )
    log.note("api-request-blob", hash=blob, message=kept)
    log.note(
        "api-request",
        id=log.dice.uuid4(),
        timestamp=stamp(log.at),
        version=log.version,
        querySource="sdk",
        shapeHash=shape,
        params={"model": log.manner.model, "max_tokens": 64_000},
        keep=0,
        tail=[blob],
    )
    log.note("api-request-resumed", id=log.dice.uuid4(), timestamp=stamp(log.at))


def agent_progress(log: ClaudeLog, inner: Record) -> None:
    """A legacy progress line with a subagent's whole message inside, usage and all."""
    tool = log.dice.tool_id()
    log.message(
        "progress",
        toolUseID=f"agent_msg_{log.dice.hexes(8)}",
        parentToolUseID=tool,
        data={
            "type": "agent_progress",
            "prompt": "Look around",
            "agentId": inner.get("agentId"),
            "message": {
                key: inner[key]
                for key in ("type", "message", "requestId", "uuid", "timestamp")
                if key in inner
            },
            "normalizedMessages": [],
        },
    )


def progress(log: ClaudeLog, kind: str, /, **fields: Any) -> None:
    """Any other legacy progress line."""
    tool = log.dice.tool_id()
    log.message("progress", data={"type": kind, **fields}, toolUseID=tool, parentToolUseID=tool)
