"""Text while the screen is open: what is said becomes searchable, whoever indexes, and whatever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from processes import PATIENCE_S, alive, below, kill, until
from talks import Talks, replied, said

from tally_tui.config import Settings
from tally_tui.ingest import indexing_child
from tally_tui.ingest.indexing import Indexer, index, library_lock, pending
from tally_tui.ingest.lock import IngestLock
from tally_tui.ingest.plan import Plan
from tally_tui.ingest.results import IndexResult
from tally_tui.live import indexing, searching
from tally_tui.reports.search_answers import Reach, Reaching, SearchAnswer
from tally_tui.requests import Request, SearchableRequest, SearchRequest
from tally_tui.source import LedgerSource
from tally_tui.store import Alerted, Answered, Failed, News

TOP = Path(__file__).parents[2]
LINES = 250
"""Of each log of a backlog."""


class Screen:
    """What a running source publishes."""

    def __init__(self) -> None:
        self.source = LedgerSource(Settings())
        self.news: list[News] = []
        self.told = threading.Condition()

    def publish(self, news: object) -> None:
        with self.told:
            if isinstance(news, Answered | Failed):
                self.news.append(news)
            self.told.notify_all()

    def ask(self, request: Request) -> None:
        self.source.ask(request)

    def until(self, true: Callable[[], bool], what: str) -> None:
        with self.told:
            assert self.told.wait_for(true, PATIENCE_S), f"waited in vain until {what}: {self.news[-3:]}"

    @property
    def reach(self) -> list[Reach]:
        return [each.answer for each in self.news if isinstance(each, Answered) and isinstance(each.answer, Reach)]

    @property
    def snippets(self) -> list[str]:
        """Of the newest answer to a search."""
        found = [each.answer for each in self.news if isinstance(each, Answered)]
        answers = [each for each in found if isinstance(each, SearchAnswer)]
        return [hit.snippet for hit in answers[-1].hits] if answers else []

    def until_all(self) -> None:
        """Until everything is searchable."""
        self.until(lambda: bool(self.reach) and self.reach[-1].at is Reaching.ALL, "all is searchable")


@contextmanager
def screen(*slots: str) -> Iterator[Screen]:
    shown = Screen()
    # Asked first, so that all is heard from the beginning, however late this thread has its turn.
    for slot in slots or ("reach",):
        shown.ask(SearchableRequest(slot))
    shown.source.start(shown.publish)
    try:
        yield shown
    finally:
        shown.source.stop()


@pytest.fixture
def talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talks:
    talks = Talks(tmp_path)
    for name, value in (talks.environment | {"PYTHONPATH": str(TOP)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(indexing, "BETWEEN_S", 0.01)
    monkeypatch.setattr(indexing, "RETRY_S", 0.05)
    monkeypatch.setattr(searching, "LOOK_S", 0.05)
    monkeypatch.setattr(searching, "BETWEEN_S", 0.1)
    talks.write("one-1", said("one-1", 1, "amber"))
    return talks


def much(talks: Talks, files: int = 6) -> None:
    for number in range(files):
        name = f"more-{number}"
        talks.write(name, *(said(name, minute, f"brook {minute} " + "cedar delta " * 40) for minute in range(LINES)))


def in_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little there is, a child does it."""
    monkeypatch.setattr(indexing_child, "FROM_BYTES", -1)


def test_what_is_appended_is_found_while_one_looks(talks: Talks) -> None:
    with screen() as shown:
        shown.until_all()
        shown.ask(SearchRequest("search", "amber"))
        shown.until(lambda: shown.snippets == ["amber"], "the first is found")
        talks.append("one-1", replied("one-1", 2, "more amber"))
        shown.until(lambda: shown.snippets == ["more amber", "amber"], "the second is found")
        talks.write("two-2", said("two-2", 3, "amber in a new session"))
        shown.until(lambda: len(shown.snippets) == 3, "the third is found")
        assert pending(Settings()).files == 0


def test_a_backlog_is_indexed_by_a_child_and_it_is_told_how_far_it_is(
    talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    much(talks)
    monkeypatch.setattr(indexing, "TELL_S", 0.0)
    here: list[int] = []
    run = Indexer.run

    def run_here(indexer: Indexer, plan: Plan, **more: Any) -> IndexResult:
        here.append(plan.bytes)
        return run(indexer, plan, **more)

    monkeypatch.setattr(Indexer, "run", run_here)
    with screen() as shown:
        shown.until_all()
        shown.ask(SearchRequest("search", "brook"))
        shown.until(lambda: len(shown.snippets) > 100, "all is found")
    told = [each for each in shown.reach if each.at is Reaching.INDEXING]
    left = [each.pending_bytes for each in told]
    whole = sum(path.stat().st_size for path in talks.project.iterdir())
    assert left[0] == whole > 1 << 20
    assert left == sorted(left, reverse=True)
    assert {each.log_bytes for each in told} == {whole}
    assert told[0].share == 0
    assert shown.reach[-1].share == 1
    # A pass that finds nothing new may follow the child's.
    assert not any(here), "nothing large is read in the screen's own process"


def test_numbers_come_first(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    (talks.folder / "data").mkdir()
    with IngestLock(talks.folder / "data" / "ingest.lock"), screen() as shown:
        shown.until(lambda: bool(shown.reach), "it is told what cannot be searched")
        first = shown.reach[0]
        assert (first.at, first.share) == (Reaching.LATER, 0)
        assert not talks.shards.exists()


def test_where_another_process_only_reads_numbers_this_one_indexes(
    talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "OTHERS_S", 0.1)
    (talks.folder / "data").mkdir()
    with IngestLock(talks.folder / "data" / "ingest.lock"), screen() as shown:
        shown.until_all()
        talks.append("one-1", replied("one-1", 2, "more amber"))
        shown.ask(SearchRequest("search", "amber"))
        shown.until(lambda: len(shown.snippets) == 2, "it is found without being told of")


def test_what_another_process_indexes_is_found_and_waited_for(talks: Talks) -> None:
    lock = library_lock()
    assert lock.acquire()
    try:
        with screen() as shown:
            # It counts what is left before it first tries, or after: by which of the two came first.
            shown.until(
                lambda: any(each.at is Reaching.ELSEWHERE and each.pending_bytes > 0 for each in shown.reach),
                "it says who indexes, and how much is left",
            )
            shown.ask(SearchRequest("search", "amber"))
            lock.release()
            shown.until_all()
            shown.until(lambda: shown.snippets == ["amber"], "it is found")
    finally:
        lock.release()


def test_two_screens_at_once(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    in_child(monkeypatch)
    much(talks)
    with screen() as one, screen() as other:
        for shown in (one, other):
            shown.ask(SearchRequest("search", "amber"))
        talks.append("one-1", replied("one-1", 2, "more amber"))
        for shown in (one, other):
            shown.until(lambda shown=shown: len(shown.snippets) == 2, "both find it")  # type: ignore[misc]
    content = talks.content()
    assert len(content) == len(set(content)), "nothing is indexed twice"


def test_a_library_that_is_made_anew_meanwhile(talks: Talks) -> None:
    with screen() as shown:
        shown.until_all()
        assert not index(Settings(), rebuild=True, wait=PATIENCE_S).busy
        talks.append("one-1", replied("one-1", 2, "more amber"))
        shown.ask(SearchRequest("search", "amber"))
        shown.until(lambda: len(shown.snippets) == 2, "old and new are found")
    content = talks.content()
    assert len(content) == len(set(content)) == 2


def test_stopped_it_stays_so_until_it_is_to_go_on(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    in_child(monkeypatch)
    much(talks)
    with screen() as shown:
        shown.until(lambda: any(each.at is Reaching.INDEXING for each in shown.reach), "it indexes")
        shown.source.cancel()
        shown.until(lambda: shown.reach[-1].at in (Reaching.STOPPED, Reaching.ALL), "it stops")
        shown.source.sync()
        shown.until_all()
        shown.ask(SearchRequest("search", "brook"))
        shown.until(lambda: len(shown.snippets) > 100, "all is found")


def test_a_failure_is_told_and_not_tried_again_at_once(talks: Talks) -> None:
    talks.shards.parent.mkdir()
    talks.shards.write_text("in the way")
    with screen() as shown:
        shown.until(lambda: any(each.at is Reaching.FAILED for each in shown.reach), "it says so")
        (trouble,) = {each.trouble for each in shown.reach if each.trouble}
        assert str(talks.shards) in trouble.happened
        assert trouble.kept
        assert trouble.todo
        talks.shards.unlink()
        shown.source.sync()
        shown.until_all()
        assert shown.reach[-1].trouble is None
    assert len([each for each in shown.reach if each.trouble]) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the child in /proc")
def test_a_child_that_is_killed_is_told(talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    in_child(monkeypatch)
    much(talks)
    killed: list[int] = []

    def fell(progress: object) -> None:
        killed.extend(below(os.getpid()))
        kill(below(os.getpid()))

    monkeypatch.setattr(indexing.Indexing, "_progress", lambda self, progress: fell(progress))
    with screen() as shown:
        shown.until(lambda: any(each.at is Reaching.FAILED for each in shown.reach), "it says so")
    assert killed
    assert not index(Settings(), wait=PATIENCE_S).busy
    assert len(talks.found("brook", limit=10_000)) == 6 * LINES


WATCHING = """
import sys
from tally_tui.ingest import filling, indexing, indexing_child
from tally_tui.config import Settings
from tally_tui.source import LedgerSource
indexing_child.FROM_BYTES = -1
source = LedgerSource(Settings())
source.start(lambda news: None)
sys.stdin.read()
source.stop()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for the child in /proc")
@pytest.mark.parametrize("end", ["killed", "closed"])
def test_the_child_ends_with_the_screen_and_nothing_is_lost(talks: Talks, end: str) -> None:
    much(talks, 12)
    process = subprocess.Popen([sys.executable, "-c", WATCHING], stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    children: set[int] = set()

    def indexes() -> bool:
        children.update(below(process.pid) if talks.shards.exists() else ())
        return bool(children)

    try:
        until(indexes, "it indexes")
        if end == "killed":
            process.send_signal(signal.SIGKILL)
        process.stdin.close()
        process.wait(PATIENCE_S)
        until(lambda: not any(map(alive, children)), "its children have ended")
    finally:
        kill([process.pid, *children])
        process.wait()
    assert not index(Settings(), wait=PATIENCE_S).busy
    content = talks.content()
    assert len(content) == len(set(content)) == 12 * LINES + 1


def test_nothing_is_asked_and_nothing_is_told(talks: Talks) -> None:
    heard: list[object] = []
    source = LedgerSource(Settings())
    source.start(lambda news: heard.append(news) if isinstance(news, Answered | Alerted) else None)
    try:
        until(lambda: bool(talks.found("amber")), "it is indexed all the same")
    finally:
        source.stop()
    assert not heard


def test_a_query_that_is_not_understood_is_pointed_into(talks: Talks) -> None:
    with screen() as shown:
        shown.until_all()
        shown.ask(SearchRequest("search", "amber modle:x"))
        shown.until(lambda: any(isinstance(each, Failed) for each in shown.news), "it is told")
        failed = next(each for each in shown.news if isinstance(each, Failed))
        assert failed.problem is not None
        assert "amber modle:x"[failed.problem.start : failed.problem.end] == "modle"
        assert "model:" in failed.problem.message


def test_a_search_can_be_limited_to_kinds_of_text(talks: Talks) -> None:
    talks.append("one-1", replied("one-1", 2, "more amber"))
    with screen() as shown:
        shown.until_all()
        shown.ask(SearchRequest("search", "amber", facets=("replies", "titles")))
        shown.until(lambda: shown.snippets == ["more amber"], "only the reply is found")
