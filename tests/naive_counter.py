"""An independent, naive count of both agents' logs, all in memory, sharing no code with the program.

It exists to disagree: the program's totals must equal these on any logs. Slow and plain on purpose.

    python tests/naive_counter.py CLAUDE_DIR CODEX_DIR [TIME_ZONE]
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

KINDS = ("calls", "input", "write_5m", "write_1h", "cache_read", "output", "reasoning", "searches")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PARTS = ("input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens",
         "reasoning_output_tokens", "total_tokens")


def whole(value):
    """A token count, whether written as a number or as text; nothing sensible is nothing."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def obj(value):
    return value if isinstance(value, dict) else {}


def instant(text):
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def objects(path, skipped):
    """The JSON objects of a log, with their line numbers; what is not one is counted by reason."""
    data = path.read_bytes()
    if path.name.endswith(".zst"):
        import zstandard

        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, raw in enumerate(lines):
        text = raw.strip(b"\0 \t\r\n").decode("utf-8", "replace")
        if not text:
            continue
        try:
            record = json.loads(text)
        except ValueError:
            if number < len(lines) - 1:
                skipped["not JSON"] += 1
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            skipped["not an object"] += 1


# ---------------------------------------------------------------------------------------- Claude Code


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
    home, aside, events = {}, {}, 0
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
                    outer = {key: line[key] for key in ("sessionId", "forkedFrom") if key in line}
                    part = {**inner, **outer, "timestamp": inner.get("timestamp") or line.get("timestamp")}
                    add_line(embedded, part, session, path, number)
                elif line.get("type") == "assistant":
                    if line.get("isApiErrorMessage") and line.get("error") == "rate_limit":
                        events += 1
                    add_line(sightings, line, session, path, number)
            home[path], aside[path] = session, side
    calls, reasons = [], Counter()
    for identity, files in [*sightings.items(), *(pair for pair in embedded.items() if pair[0] not in sightings)]:
        lines = [line for some in files.values() for line in some]
        sessions = {home[path] for path in files}
        # Lines that name another session than their file's, or say what they were forked from, name the origin.
        named = {line["origin"] for line in lines if line["origin"]}
        owner = min(named or sessions, key=lambda name: (first.get(name, float("inf")), str(name)))
        mine = [path for path in files if home[path] == owner] or sorted(files, key=lambda path: (
            first.get(home[path], float("inf")), str(home[path])))
        shown = min(mine, key=lambda path: (aside[path], "agent-" in path.name, str(path)))
        calls.append(claude_call(identity, owner, lines, files[shown][0]))
        for path in files if identity in sightings else ():
            if path != shown:
                reasons["replay" if aside[path] and home[path] == owner else "copy"] += 1
    return calls, reasons, events


def add_line(found, line, session, path, number):
    """Note an assistant line with usage under its call's identity."""
    message = obj(line.get("message"))
    usage = message.get("usage")
    if line.get("type") != "assistant" or not isinstance(usage, dict) or message.get("model") == "<synthetic>":
        return
    identity = message.get("id") or line.get("requestId") or line.get("uuid") or f"{path}:{number}"
    origin = obj(line.get("forkedFrom")).get("sessionId") or line.get("sessionId")
    found[identity][path].append({
        "session": session, "origin": origin if origin and origin != session else None,
        "model": message.get("model"), "at": instant(line.get("timestamp")), "fast": usage.get("speed") == "fast",
        "tokens": (
            whole(usage.get("input_tokens")), whole(usage.get("cache_creation_input_tokens")),
            whole(obj(usage.get("cache_creation")).get("ephemeral_1h_input_tokens")),
            whole(usage.get("cache_read_input_tokens")), whole(usage.get("output_tokens")),
            whole(obj(usage.get("output_tokens_details")).get("thinking_tokens")),
            whole(obj(usage.get("server_tool_use")).get("web_search_requests")),
        ),
    })


def claude_call(identity, session, lines, shown):
    fresh, wrote, hour, read, out, thought, searches = map(max, zip(*(line["tokens"] for line in lines), strict=True))
    return {"provider": "claude", "id": identity, "session": session, "root": session, "at": shown["at"],
            "model": shown["model"] or "unknown", "inferred": False, "unobserved": 0,
            "tokens": (1, fresh, max(0, wrote - hour), hour, read, out, thought, searches)}


# ---------------------------------------------------------------------------------------------- Codex


def vector(usage):
    return tuple(whole(usage.get(part)) for part in PARTS) if isinstance(usage, dict) else None


def rollout(path, skipped):
    """One file: whose thread it is, what it may replay, and its usage records in order."""
    file = {"path": path, "thread": None, "meta": {}, "meta_at": None, "rows": [], "done": [], "first": None}
    model, turn, last_at, waiting, exec_thread = None, None, None, [], None
    for _number, line in objects(path, skipped):
        kind, body = line.get("type"), obj(line.get("payload"))
        at = instant(line.get("timestamp"))
        last_at = at if at is not None else last_at
        file["first"] = last_at if file["first"] is None else file["first"]
        if kind == "session_meta" and file["thread"] is None:
            file.update(thread=body.get("id"), meta=body, meta_at=at)
        elif kind == "turn_context":
            turn = body.get("turn_id") or turn
            if body.get("model"):
                model = body["model"]
                for row in waiting:
                    row.update(model=model, inferred=True)
                waiting = []
        elif kind == "event_msg" and body.get("type") in ("task_started", "turn_started"):
            turn = body.get("turn_id") or turn
        elif (kind == "event_msg" and body.get("type") == "token_count") or kind == "token_usage_record":
            info = body.get("info") if kind == "event_msg" else body
            if not isinstance(info, dict):
                continue  # limits only
            row = {"at": at, "turn": body.get("turn_id") or turn, "inferred": False, "unobserved": 0,
                   "model": body.get("effective_model") or info.get("effective_model") or model}
            if kind == "event_msg":
                row |= {"kind": "count", "total": vector(info.get("total_token_usage")),
                        "last": vector(info.get("last_token_usage")), "info": json.dumps(info)}
            else:
                row |= {"kind": "record", "total": None, "last": vector(body.get("usage")), "info": body.get("response_id")}
            if row["last"] or row["total"]:
                file["rows"].append(row)
                waiting += [] if row["model"] else [row]
        elif kind == "thread.started":
            exec_thread = line.get("thread_id")
        elif kind == "turn.completed" and isinstance(line.get("usage"), dict):
            when = at if at is not None else last_at if last_at is not None else path.stat().st_mtime_ns // 1_000_000
            file["done"].append({"at": when, "model": line.get("model") or model, "size": vector(line["usage"]),
                                 "inferred": False, "unobserved": 0})
    named = UUID.search(path.name)
    file["rollout"] = bool(file["thread"] or file["rows"] or not file["done"])
    file["thread"] = file["thread"] or exec_thread or (named.group() if named else str(path))
    judge_counts(file["rows"])
    pair_records(file["rows"])
    return file


def judge_counts(rows, before=None):
    """Tell calls from repeats by the running totals, and give each call its size."""
    previous_info = None
    for row in rows:
        row["reason"] = None
        if row["kind"] == "record":
            row["size"] = row["last"]
            continue
        total, last = row["total"], row["last"]
        if total is None:
            row["reason"] = "repeat" if row["info"] == previous_info else None
            row["size"] = last
        else:
            reset = before is not None and any(new < old for new, old in zip(total, before, strict=True))
            step = total if before is None or reset else tuple(
                new - old for new, old in zip(total, before, strict=True))
            row["reason"] = "repeat" if total == before else None
            row["size"] = last or step
            if last and before is not None and not reset:
                more = [whole(jump - size) for jump, size in zip(step, last, strict=True)]
                row["unobserved"], row["unobserved_input"] = more[0] + more[3], more[0]
            before = total
        previous_info = row["info"]


def pair_records(rows):
    """A usage record and the count of the same usage are one call: nearest in the turn, one to one."""
    taken = set()
    for index, row in enumerate(rows):
        if row["kind"] != "record":
            continue
        near = [(abs(other - index), other < index, other) for other, count in enumerate(rows)
                if count["kind"] == "count" and count["reason"] is None and other not in taken
                and count["size"] == row["size"]
                and (count["turn"] == row["turn"] or None in (count["turn"], row["turn"]))]
        if near:
            taken.add(min(near)[2])
            row["reason"] = "record"


def same(one, other):
    """Whether two records say the same call: equal vectors, and equal turns where both name one."""
    turns = one["turn"] is None or other["turn"] is None or one["turn"] == other["turn"]
    return turns and (one["kind"], one["total"], one["last"]) == (other["kind"], other["total"], other["last"])


def parent_of(meta):
    source = obj(obj(obj(meta.get("source")).get("subagent")).get("thread_spawn"))
    return meta.get("forked_from_id") or meta.get("parent_thread_id") or source.get("parent_thread_id")


def spawner_of(meta):
    source = obj(obj(obj(meta.get("source")).get("subagent")).get("thread_spawn"))
    return source.get("parent_thread_id") or meta.get("parent_thread_id")


def judge_replays(file, parents):
    """Mark the leading records that a child has from its parent."""
    parent, rows = parent_of(file["meta"]), file["rows"]
    calls = [row for row in rows if row["reason"] is None]
    if not parent or parent == file["thread"] or file["meta"].get("history_mode") == "paginated":
        return
    if parent in parents:
        theirs = iter([row for row in parents[parent] if row["reason"] in (None, "replay")])
        for row in calls:
            if not any(same(row, other) for other in theirs):
                return
            row["reason"] = "replay"
        return
    second = file["meta_at"] // 1000 if file["meta_at"] is not None else None
    burst = []
    for row in calls:
        if row["at"] is None or row["at"] // 1000 != second:
            break
        burst.append(row)
    for row in burst if len(burst) < len(calls) else []:
        row["reason"], file["low_confidence"] = "replay", True


def codex(homes, skipped):
    """Calls and duplicates of Codex."""
    paths = {path for home in homes for folder in ("sessions", "archived_sessions")
             for end in ("*.jsonl", "*.jsonl.zst") for path in Path(home, folder).rglob(end)}
    files = [rollout(path, skipped) for path in sorted(paths)]
    threads = defaultdict(list)
    for file in files:
        if file["rollout"]:
            threads[file["thread"]].append(file)
    sequences, spawned = {}, {}
    for thread, copies in threads.items():
        # A plain file before its archive, an archive before a compressed copy; parts of a thread in order of time.
        copies.sort(key=lambda file: (file["first"] or 0, "archived_sessions" in file["path"].parts,
                                      file["path"].suffix == ".zst", str(file["path"])))
        seen, sequence, before = set(), [], None
        for file in copies:
            keys = [(row["kind"], row["at"], row["total"], row["last"]) for row in file["rows"]]
            for row, key in zip(file["rows"], keys, strict=True):
                if row["reason"] is None and key in seen:
                    row["reason"] = "archive"
                elif row["reason"] is None and row["total"] is not None and row["total"] == before:
                    row["reason"] = "repeat"  # a resumed thread's second file may begin with the first one's totals
                before = row["total"] or before
            seen.update(keys)
            sequence += [row for row in file["rows"] if row["reason"] != "archive"]
        sequences[thread] = sequence
        if spawner_of(copies[0]["meta"]):
            spawned[thread] = spawner_of(copies[0]["meta"])
    for copies in threads.values():
        for file in copies:
            judge_replays(file, {name: rows for name, rows in sequences.items() if name != file["thread"]})
    calls, reasons = [], Counter()
    for file in files:
        for row in file["done"]:
            row["reason"] = "archive" if file["thread"] in threads else None
        for row in file["rows"] + file["done"]:
            if row["reason"]:
                reasons[row["reason"]] += 1
            else:
                calls.append(codex_call(file["thread"], top(file["thread"], spawned), row))
    return calls, reasons


def top(thread, spawned):
    seen = {thread}
    while thread in spawned and spawned[thread] not in seen:
        thread = spawned[thread]
        seen.add(thread)
    return thread


def codex_call(thread, root, row):
    given, cached, wrote, out, thought, _total = row["size"]
    cached = min(cached, given)
    wrote = min(wrote, given - cached)
    return {"provider": "codex", "session": thread, "root": root, "at": row["at"], "inferred": row["inferred"],
            "unobserved": row["unobserved"], "unobserved_input": row.get("unobserved_input", 0),
            "model": (row["model"] or "unknown").removeprefix("openai/"), "inclusive": given,
            "tokens": (1, given - cached - wrote, wrote, 0, cached, out, thought, 0)}


# --------------------------------------------------------------------------------------------- totals


def count(claude_roots=(), codex_homes=(), tz="UTC"):
    """Everything there is to know: calls, and their sums by model, session, root session and local day."""
    skipped = Counter()
    calls, reasons, events = claude(claude_roots, skipped)
    more, others = codex(codex_homes, skipped)
    calls += more
    zone = ZoneInfo(tz)
    sums = {name: defaultdict(lambda: [0] * len(KINDS)) for name in ("model", "session", "root", "day")}
    for call in calls:
        day = "unknown" if call["at"] is None else datetime.fromtimestamp(call["at"] / 1000, zone).date().isoformat()
        for name, key in (("model", call["model"]), ("session", call["session"]), ("root", call["root"]), ("day", day)):
            row = sums[name][f"{call['provider']} {key}"]
            row[:] = [old + new for old, new in zip(row, call["tokens"], strict=True)]
    totals = [sum(column) for column in zip(*(call["tokens"] for call in calls), strict=True)] or [0] * len(KINDS)
    return {
        "calls": calls, "timezone": tz, "totals": dict(zip(KINDS, totals, strict=True)),
        "total_tokens": sum(totals[1:6]), "duplicates": {"claude": dict(reasons), "codex": dict(others)},
        "limit_events": events, "inferred": sum(call["inferred"] for call in calls),
        "unobserved": sum(call["unobserved"] for call in calls), "skipped": dict(skipped),
        **{f"by_{name}": {key: dict(zip(KINDS, row, strict=True)) for key, row in sorted(rows.items())}
           for name, rows in sums.items()},
    }


if __name__ == "__main__":
    answer = count(sys.argv[1].split(","), sys.argv[2].split(","), *sys.argv[3:4])
    del answer["calls"]
    json.dump(answer, sys.stdout, indent=1)
    print()
