"""The demo's month: the same every time, valid, harmless, and with every record shape of both agents."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tally_tui.demo import DemoRoots, write_demo
from tally_tui.demo.__main__ import main

NOW = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> DemoRoots:
    return write_demo(tmp_path_factory.mktemp("month"), NOW)


def contents(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return data


def records(root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted([*root.rglob("*.jsonl"), *root.rglob("*.jsonl.zst")]):
        data = contents(path)
        assert data.endswith(b"\n"), path
        for line in data.splitlines():
            record = json.loads(line)
            assert isinstance(record, dict)
            yield path, record


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_and_present_give_the_same_bytes(month: DemoRoots, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again", NOW)
    assert digest(again.claude.parent) == digest(month.claude.parent)
    assert again.truth.spent == month.truth.spent


def test_another_seed_gives_another_month(month: DemoRoots, tmp_path: Path) -> None:
    other = write_demo(tmp_path / "other", NOW, days=4, seed=8)
    assert not set(digest(other.claude)) & set(digest(month.claude)) - {"history.jsonl"}


@pytest.mark.parametrize("days", [1, 3, 45])
@pytest.mark.parametrize("now", [NOW, NOW + 11 * 3_600_000, NOW + 2 * 86_400_000])
def test_any_length_and_hour_can_be_written_and_is_never_in_the_future(
    tmp_path: Path, days: int, now: int
) -> None:
    roots = write_demo(tmp_path, now, days=days)
    limit = datetime.fromtimestamp(now / 1000, UTC)
    for root in (roots.claude, roots.codex):
        for path, record in records(root):
            if isinstance(record.get("timestamp"), str):
                assert datetime.fromisoformat(record["timestamp"]) <= limit, path


def test_the_month_is_of_a_size_that_opens_at_once(month: DemoRoots) -> None:
    sessions = [*month.claude.glob("projects/*/*.jsonl"), *month.codex.rglob("rollout-*")]
    size = sum(path.stat().st_size for path in month.claude.parent.rglob("*") if path.is_file())
    assert 150 <= len(sessions) <= 260
    assert 8e6 <= size <= 16e6


def test_both_agents_are_at_work_at_the_present(month: DemoRoots) -> None:
    for root in (month.claude, month.codex):
        used = [
            datetime.fromisoformat(record["timestamp"]).timestamp() * 1000
            for _path, record in records(root)
            if "timestamp" in record
            and isinstance(record["timestamp"], str)
            and (record.get("type") == "assistant" or record.get("payload", {}).get("type") == "token_count")
        ]
        assert NOW - 120_000 < max(used) < NOW
        assert sum(at > NOW - 600_000 for at in used) >= 3


def test_limits_rise_within_their_windows_and_fall_at_a_reset(month: DemoRoots) -> None:
    seen: dict[tuple[int, int], list[tuple[str, float]]] = {}
    for _path, record in records(month.codex):
        limits = record.get("payload", {}).get("rate_limits") or {}
        for name in ("primary", "secondary"):
            if record.get("type") == "event_msg" and limits.get("limit_id"):
                window = limits[name]
                key = (window["window_minutes"], window["resets_at"])
                seen.setdefault(key, []).append((record["timestamp"], window["used_percent"]))
    percents = [percent for readings in seen.values() for _at, percent in readings]
    assert 50 <= max(percents) <= 100
    assert {minutes for minutes, _reset in seen} == {300, 10080}
    rising = sum(min(readings)[1] <= max(readings)[1] for readings in seen.values())
    assert rising == len(seen)


def test_nothing_points_at_a_real_home_or_a_real_address(month: DemoRoots) -> None:
    for path in month.claude.parent.rglob("*"):
        if not path.is_file():
            continue
        text = contents(path).decode("utf-8", "strict")
        homes = set(re.findall(r"(?:/home|/Users|\\Users)[/\\]+([\w.-]+)", text)) | set(
            re.findall(r"/root(?:/[.\w-]+)", text)
        )
        assert {home for home in homes if home not in ("dev", "/root/explore", "/root/counter")} == set(), (
            path
        )
        assert not re.search(r"[\w.]+@[\w-]+\.(?!example)\w+", re.sub(r"[A-Za-z0-9+/]{200,}", "", text)), path
        hosts = set(re.findall(r"https?://([\w.-]+)", text))
        assert all(
            host == "example.com" or host.endswith((".example.com", "example.org")) for host in hosts
        ), hosts


def test_the_command_writes_a_month_with_its_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TALLY_NOW", "2026-11-20T14:30:00Z")
    assert main([str(tmp_path / "out"), "--days", "2"]) == 0
    assert "CLAUDE_CONFIG_DIR=" in capsys.readouterr().out
    truth = json.loads((tmp_path / "out" / "truth.json").read_text())
    assert truth["claude"] and truth["codex"]


def test_the_command_writes_a_corpus_of_a_given_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", "2026-11-20T14:30:00Z")
    assert main([str(tmp_path / "out"), "--mb", "6"]) == 0
    logs = list((tmp_path / "out").rglob("*.jsonl"))
    lines = sum(path.read_bytes().count(b"\n") for path in logs)
    size = sum(path.stat().st_size for path in logs)
    assert 4e6 < size < 12e6
    assert 1_500 < size / lines < 3_500


def test_the_command_leaves_a_full_folder_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(SystemExit) as stop:
        main([str(tmp_path)])
    assert stop.value.code == 2
    assert "nothing was written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
