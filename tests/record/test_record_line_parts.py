"""The status line, part by part, on the very JSON that Claude Code hands over; whatever else it is handed; many at once."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alert_home import AlertHome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import until

from tally_tui.config import LINE_PARTS
from tally_tui.ledger.open import open_reader
from tally_tui.record import after, statusline
from tally_tui.reports.limits import standing

NOW_S = 1_738_418_400
"""2025-02-01T14:00:00Z, two hours before the example's five hours reset."""
NOW = "2025-02-01T14:00:00Z"
EXAMPLE: dict[str, Any] = {
    "hook_event_name": "Status", "session_id": "abc", "transcript_path": "/home/ada/.claude/projects/p/abc.jsonl",
    "cwd": "/work", "version": "2.1.9", "model": {"id": "claude-opus-5", "display_name": "Opus 5"},
    "workspace": {"current_dir": "/work", "project_dir": "/work"}, "output_style": {"name": "default"},
    "cost": {
        "total_cost_usd": 0.0123, "total_duration_ms": 45000, "total_api_duration_ms": 2300, "total_lines_added": 156,
        "total_lines_removed": 23,
    },
    "context_window": {
        "context_window_size": 200000, "used_percentage": 9, "remaining_percentage": 91, "total_input_tokens": 0,
        "total_output_tokens": 0,
        "current_usage": {
            "input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        },
    },
    "exceeds_200k_tokens": False,
    "rate_limits": {
        "five_hour": {"used_percentage": 23.5, "resets_at": 1738425600},
        "seven_day": {"used_percentage": 41.2, "resets_at": 1738857600},
    },
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> AlertHome:
    """Claude Code's logs: $3.60 an hour ago, within the five-hour window, and $1.80 early in the morning."""
    home = AlertHome(tmp_path)
    log = tmp_path / "claude" / "projects" / "p" / "s.jsonl"
    log.parent.mkdir(parents=True)
    lines = [
        {
            "type": "assistant", "sessionId": "s", "cwd": "/w", "timestamp": at, "version": "2.1.9", "uuid": at,
            "requestId": at,
            "message": {"id": at, "model": "claude-sonnet-4-6", "role": "assistant", "content": [],
                        "usage": {"input_tokens": count, "output_tokens": count}},
        }
        for at, count in (("2025-02-01T03:00:00Z", 100_000), ("2025-02-01T13:30:00Z", 200_000))
    ]  # fmt: skip
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    home.settings()
    assert line(home, "", "sync").returncode == 0
    return home


def environment(home: AlertHome) -> dict[str, str]:
    return {**os.environ, **home.environment, "TALLY_NOW": NOW, "NO_COLOR": "1"}


def line(home: AlertHome, said: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tally_tui", *(words or ("statusline",))],
        env=environment(home), input=said, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip


#   part      what the example makes of it
PARTS = {
    "model": "Opus 5",
    "session": "$0.01 session",
    "today": "$5.40 today",
    # 11:00 to 16:00, as the five-hour reading says: only the $3.60.
    "block": "$3.60 block",
    "burn": "$3.60/h",
    "context": "context 9%",
    "5h": "5h 23% 2h 00m",
    "7d": "7d 41% 5d 2h",
    "limits": "tally-tui: no figures yet",
}


def test_the_whole_line_of_the_example(home: AlertHome) -> None:
    shown = line(home, json.dumps(EXAMPLE))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout == (
        "Opus 5 | $0.01 session · $5.40 today · $3.60 block | $3.60/h | context 9% | 5h 23% 2h 00m · 7d 41% 5d 2h\n"
    )


def test_every_part_is_here() -> None:
    assert tuple(PARTS) == LINE_PARTS


@pytest.mark.parametrize("part", PARTS)
def test_each_part_alone_and_the_line_without_it(home: AlertHome, part: str) -> None:
    config = home.folder / "config" / "config.toml"
    config.write_text(f'time_zone = "UTC"\nstatusline = ["{part}"]\n')
    assert line(home, json.dumps(EXAMPLE)).stdout == PARTS[part] + "\n"
    rest = [each for each in reversed(LINE_PARTS) if each != part]
    config.write_text(f'time_zone = "UTC"\nstatusline = {json.dumps(rest)}\n')
    shown = line(home, json.dumps({**EXAMPLE, "session_id": "other"})).stdout
    assert (PARTS[part] in shown) == (part == "burn" and "$3.60" in shown and "$3.60/h" in shown)
    found = [shown.index(PARTS[each]) for each in rest if each != "limits"]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("week", "shown"),
    [
        ({"used_percentage": -3, "resets_at": 1738857600}, "5h 23% 2h 00m"),
        ({"used_percentage": 41.2, "resets_at": 4738857600}, "5h 23% 2h 00m"),
        ({"used_percentage": 104, "resets_at": 1738857600}, "5h 23% 2h 00m · 7d 104%! 5d 2h"),
        ({"used_percentage": 41.2, "resets_at": NOW_S - 60}, "5h 23% 2h 00m · 7d reset"),
    ],
)
def test_what_cannot_be_is_not_shown(home: AlertHome, week: dict[str, float], shown: str) -> None:
    (home.folder / "config" / "config.toml").write_text('statusline = ["5h", "7d"]\n')
    said = {**EXAMPLE, "rate_limits": {**EXAMPLE["rate_limits"], "seven_day": week}}
    assert line(home, json.dumps(said)).stdout == shown + "\n"


# -- whatever it is handed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    ("session_id",), ("model",), ("model", "display_name"), ("model", "id"), ("cost",), ("cost", "total_cost_usd"),
    ("cost", "total_api_duration_ms"), ("context_window",), ("context_window", "used_percentage"),
    ("context_window", "current_usage"), ("context_window", "context_window_size"), ("rate_limits",),
    ("rate_limits", "five_hour"), ("rate_limits", "five_hour", "used_percentage"),
    ("rate_limits", "five_hour", "resets_at"), ("rate_limits", "seven_day", "resets_at"),
]  # fmt: skip


def changed(said: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path or not isinstance(said, dict):
        return value
    return {**said, path[0]: changed(said.get(path[0]), path[1:], value)}


@st.composite
def payloads(draw: st.DrawFn) -> bytes:
    """The example with some of it replaced by anything, or not even that."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=200))
    said: Any = EXAMPLE
    for path in draw(st.lists(st.sampled_from(PATHS), max_size=4)):
        said = changed(said, path, draw(VALUES))
    text = json.dumps(said)
    return text[: draw(st.integers(0, len(text)))].encode() if draw(st.integers(0, 3)) == 0 else text.encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("line")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in AlertHome(folder).environment.items():
            patch.setenv(name, value)
        patch.setenv("TALLY_NOW", NOW)
        patch.setenv("TALLY_DEBUG", "1")  # what would be kept quiet is raised here
        patch.setattr(after, "_start", lambda command: None)
        yield folder


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(payloads(), st.booleans())
def test_no_input_breaks_the_line_or_what_is_kept(folder: Path, said: bytes, again: bool) -> None:
    printed: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statusline, "read_all", lambda: said)
        patch.setattr(statusline, "_print", printed.append)
        for _ in range(2 if again else 1):
            assert statusline.status_line() == 0
    assert all(each.strip() and each.replace("\x1b", "").isprintable() for text in printed for each in text.split("\n"))
    with closing(sqlite3.connect(folder / "data" / "ledger.db")) as db, contextlib.suppress(sqlite3.OperationalError):
        for percent, resets, minutes in db.execute("SELECT percent, resets_at, minutes FROM reading"):
            assert 0 <= percent <= 100
            assert NOW_S * 1000 < resets <= NOW_S * 1000 + (minutes + 1440) * 60_000


# -- many at once


def test_fifty_at_once_leave_no_pile_and_their_readings_are_weighed(home: AlertHome) -> None:
    """One session is at 60 %; ten others repeat what they last heard, 41 %, five times each."""
    processes = []
    for number in range(50):
        session = "busy" if number == 25 else f"idle{number % 10}"
        said = changed({**EXAMPLE, "session_id": session}, ("rate_limits", "seven_day", "used_percentage"), 41.2)
        if session == "busy":
            said = changed(said, ("rate_limits", "seven_day", "used_percentage"), 60)
        file = home.folder / f"said {number}"
        file.write_text(json.dumps(said))
        with file.open() as handle:
            process = subprocess.Popen(
                [sys.executable, "-m", "tally_tui", "statusline"],
                env=environment(home), stdin=handle, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
        processes.append(process)
    shown = [process.communicate(timeout=240) for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert all(out.startswith("Opus 5 | ") and err == "" for out, err in shown)
    until(lambda: not workers(home), "no process is left behind")
    assert line(home, "", "sync").returncode == 0  # what could not be written at once waits for the next one
    with closing(open_reader(home.ledger)) as db:
        sessions = db.execute("SELECT count(DISTINCT session) FROM reading WHERE minutes = 10080").fetchone()[0]
        (week,) = [
            each.window
            for each in standing(db, now_ms=NOW_S * 1000 + 1, tz=ZoneInfo("UTC")).limits
            if each.key.minutes == 10_080
        ]
    assert sessions == 11
    assert (week.percent, week.segment) == (60, 0)


def workers(home: AlertHome) -> list[int]:
    """Processes of ours that work on this home."""
    found = []
    for entry in Path("/proc").iterdir() if Path("/proc").is_dir() else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if f"TALLY_DATA_DIR={home.folder}/data".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
    return found
