"""A few small logs in which every rule of counting has work to do: for shuffling, cutting and killing.

Synthetic and tiny on purpose; the demo writer has the realistic ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import zstandard

Line = dict[str, Any]


def at(minute: int, second: int = 0) -> str:
    return f"2026-03-0{1 + minute // 1440}T{minute // 60 % 24:02d}:{minute % 60:02d}:{second:02d}.000Z"


def write(path: Path, lines: list[Line | bytes], end: bytes = b"\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = [line if isinstance(line, bytes) else json.dumps(line, separators=(",", ":")).encode() for line in lines]
    path.write_bytes(b"\n".join(raw) + end)


def answer(session: str, call: str, minute: int, output: int, *, block: int = 0, **more: Any) -> Line:
    """One line of an answer, as Claude Code writes one for each content block."""
    usage = {
        "input_tokens": 10 + len(call), "output_tokens": output, "cache_read_input_tokens": 1_000 + 7 * len(call),
        "cache_creation_input_tokens": 120, "speed": more.pop("speed", None),
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 100},
    }  # fmt: skip
    return {
        "type": "assistant", "sessionId": session, "cwd": "/home/dev/harbour", "gitBranch": "main", "version": "2.1.9",
        "timestamp": at(minute, block), "uuid": f"{session}-{call}-{block}", "requestId": f"req-{call}",
        "message": {"id": call, "model": more.pop("model", "claude-sonnet-4-6"), "role": "assistant", "usage": usage,
                    "content": [{"type": "text", "text": "x" * (block * 40)}]},
    } | more  # fmt: skip


def prompt(session: str, minute: int, text: str) -> Line:
    return {"type": "user", "sessionId": session, "cwd": "/home/dev/harbour", "timestamp": at(minute),
            "version": "2.1.9", "message": {"role": "user", "content": text}}  # fmt: skip


def count(minute: int, total: tuple[int, int, int] | None, last: tuple[int, int, int] | None, second: int = 0) -> Line:
    """A token count; the three are inclusive input, cached, output."""

    def usage(three: tuple[int, int, int] | None) -> Line | None:
        return three and {"input_tokens": three[0], "cached_input_tokens": three[1], "output_tokens": three[2]}

    limits = {"limit_id": "codex", "primary": {"used_percent": minute % 50, "window_minutes": 299, "resets_at": 1_800_000_000}}
    info = {"total_token_usage": usage(total), "last_token_usage": usage(last)}
    return {"timestamp": at(minute, second), "type": "event_msg",
            "payload": {"type": "token_count", "info": info if total or last else None, "rate_limits": limits}}  # fmt: skip


def meta(thread: str, minute: int, **more: Any) -> Line:
    return {"timestamp": at(minute), "type": "session_meta",
            "payload": {"id": thread, "cwd": "/home/dev/lantern", "cli_version": "0.150.0", "originator": "cli"} | more}


def turn(minute: int, name: str, model: str = "gpt-5.5") -> Line:
    return {"timestamp": at(minute), "type": "turn_context", "payload": {"turn_id": name, "model": model, "cwd": "/home/dev/lantern"}}


def record(minute: int, response: str, size: tuple[int, int, int], name: str | None = None) -> Line:
    usage = {"input_tokens": size[0], "cached_input_tokens": size[1], "output_tokens": size[2]}
    return {"timestamp": at(minute), "type": "token_usage_record",
            "payload": {"response_id": response, "usage": usage} | ({"turn_id": name} if name else {})}  # fmt: skip


def write_small_logs(folder: Path) -> None:
    """Write `claude/` and `codex/` below a folder."""
    _claude(folder / "claude" / "projects" / "-home-dev-harbour")
    _codex(folder / "codex")


def _claude(project: Path) -> None:
    first, second, third, fork = "aaaa-1", "bbbb-2", "cccc-3", "dddd-4"
    opening = [
        prompt(first, 1, "Make the lamp blink"),
        answer(first, "msg-1", 2, 5), answer(first, "msg-1", 2, 300, block=1), answer(first, "msg-1", 2, 40, block=2),
        answer(first, "msg-2", 5, 70, speed="fast"), answer(first, "msg-2", 5, 70, block=1),
        answer(first, "msg-3", 1439, 9, model="claude-opus-4-8"),
    ]  # fmt: skip
    write(project / f"{first}.jsonl", [*opening, answer(first, "msg-4", 1500, 11)])
    # Resumed under another id: copies with their own session's name, in a tie; then its own calls.
    copied = [line | {"sessionId": second} for line in opening]
    write(project / f"{second}.jsonl", [*copied, answer(second, "msg-5", 1600, 50), b'{"type":"assis', b"", b"\x00\x00\x00"])
    # Copies that keep the origin's name, and one that names it in words.
    write(project / f"{third}.jsonl", [*opening[:3], answer(third, "msg-6", 1700, 12)], end=b"")
    named = [line | {"sessionId": fork, "forkedFrom": {"sessionId": second}} for line in [answer(second, "msg-5", 1600, 50)]]
    write(project / f"{fork}.jsonl", [*named, answer(fork, "msg-7", 1800, 13)])
    # Subagents: nested, a side question that replays its parent, the old flat ones, embedded messages.
    sub = {"isSidechain": True, "agentId": "a1"}
    write(project / first / "subagents" / "agent-a1.jsonl", [answer(first, "msg-8", 6, 80) | sub])
    aside = {"isSidechain": True, "agentId": "aside_question-b1"}
    write(
        project / first / "subagents" / "agent-aside_question-b1.jsonl",
        [answer(first, "msg-2", 5, 70, speed="fast") | aside | {"requestId": "other"}, answer(first, "msg-9", 7, 21) | aside],
    )
    flat = {"isSidechain": True, "agentId": "f00d"}
    write(project / "agent-f00d.jsonl", [answer(second, "msg-10", 1601, 30) | flat])

    def embedded(call: str, agent: str) -> Line:
        return {"type": "progress", "sessionId": first, "timestamp": at(1510), "cwd": "/home/dev/harbour",
                "data": {"type": "agent_progress", "agentId": agent, "message": answer(first, call, 1509, 8) | {"sessionId": None}}}

    write(
        project / "eeee-5.jsonl",
        [prompt("eeee-5", 1505, "<command-name>/x</command-name>"), embedded("msg-8", "a1"), embedded("msg-11", "gone"),
         {"type": "custom-title", "sessionId": "eeee-5", "customTitle": "The fifth"},
         {"type": "nobody-knows", "timestamp": at(1)},
         answer("eeee-5", "msg-12", 1506, 3, model="some-unheard-of-model"), answer("eeee-5", "msg-13", 1507, 3, costUSD=0.25),
         answer("eeee-5", "msg-14", 1508, 3, model="<synthetic>")],
    )  # fmt: skip


def _codex(home: Path) -> None:
    day = home / "sessions" / "2026" / "03" / "01"
    parent, child, orphan, lone, run = (f"0190000{n}-0000-7000-8000-00000000000{n}" for n in range(1, 6))

    def rollout(thread: str, minute: int) -> Path:
        return day / f"rollout-2026-03-01T{minute // 60:02d}-{minute % 60:02d}-00-{thread}.jsonl"

    said = [
        turn(11, "t1"),
        count(12, (1_000, 800, 100), (1_000, 800, 100)), count(12, (1_000, 800, 100), (1_000, 800, 100), 5),
        count(12, None, None, 6),
        turn(13, "t2", "gpt-5.3-codex"),
        record(14, "r1", (1_200, 900, 60)), count(14, (2_200, 1_700, 160), (1_200, 900, 60)),
        count(15, (9_000, 1_700, 300), (1_300, 1_000, 70)), record(15, "r2", (1_300, 1_000, 70)),
        record(16, "r3", (5_000, 4_000, 300), "t2"),
        count(17, (700, 0, 10), (700, 0, 10)),
    ]  # fmt: skip
    write(rollout(parent, 10), [meta(parent, 10), *said])
    # A fork that replays everything at one instant, its parent's own beginning inside, then lives.
    replay = [line | {"timestamp": at(60)} for line in said]
    own = [turn(62, "t9"), count(63, (1_700, 0, 30), (1_000, 0, 20)), count(64, (2_000, 0, 50), (300, 0, 20))]
    write(rollout(child, 60), [meta(child, 60, forked_from_id=parent), meta(parent, 60), *replay, *own])
    # A fork of a thread that is not there: the burst in its first second is not its own.
    burst = [count(90, (400, 0, 10), (400, 0, 10)), count(90, (900, 0, 30), (500, 0, 20))]
    write(rollout(orphan, 90), [meta(orphan, 90, forked_from_id="nobody"), *burst, turn(91, "t5"), count(92, (1_500, 0, 40), (600, 0, 10))])
    # The archive has the parent again, half of it compressed; a headless run names a thread of its own.
    archive = home / "archived_sessions"
    write(archive / rollout(parent, 10).name, [meta(parent, 10), *said[:6]])
    packed = archive / (rollout(lone, 100).name + ".zst")
    lines = [meta(lone, 100), count(101, (50, 0, 5), None), turn(102, "t6"), count(103, (80, 10, 9), None)]
    packed.write_bytes(zstandard.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines)))
    write(
        home / "sessions" / "run.jsonl",
        [{"type": "thread.started", "thread_id": run},
         {"type": "turn.completed", "timestamp": at(110), "model": "gpt-5.5", "usage": {"input_tokens": "100", "output_tokens": 7}}],
    )  # fmt: skip
    write(
        home / "sessions" / "run-beside.jsonl",
        [{"type": "thread.started", "thread_id": lone},
         {"type": "turn.completed", "timestamp": at(111), "model": "gpt-5.5", "usage": {"input_tokens": 100, "output_tokens": 7}}],
    )  # fmt: skip
