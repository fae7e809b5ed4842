"""The naive count of Codex's logs, all in memory, sharing no code with the program."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from statistics import median

from naive_lines import instant, obj, objects, whole

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PARTS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "total_tokens",
)


def vector(usage):
    return tuple(whole(usage.get(part)) for part in PARTS) if isinstance(usage, dict) else None


def born(uuid):
    """When a time-ordered UUID was made, ms; None for any other text."""
    plain = str(uuid or "").replace("-", "")
    return int(plain[:12], 16) if re.fullmatch(r"[0-9a-f]{12}7[0-9a-f]{19}", plain.lower()) else None


def rollout(path, skipped):
    """One file: whose thread it is, what it may replay, and its usage records in order."""
    file = {"path": path, "thread": None, "meta": {}, "meta_at": None, "rows": [], "done": [], "first": None}
    model, turn, last_at, waiting, exec_thread = None, None, None, [], None
    own_turn = importing = False
    for _number, line in objects(path, skipped):
        kind, body = line.get("type"), obj(line.get("payload"))
        at = instant(line.get("timestamp"))
        last_at = at if at is not None else last_at
        file["first"] = last_at if file["first"] is None else file["first"]
        if kind == "turn_context" or (
            kind == "event_msg" and body.get("type") in ("task_started", "turn_started")
        ):
            turn = body.get("turn_id") or turn
            importing = str(turn).startswith("external-import-turn-")
            of_thread = born(file["thread"] or named_by(path))
            copied = of_thread is not None and born(turn) is not None and born(turn) < of_thread
            own_turn = own_turn or not (importing or copied)
        elif body.get("message") == "<EXTERNAL SESSION IMPORTED>" and not own_turn:
            file["rows"], waiting, importing, turn = [], [], False, None
        if kind == "session_meta" and file["thread"] is None:
            file.update(thread=body.get("id"), meta=body, meta_at=at)
        elif kind == "turn_context":
            if body.get("model"):
                model = body["model"]
                for row in waiting:
                    row.update(model=model, inferred=True)
                waiting = []
        elif (kind == "event_msg" and body.get("type") == "token_count") or kind == "token_usage_record":
            info = body.get("info") if kind == "event_msg" else body
            if not isinstance(info, dict):
                continue  # limits only
            row = {
                "at": at,
                "turn": body.get("turn_id") or turn,
                "own_turn": own_turn,
                "importing": importing,
                "inferred": False,
                "unobserved": 0,
                "model": body.get("effective_model") or info.get("effective_model") or model,
            }
            if kind == "event_msg":
                row |= {
                    "kind": "count",
                    "total": vector(info.get("total_token_usage")),
                    "last": vector(info.get("last_token_usage")),
                    "info": json.dumps(info),
                }
            else:
                row |= {
                    "kind": "record",
                    "total": None,
                    "last": vector(body.get("usage")),
                    "info": body.get("response_id"),
                }
            if row["last"] or row["total"]:
                file["rows"].append(row)
                waiting += [] if row["model"] else [row]
        elif kind == "thread.started":
            exec_thread = line.get("thread_id")
        elif kind == "turn.completed" and isinstance(line.get("usage"), dict):
            when = (
                at
                if at is not None
                else last_at
                if last_at is not None
                else path.stat().st_mtime_ns // 1_000_000
            )
            file["done"].append(
                {
                    "at": when,
                    "model": line.get("model") or model,
                    "size": vector(line["usage"]),
                    "inferred": False,
                    "unobserved": 0,
                }
            )
    file["rollout"] = bool(file["thread"] or file["rows"] or not file["done"])
    file["thread"] = file["thread"] or exec_thread or named_by(path) or str(path)
    judge_counts(file["rows"])
    file["rows"] = [row for row in file["rows"] if row["reason"] != "nothing" and not row["importing"]]
    file["done"] = [row for row in file["done"] if any(row["size"][:5])]
    pair_records(file["rows"])
    for row in file["rows"]:
        at = born(row["turn"])
        row["older"] = at is not None and born(file["thread"]) is not None and at < born(file["thread"])
    return file


def named_by(path):
    found = UUID.search(path.name)
    return found.group() if found else None


def judge_counts(rows, before=None):
    """Tell calls from repeats by the running totals, and give each call its size."""
    previous_info = None
    for row in rows:
        row["reason"] = None
        if row["kind"] == "record":
            row["size"] = row["last"]
            row["reason"] = None if any(row["size"][:5]) else "nothing"
            continue
        if row["last"] and not any(row["last"][:5]):
            row["size"], row["reason"] = row["last"], "nothing"
            continue
        total, last = row["total"], row["last"]
        if total is None:
            row["reason"] = "repeat" if row["info"] == previous_info else None
            row["size"] = last
        else:
            reset = before is not None and any(new < old for new, old in zip(total, before, strict=True))
            step = (
                total
                if before is None or reset
                else tuple(new - old for new, old in zip(total, before, strict=True))
            )
            row["reason"] = "repeat" if total == before else None
            row["size"] = last or step
            if not any(row["size"][:5]) and (row["reason"] is None or not any(total)):
                row["reason"] = "nothing"
                continue
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
        near = [
            (abs(other - index), other < index, other)
            for other, count in enumerate(rows)
            if count["kind"] == "count"
            and count["reason"] is None
            and other not in taken
            and count["size"] == row["size"]
            and (count["turn"] == row["turn"] or None in (count["turn"], row["turn"]))
        ]
        if near:
            taken.add(min(near)[2])
            row["reason"] = "record"


def same(one, other):
    """Whether two records say the same call: equal vectors, whatever turn and moment they name."""
    names = ("kind", "total", "last")
    return all(one[name] == other[name] for name in names)


def copies_of(calls, theirs):
    """How many leading calls of a child stand in its parent's records, in order."""
    done, place = 0, 0
    while done < len(calls):
        later = [at for at in range(place, len(theirs)) if same(calls[done], theirs[at])]
        if later:
            done, place = done + 1, later[0] + 1
            continue
        # Totals that were rebased: at least three equal sizes in a row, this one among them.
        runs = []
        for back in (2, 1, 0):
            for at in range(max(0, place - back), len(theirs)):
                length = 0
                while (
                    done - back >= 0
                    and done - back + length < len(calls)
                    and at + length < len(theirs)
                    and calls[done - back + length]["size"][:5] == theirs[at + length]["size"][:5]
                ):
                    length += 1
                if length >= 3 and length > back:
                    runs.append((done - back + length, at + length))
        if runs:
            done, place = max(runs, key=lambda run: run[0])
        elif calls[done]["older"]:
            done += 1
        else:
            break
    return done


def written_at_once(calls, first):
    """How many leading calls were written faster than answers can come."""
    times = [call["at"] for call in calls]
    gaps = []
    for before, after in pairwise(times):
        gap = after - before
        if gap >= 1000 or (gap >= 200 and gaps and gap > 20 * median(gaps)):
            break
        gaps.append(gap)
    run = times[: len(gaps) + 1]
    if len(run) >= 3:
        return len(run) if run[0] - first <= 1000 else 0
    near = [at - first <= 200 for at in run]
    return [*near, False].index(False)


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
    for row in calls:
        if row["older"]:
            row["reason"] = "replay"
    if not parent or parent == file["thread"] or file["meta"].get("history_mode") == "paginated":
        return
    if parent in parents:
        theirs = [row for row in parents[parent] if row["reason"] in (None, "replay")]
        leading = copies_of(calls, theirs)
    else:
        strange = [bool(row["older"] or not row["own_turn"]) for row in calls]
        leading = max([*strange, False].index(False), written_at_once(calls, file["first"]))
        file["low_confidence"] = leading > 0
    for row in calls[:leading]:
        row["reason"] = "replay"


def codex(homes, skipped):
    """Calls and duplicates of Codex."""
    paths = {
        path
        for home in homes
        for folder in ("sessions", "archived_sessions")
        for end in ("*.jsonl", "*.jsonl.zst")
        for path in Path(home, folder).rglob(end)
    }
    files = [rollout(path, skipped) for path in sorted(paths)]
    threads = defaultdict(list)
    for file in files:
        if file["rollout"]:
            threads[file["thread"]].append(file)
    sequences, spawned = {}, {}
    for thread, copies in threads.items():
        # Parts of a thread in order of time; a plain file before its archive and its compressed copy.
        copies.sort(
            key=lambda file: (
                file["first"] or 0,
                "archived_sessions" in file["path"].parts,
                file["path"].suffix == ".zst",
                str(file["path"]),
            )
        )
        seen, sequence, before = set(), [], None
        for file in copies:
            keys = [(row["kind"], row["at"], row["total"], row["last"]) for row in file["rows"]]
            for row, key in zip(file["rows"], keys, strict=True):
                if row["reason"] is None and key in seen:
                    row["reason"] = "archive"
                elif row["reason"] is None and row["total"] is not None and row["total"] == before:
                    row["reason"] = "repeat"  # a second file may begin with the totals of the first
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
    return {
        "provider": "codex",
        "session": thread,
        "root": root,
        "at": row["at"],
        "inferred": row["inferred"],
        "unobserved": row["unobserved"],
        "unobserved_input": row.get("unobserved_input", 0),
        "model": (row["model"] or "unknown").removeprefix("openai/"),
        "inclusive": given,
        "tokens": (1, given - cached - wrote, wrote, 0, cached, out, thought, 0),
    }
