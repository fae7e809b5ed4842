"""A month of both agents' logs: who worked when, and on what; the same for the same seed and present."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tally_tui.demo import claude_scenes, codex_scenes
from tally_tui.demo.claude_log import save_lines
from tally_tui.demo.desk import Desk
from tally_tui.demo.dice import Dice, stamp
from tally_tui.demo.tales import PROJECTS
from tally_tui.demo.truth import Truth

MINUTE_MS = 60_000
Scene = Callable[[Desk, int], None]


@dataclass(frozen=True, slots=True)
class DemoRoots:
    """Where the logs are: a `CLAUDE_CONFIG_DIR` and a `CODEX_HOME`. `truth` is what they really hold."""

    claude: Path
    codex: Path
    truth: Truth = field(default_factory=Truth, compare=False)


def write_demo(folder: Path, now_ms: int, days: int = 30, seed: int = 7) -> DemoRoots:
    """Write a synthetic month of logs under `folder`; the same bytes for the same seed, present and days.

    The last sessions reach to two seconds before `now_ms` (epoch milliseconds). Nothing outside
    `folder` is touched; it is made if it is missing, and should be empty.
    """
    desk = Desk(folder / "claude", folder / "codex", Dice(f"{seed} {now_ms} {days}"), now_ms - 2_000)
    for at, scene in plan(desk.dice, now_ms, days):
        scene(desk, at)
    _indexes(desk, now_ms)
    return DemoRoots(desk.claude, desk.codex, desk.truth)


def plan(dice: Dice, now_ms: int, days: int) -> list[tuple[int, Scene]]:
    """When each scene begins, in order of time: office hours, quiet weekends, rare scenes spread out."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    scenes: list[tuple[int, Scene]] = []
    for back in range(days, -1, -1):
        day = today - timedelta(days=back)
        begin = int(day.timestamp() * 1000)
        weekend = day.weekday() >= 5
        # Claude's sessions may overlap; Codex works through the day one after the other, so its limits rise.
        for _ in range(dice.randrange(0, 3) if weekend else dice.randrange(3, 6)):
            hour = dice.triangular(8, 21, 15) if weekend else dice.triangular(7.5, 19, 10.5)
            scenes.append(
                (begin + int(hour * 60) * MINUTE_MS + dice.randrange(60_000), claude_scenes.ordinary)
            )
        starts = [dice.randrange(14, 20)] if weekend and dice.chance(0.5) else [] if weekend else [9, 14]
        scenes += [
            (begin + hour * 60 * MINUTE_MS + dice.randrange(40 * MINUTE_MS), codex_scenes.ordinary)
            for hour in starts
        ]
    rare: list[Scene] = [*claude_scenes.SCENES, *codex_scenes.SCENES]
    for number, scene in enumerate(rare):
        # Spread over the days before yesterday, so that none reaches into the present.
        back = 2 + number * max(1, days - 3) // len(rare) % max(1, days - 2)
        begin = int((today - timedelta(days=back)).timestamp() * 1000)
        scenes.append((begin + (11 * 60 + 7 * (number % 6)) * MINUTE_MS + dice.randrange(60_000), scene))
    scenes = [(at, scene) for at, scene in scenes if at < now_ms - 45 * MINUTE_MS]
    scenes += [(now_ms - 26 * MINUTE_MS, codex_scenes.live), (now_ms - 31 * MINUTE_MS, claude_scenes.live)]
    return sorted(scenes, key=lambda pair: (pair[0], pair[1].__module__, pair[1].__name__))


def _indexes(desk: Desk, now_ms: int) -> None:
    """The lists that both agents keep beside their transcripts, and file times that fit their contents."""
    typed = []
    for path in sorted((desk.claude / "projects").glob("*/*.jsonl")):
        first = next(
            (line for line in path.read_text(encoding="utf-8").splitlines() if '"role":"user"' in line), None
        )
        if first and not path.name.startswith("agent-"):
            record = json.loads(first)
            words = record["message"]["content"]
            at = int(datetime.fromisoformat(record["timestamp"]).timestamp() * 1000)
            typed.append(
                {
                    "display": words if isinstance(words, str) else "[Image #1]",
                    "pastedContents": {},
                    "timestamp": at,
                    "project": record["cwd"],
                    "sessionId": path.stem,
                }
            )
    save_lines(desk.claude / "history.jsonl", sorted(typed, key=lambda entry: int(str(entry["timestamp"]))))
    rollouts = sorted((desk.codex / "sessions").glob("*/*/*/rollout-*.jsonl"))
    threads = [
        {"id": path.name[28:64], "thread_name": name, "updated_at": stamp(now_ms)}
        for path in rollouts
        if (name := _thread_name(path))
    ]
    save_lines(desk.codex / "session_index.jsonl", threads)
    for path in [*desk.claude.rglob("*.jsonl"), *desk.codex.rglob("*.jsonl")]:
        _touch(path, now_ms)


def _thread_name(rollout: Path) -> str | None:
    """The title of the first task that is asked for in a rollout; None without one: such a thread has no name."""
    titles = {task.prompt: task.title for project in PROJECTS for task in project.tasks}
    with rollout.open(encoding="utf-8") as lines:
        for line in lines:
            payload = json.loads(line).get("payload", {})
            if payload.get("type") == "user_message" and payload["message"] in titles:
                return titles[payload["message"]]
            if payload.get("type") == "message" and payload["role"] == "user":
                for part in payload["content"]:
                    if part.get("text") in titles:
                        return titles[part["text"]]
    return None


def _touch(path: Path, now_ms: int) -> None:
    """Give a log the time of its last line: an agent's file is as old as its last answer."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_536))
        tail = file.read()
    marker = b'"timestamp":"'
    found = tail.rfind(marker)
    if found < 0:
        return
    text = tail[found + len(marker) : found + len(marker) + 24].decode("ascii", "replace")
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except ValueError:
        return
    os.utime(path, (min(seconds, now_ms / 1000),) * 2)
