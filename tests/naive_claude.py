"""The naive count of Claude Code's logs, all in memory, sharing no code with the program."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

from naive_lines import instant, obj, objects, whole

SPLIT = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")


def claude_files(root):
    """(path, session it belongs to or None, is a side question) of every transcript."""
    for path in sorted(Path(root, "projects").glob("*/*.jsonl")):
        yield path, None if path.name.startswith("agent-") else path.stem, False
    for path in sorted(Path(root, "projects").glob("*/*/subagents/**/agent-*.jsonl")):
        parts = path.parts
        yield path, parts[len(parts) - 1 - parts[::-1].index("subagents") - 1], "aside_question" in path.name


def claude(roots, skipped):
    """Calls and duplicates of Claude Code: a list of calls, a Counter of reasons."""
    sightings = defaultdict(lambda: defaultdict(list))  # message id → file → lines
    embedded = defaultdict(lambda: defaultdict(list))
    first = {}  # session → the first instant in its file, in file order
    home, aside, limits = {}, {}, set()
    asked, found = {}, {}  # use of the search tool → message id; → what its result says it searched
    for root in roots:
        for path, session, side in claude_files(root):
            for number, line in objects(path, skipped):
                # A flat subagent file is named after the agent: its lines say whose it is.
                session = session or line.get("sessionId")
                at = instant(line.get("timestamp"))
                if at is not None and session and "agent-" not in path.name:
                    first.setdefault(session, at)
                progress = obj(line.get("data"))
                inner = obj(progress.get("message"))
                if line.get("type") == "progress" and progress.get("type") == "agent_progress":
                    outer = {key: line[key] for key in ("sessionId", "session_id", "forkedFrom") if key in line}
                    part = {**inner, **outer, "timestamp": inner.get("timestamp") or line.get("timestamp")}
                    add_line(embedded, part, session, path, number)
                elif line.get("type") == "assistant":
                    if line.get("isApiErrorMessage") and line.get("error") == "rate_limit":
                        limits.add(
                            (line.get("timestamp"), json.dumps(obj(line.get("message")).get("content")))
                        )
                    add_line(sightings, line, session, path, number)
                    asked.update(dict.fromkeys(searching(line), obj(line.get("message")).get("id")))
                elif line.get("type") == "user":
                    found.update(searched(line))
            home[path], aside[path] = session, side
    calls, reasons = [], Counter()
    for identity, files in [
        *sightings.items(),
        *(pair for pair in embedded.items() if pair[0] not in sightings),
    ]:
        lines = [line for some in files.values() for line in some]
        sessions = {home[path] for path in files}
        # Lines that name another session than their file's, or what they were forked from, name the origin.
        named = {line["origin"] for line in lines if line["origin"]}
        owner = min(named or sessions, key=lambda name: (first.get(name, float("inf")), str(name)))
        # The owner's main file shows the call; where the owner has none here, the earliest session's does.
        shown = min(
            files,
            key=lambda path: (
                home[path] != owner,
                first.get(home[path], float("inf")),
                str(home[path]),
                aside[path],
                "agent-" in path.name,
                str(path),
            ),
        )
        told = sum(found.get(use, 0) for use, of in asked.items() if of == identity)
        calls.append(claude_call(identity, owner, lines, files[shown][0], told))
        for path in files if identity in sightings else ():
            if path != shown:
                reasons["replay" if aside[path] and home[path] == owner else "copy"] += 1
    return calls, reasons, len(limits)


def add_line(found, line, session, path, number):
    """Note an assistant line with usage under its call's identity."""
    message = obj(line.get("message"))
    usage = message.get("usage")
    if (
        line.get("type") != "assistant"
        or not isinstance(usage, dict)
        or message.get("model") == "<synthetic>"
    ):
        return
    identity = message.get("id") or line.get("requestId") or line.get("uuid") or f"{path}:{number}"
    # Where a line was first written: copies keep it, however they rename their session.
    origin = obj(line.get("forkedFrom")).get("sessionId") or line.get("session_id") or line.get("sessionId")
    found[identity][path].append(
        {
            "session": session,
            "origin": origin if origin and origin != session else None,
            "model": message.get("model"),
            "at": instant(line.get("timestamp")),
            "fast": usage.get("speed") == "fast",
            "tokens": (
                whole(usage.get("input_tokens")),
                written(usage),
                whole(obj(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")),
                whole(usage.get("cache_read_input_tokens")),
                whole(usage.get("output_tokens")),
                whole(obj(usage.get("output_tokens_details")).get("thinking_tokens")),
                whole(obj(usage.get("server_tool_use")).get("web_search_requests")),
            ),
        }
    )


def written(usage):
    """All cache writes: the flat figure, or the sum of the split where there is none."""
    if usage.get("cache_creation_input_tokens") is not None:
        return whole(usage["cache_creation_input_tokens"])
    return sum(whole(part) for part in map(obj(usage.get("cache_creation")).get, SPLIT))


def searching(line):
    """The uses of the search tool in an assistant's line."""
    content = obj(line.get("message")).get("content")
    for block in content if isinstance(content, list) else ():
        if obj(block).get("type") == "tool_use" and block.get("name") == "WebSearch":
            yield block.get("id")


def searched(line):
    """Use of the search tool → searches, where a line is its result."""
    told, content = obj(line.get("toolUseResult")), obj(line.get("message")).get("content")
    if {"query", "results", "searchCount"} <= told.keys() and isinstance(content, list):
        for block in content:
            if obj(block).get("type") == "tool_result":
                yield block.get("tool_use_id"), whole(told["searchCount"])


def claude_call(identity, session, lines, shown, told):
    fresh, wrote, hour, read, out, thought, searches = map(
        max, zip(*(line["tokens"] for line in lines), strict=True)
    )
    return {
        "provider": "claude",
        "id": identity,
        "session": session,
        "root": session,
        "at": shown["at"],
        "model": shown["model"] or "unknown",
        "inferred": False,
        "unobserved": 0,
        "tokens": (1, fresh, max(0, wrote - hour), hour, read, out, thought, searches or told),
    }
