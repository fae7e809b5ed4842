"""The naive count of Claude Code's logs, all in memory, sharing no code with the program."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

from naive_lines import instant, obj, objects, whole

SPLIT = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
NEVER = float("inf")


def claude_files(root):
    """(path, session its path tells or None, is a side question) of every transcript."""
    for path in sorted(Path(root, "projects").glob("*/*.jsonl")):
        yield path, None if path.name.startswith("agent-") else path.stem, False
    for path in sorted(Path(root, "projects").glob("*/*/subagents/**/agent-*.jsonl")):
        parts = path.parts
        yield path, parts[len(parts) - 1 - parts[::-1].index("subagents") - 1], "aside_question" in path.name


def claude(roots, skipped):
    """Calls and duplicates of Claude Code: a list of calls, a Counter of reasons."""
    parts = defaultdict(list)  # message id → what each file holds of each of its calls
    first = {}  # session → the first instant of its own
    limits = set()
    asked, found_by = {}, {}  # use of the search tool → message id; → what its result says it searched
    for root in roots:
        for path, told, side in claude_files(root):
            begun, chain, parts_here = {}, {}, defaultdict(list)
            for number, line in objects(path, skipped):
                session = line.get("sessionId") or told
                at = instant(line.get("timestamp"))
                if at is not None and session and "agent-" not in path.name and not line.get("forkedFrom"):
                    begun.setdefault(session, at)
                progress = obj(line.get("data"))
                inner = obj(progress.get("message"))
                if line.get("type") == "progress" and progress.get("type") == "agent_progress":
                    outer = {key: line[key] for key in ("sessionId", "session_id", "forkedFrom") if key in line}
                    part = {**inner, **outer, "timestamp": inner.get("timestamp") or line.get("timestamp")}
                    add_line(parts_here, chain, part, session, path, number, side, True)
                elif line.get("type") == "assistant":
                    if line.get("isApiErrorMessage") and line.get("error") == "rate_limit":
                        limits.add((line.get("timestamp"), json.dumps(obj(line.get("message")).get("content"))))
                    add_line(parts_here, chain, line, session, path, number, side, False)
                    asked.update(dict.fromkeys(searching(line), obj(line.get("message")).get("id")))
                elif line.get("type") == "user":
                    found_by.update(searched(line))
            for session, at in begun.items():
                first[session] = min(at, first.get(session, NEVER))
            for identity, found in parts_here.items():
                parts[identity] += found
    calls, reasons = [], Counter()
    for identity, found in parts.items():
        told = sum(found_by.get(use, 0) for use, of in asked.items() if of == identity)
        calls.extend(claude_call(identity, together, first, reasons, told) for together in connected(found))
    return calls, reasons, len(limits)


def add_line(parts, chain, line, session, path, number, side, embedded):
    """Put an assistant line with usage to the call of its id that it belongs to in this file."""
    message = obj(line.get("message"))
    usage = message.get("usage")
    if line.get("type") != "assistant" or not isinstance(usage, dict) or message.get("model") == "<synthetic>":
        return
    hour, written = writes(usage)
    tokens = (
        whole(usage.get("input_tokens")),
        written,
        hour,
        whole(usage.get("cache_read_input_tokens")),
        whole(usage.get("output_tokens")),
        whole(obj(usage.get("output_tokens_details")).get("thinking_tokens")),
        whole(obj(usage.get("server_tool_use")).get("web_search_requests")),
    )
    vector = (tokens[0], tokens[3], tokens[1])
    request = (line.get("requestId") or "").strip() or None
    identity = (message.get("id") or "").strip() or request
    if identity is None:
        # Without any id, lines that follow each other are of the call of the first.
        uuid = line.get("uuid")
        identity, before = chain.get(uuid) or chain.get(line.get("parentUuid")) or (None, vector)
        if identity is None or conflict(before, vector):
            identity, before = uuid or f"{path}:{number}", vector
        chain[uuid] = identity, tuple(old or new for old, new in zip(before, vector, strict=True))
    if not any(tokens):
        return
    fork = obj(line.get("forkedFrom")).get("sessionId")
    named = fork or line.get("session_id")
    at = instant(line.get("timestamp"))
    one = {
        "path": path, "part": len(parts[identity]), "session": session, "side": side, "embedded": embedded,
        "requests": {request} - {None}, "marks": {line.get("uuid"), at} - {None}, "vector": vector,
        "forks": {fork} - {None}, "names": {named} - {None, session}, "tokens": tokens,
        "model": message.get("model"), "at": at, "touched": number,
    }  # fmt: skip
    mine = [part for part in parts[identity] if part["embedded"] == embedded]
    same = [part for part in mine if part["requests"] & one["requests"]]
    same = same or [part for part in mine if not conflict(part["vector"], vector)]
    if not same:
        parts[identity].append(one)
        return
    last = max(same, key=lambda part: part["touched"])
    last["touched"] = number
    for key in ("requests", "marks", "forks", "names"):
        last[key] |= one[key]
    last["tokens"] = most(last["tokens"], tokens)
    last["vector"] = tuple(old or new for old, new in zip(last["vector"], vector, strict=True))
    last["at"] = min((at for at in (last["at"], one["at"]) if at is not None), default=None)
    last["model"] = last["model"] or one["model"]


def writes(usage):
    """The 1-hour part of all cache writes, and their sum: the flat figure, or the split's where there is none."""
    split = obj(usage.get("cache_creation"))
    written = whole(usage.get("cache_creation_input_tokens")) or sum(whole(split.get(part)) for part in SPLIT)
    return min(whole(split.get(SPLIT[1])), written), written


def most(one, other):
    """The larger of each; of cache writes (the second and third figures) of their sum and the 1-hour part."""
    return tuple(map(max, one, other))


def conflict(one, other):
    return any(left and right and left != right for left, right in zip(one, other, strict=True))


def connected(parts):
    """What several files, or one, hold of one id, put together to calls."""
    parts = sorted(parts, key=lambda part: (str(part["path"]), part["part"]))
    groups = [[part] for part in parts]

    def join(one, other, always):
        mine = next(group for group in groups if any(part is one for part in group))
        theirs = next(group for group in groups if any(part is other for part in group))
        if mine is theirs:
            return
        for kind in range(3):
            values = [{part["vector"][kind] for part in group} - {0} for group in (mine, theirs)]
            if all(values) and not values[0] & values[1] and not always:
                return
        groups.remove(theirs)
        mine += theirs

    pairs = [(one, other) for at, one in enumerate(parts) for other in parts[at + 1 :]]
    for one, other in pairs:
        if one["requests"] & other["requests"]:
            join(one, other, always=True)
    for one, other in pairs:
        if one["marks"] & other["marks"]:
            join(one, other, always=False)
    for one, other in pairs:
        if not one["requests"] and not other["requests"] and one["session"] == other["session"]:
            join(one, other, always=False)
    return groups


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


def claude_call(identity, parts, first, reasons, told):
    held = [part for part in parts if not part["embedded"]] or parts
    copies = [part for part in held if part["forks"]]
    forked = {name for part in copies for name in part["forks"]}
    named = {name for part in held if not part["forks"] for name in part["names"]}
    origins = [part for part in held if part["session"] in forked]
    origins = [part for part in origins if part not in copies] or origins
    origins = origins or [part for part in held if part["session"] in named]
    owner = min((first.get(part["session"], NEVER), str(part["session"])) for part in origins or held)[1]
    # The owner's main file shows the call.
    shown = min(
        (part for part in held if str(part["session"]) == owner),
        key=lambda part: (
            part["side"], "agent-" in part["path"].name, part["path"].stem != owner, str(part["path"]), part["part"]
        ),
    )  # fmt: skip
    for part in held if held is not parts or not parts[0]["embedded"] else ():
        if part is not shown:
            reasons["replay" if part["side"] and str(part["session"]) == owner else "copy"] += 1
    tokens = parts[0]["tokens"]
    for part in parts:
        tokens = most(tokens, part["tokens"])
    fresh, wrote, hour, read, out, thought, searches = tokens
    searches = searches or told
    return {
        "provider": "claude",
        "id": identity,
        "session": owner,
        "root": owner,
        "at": shown["at"],
        "model": shown["model"] or "unknown",
        "inferred": False,
        "unobserved": 0,
        "tokens": (1, fresh, max(0, wrote - hour), hour, read, out, thought, searches or told),
    }
