"""The first prompt and the last reply, from a log's two ends; and the thread that reads them."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

import pytest
import zstandard
from small_logs import Line, answer, at, meta, prompt, turn, write

from tally_tui.live.excerpting import Excerpting
from tally_tui.model import Provider
from tally_tui.reports import excerpts
from tally_tui.reports.excerpts import Excerpt, Excerpts, excerpt
from tally_tui.requests import ExcerptsRequest
from tally_tui.store import Answered


def said(call: str, minute: int, text: str) -> Line:
    line = answer("s1", call, minute, 5)
    line["message"]["content"] = [{"type": "text", "text": text}]
    return line


LINES: list[Line | bytes] = [
    prompt("s1", 1, "Base directory for this skill: /x"), prompt("s1", 2, "Fix\n\nthe **lamp**"),
    said("a", 3, "First."), prompt("s1", 4, "And then?"), said("b", 5, "## Done\n\n`lamp.py` blinks."),
]  # fmt: skip


def test_a_claude_log(tmp_path: Path) -> None:
    write(tmp_path / "s1.jsonl", LINES)
    assert excerpt(Provider.CLAUDE, str(tmp_path / "s1.jsonl")) == Excerpt("Fix the lamp", "Done lamp.py blinks.")


def test_only_the_two_ends_of_a_long_log_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpts, "FROM_START", (500, 4_000))
    monkeypatch.setattr(excerpts, "FROM_END", (300, 4_000))
    noise: list[Line | bytes] = [b"this is no JSON at all " * 20] * 200
    result = {"type": "user", "sessionId": "s1", "timestamp": at(9), "message": {"role": "user", "content": [
        {"tool_use_id": "t", "type": "tool_result", "content": "x" * 900}]}}  # fmt: skip
    write(tmp_path / "s1.jsonl", [*LINES[:3], *noise, *LINES[3:], result])
    assert excerpt(Provider.CLAUDE, str(tmp_path / "s1.jsonl")) == Excerpt("Fix the lamp", "Done lamp.py blinks.")
    write(tmp_path / "s1.jsonl", [*noise, *LINES, *noise])
    assert excerpt(Provider.CLAUDE, str(tmp_path / "s1.jsonl")) == Excerpt(), "what lies too deep is not looked for"


def test_a_codex_log_plain_and_compressed(tmp_path: Path) -> None:
    thread = "01900001-0000-7000-8000-000000000001"

    def event(minute: int, kind: str, text: str) -> Line:
        return {"timestamp": at(minute), "type": "event_msg", "payload": {"type": kind, "message": text}}

    path = tmp_path / f"rollout-2026-03-01T00-10-00-{thread}.jsonl"
    write(path, [
        meta(thread, 1), turn(1, "t"), event(2, "user_message", "Mend the net"), event(3, "agent_message", "Mended."),
        event(4, "user_message", "Thanks"), event(5, "agent_message", "Any time."),
    ])  # fmt: skip
    assert excerpt(Provider.CODEX, str(path)) == Excerpt("Mend the net", "Any time.")
    packed = tmp_path / f"{path.name}.zst"
    packed.write_bytes(zstandard.compress(path.read_bytes()))
    assert excerpt(Provider.CODEX, str(packed)) == Excerpt("Mend the net", "Any time.")


@pytest.mark.parametrize("content", [None, b"", b"\n\n", b"\x00" * 300, b"{", b"[]\n3\n"])
def test_logs_that_say_nothing(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "s1.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert excerpt(Provider.CLAUDE, str(path)) == Excerpt()


def test_the_thread_reads_a_log_again_only_when_it_has_grown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def counted(provider: Provider, path: str, known: str = "") -> Excerpt:
        reads.append(path)
        return excerpt(provider, path, known)

    monkeypatch.setattr("tally_tui.live.excerpting.excerpt", counted)
    # However slow the machine is, nothing is told before all is read.
    monkeypatch.setattr("tally_tui.live.excerpting.TELL_S", 3600.0)
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()
    reading = Excerpting(told.put)
    reading.start()
    try:
        path = tmp_path / "s1.jsonl"
        write(path, LINES[:3])
        request = ExcerptsRequest("excerpts", (("claude", str(path)), ("claude", str(tmp_path / "gone.jsonl"))))
        reading.ask(request)
        first = told.get(timeout=120)
        assert isinstance(first, Answered) and isinstance(first.answer, Excerpts)
        assert first.answer.of == {str(path): Excerpt("Fix the lamp", "First."), str(tmp_path / "gone.jsonl"): Excerpt()}
        reading.changed()
        # Put in place whole: a thread that looks while a file is being written would rightly tell of the half.
        write(tmp_path / "longer", LINES)
        (tmp_path / "longer").replace(path)
        reading.changed()
        assert told.get(timeout=120).answer.of[str(path)].reply == "Done lamp.py blinks."
        assert reads == [str(path)] * 2
        path.unlink()
        reading.ask(ExcerptsRequest("excerpts", (("claude", str(path)),)))
        assert told.get(timeout=120).answer.of[str(path)].prompt == "Fix the lamp", "what was read stays true"
    finally:
        reading.stop()
