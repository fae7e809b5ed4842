"""Archiving while the screen is open: what a person asks for, and what the rules find."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_home import MAIN, OTHER, THREAD, Kept

from tally_tui.actions import Done, SetArchived, StopArchiving
from tally_tui.archive.progress import Progress
from tally_tui.config import ArchiveRules, Settings
from tally_tui.live.archiving import Archiving
from tally_tui.requests import ArchivingRequest
from tally_tui.store import Alerted, Answered, News

PATIENCE_S = 180
NOW = "2026-03-20T12:00:00Z"
Running = Callable[..., tuple[Archiving, "queue.Queue[News | Alerted | Done]"]]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept.made(tmp_path)
    for name, value in kept.home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TALLY_NOW", NOW)
    return kept


@pytest.fixture
def running(kept: Kept) -> Iterator[Running]:
    started = []

    def start(rules: ArchiveRules = ArchiveRules()) -> tuple[Archiving, queue.Queue[News | Alerted | Done]]:  # noqa: B008
        heard: queue.Queue[News | Alerted | Done] = queue.Queue()
        archiving = Archiving(Settings(archive=rules), heard.put, lambda: None)
        started.append(archiving)
        archiving.start()
        archiving.ask(ArchivingRequest("archiving"))
        return archiving, heard

    yield start
    for each in started:
        each.stop()


def done(heard: queue.Queue[News | Alerted | Done]) -> Done:
    while not isinstance(news := heard.get(timeout=PATIENCE_S), Done):
        pass
    return news


def rested(heard: queue.Queue[News | Alerted | Done]) -> Progress:
    """What is told when the rules have been gone through."""
    seen = False
    while True:
        news = heard.get(timeout=PATIENCE_S)
        if isinstance(news, Answered) and isinstance(news.answer, Progress):
            if news.answer.phase == "done" and (seen or news.answer.problem):
                return news.answer
            seen = seen or news.answer.phase == "copying"


def test_a_session_is_archived_and_taken_out_again(kept: Kept, running: Running) -> None:
    archiving, heard = running()
    archiving.do(SetArchived("claude", MAIN, True))
    first = done(heard)
    assert first.trouble is None
    assert first.said.startswith("Archived: 6 files")
    assert first.undo == SetArchived("claude", MAIN, False)
    assert kept.copies() == kept.originals()
    archiving.do(SetArchived("claude", MAIN, False))
    assert done(heard).said == "Out of the archive: 6 copies."
    assert kept.copies() == {}


def test_the_only_copy_is_deleted_by_who_is_sure(kept: Kept, running: Running) -> None:
    archiving, heard = running()
    archiving.do(SetArchived("claude", OTHER, True))
    done(heard)
    kept.log.with_name(f"{OTHER}.jsonl").unlink()
    archiving.do(SetArchived("claude", OTHER, False))
    refused = done(heard)
    assert refused.trouble is not None
    assert refused.trouble.happened == "1 of its files is nowhere but in the archive."
    assert len(kept.copies()) == 1
    archiving.do(SetArchived("claude", OTHER, False, sure=True))
    assert done(heard).trouble is None
    assert kept.copies() == {}


def test_a_copy_is_stopped(kept: Kept, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.archive import copying

    archiving, heard = running()
    real = copying._read

    def slow(source: object, size: int) -> bytes:
        archiving.do(StopArchiving())
        return real(source, size)

    monkeypatch.setattr(copying, "_read", slow)
    archiving.do(SetArchived("claude", MAIN, True))
    stopped = done(heard)
    assert stopped.said.startswith("Stopped: ")
    assert kept.parts() == []


def test_what_the_rules_find_is_archived_once_it_has_rested(kept: Kept, running: Running) -> None:
    archiving, heard = running(ArchiveRules(("provider:codex",)))
    archiving.passed()
    rested(heard)
    assert str(kept.rollout) in kept.copies()
    assert str(kept.log) not in kept.copies()


def test_what_has_not_rested_waits(kept: Kept, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", "2026-03-02T12:00:00Z")
    archiving, heard = running(ArchiveRules(all=True))
    archiving.passed()
    archiving.do(SetArchived("codex", THREAD, True))
    done(heard)
    assert str(kept.log) not in kept.copies()


def test_a_rule_that_is_no_query_is_told(kept: Kept, running: Running) -> None:
    archiving, heard = running(ArchiveRules(("modle:x",)))
    archiving.passed()
    assert "modle:x" in rested(heard).problem
