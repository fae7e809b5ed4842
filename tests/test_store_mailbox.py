"""The store: newest wins, one wake-up, and no answer to a question nobody asks any more."""

from __future__ import annotations

import subprocess
import sys
import threading

from tally_tui.actions import Acknowledge, Action, Done
from tally_tui.model import Span
from tally_tui.reports.answers import Figures, Usage
from tally_tui.requests import NowRequest, Request, UsageRequest
from tally_tui.store import SYNC, Answered, Failed, Phase, Publish, QueryProblem, Store, SyncStatus
from tally_tui.trouble import Trouble


class Deaf:
    """A source that only remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.publish: Publish = lambda news: None

    def start(self, publish: Publish) -> None:
        self.publish = publish

    def ask(self, request: Request) -> None:
        self.told.append(request)

    def drop(self, slot: str) -> None:
        self.told.append(slot)

    def do(self, action: Action) -> None:
        self.told.append(action)

    def sync(self) -> None: ...

    def cancel(self) -> None: ...

    def check(self, query: str) -> QueryProblem | None:
        return None

    def stop(self) -> None:
        self.told.append("stop")


def usage(calls: int) -> Usage:
    return Usage("UTC", Span(), ("model",), (), Figures(calls))


OLD, NEW = UsageRequest("chart", ("model",)), UsageRequest("chart", ("project",))


def test_only_the_newest_of_a_slot_is_taken() -> None:
    store = Store(Deaf())
    store.start()
    store.ask(OLD)
    for calls in range(5):
        store.publish(Answered(OLD, usage(calls)))
    assert store.take() == {"chart": Answered(OLD, usage(4))}
    assert store.take() == {}


def test_an_answer_to_the_question_before_is_dropped() -> None:
    store = Store(Deaf())
    store.start()
    store.ask(OLD)
    store.publish(Answered(OLD, usage(1)))
    store.ask(NEW)
    store.publish(Answered(OLD, usage(2)))
    store.publish(Failed(OLD, Trouble("no")))
    assert store.take() == {}
    store.publish(Answered(NEW, usage(3)))
    assert store.take() == {"chart": Answered(NEW, usage(3))}


def test_a_dropped_question_hears_nothing_more() -> None:
    source = Deaf()
    store = Store(source)
    store.start()
    store.ask(OLD)
    store.drop("chart")
    store.drop("chart")
    store.publish(Answered(OLD, usage(1)))
    assert store.take() == {} and source.told == [OLD, "chart"]


def test_questions_asked_before_the_start_are_asked_then() -> None:
    source = Deaf()
    store = Store(source)
    store.ask(OLD)
    assert source.told == []
    store.start()
    assert source.told == [OLD]


def test_the_status_needs_no_question() -> None:
    store = Store(Deaf())
    store.start()
    store.publish(SyncStatus(Phase.READING))
    assert store.take() == {SYNC: SyncStatus(Phase.READING)}


def test_one_wake_up_a_drain_whatever_the_number_of_threads() -> None:
    store, woken = Store(Deaf()), threading.Semaphore(0)
    wakes = []
    store.listen(lambda: (wakes.append(1), woken.release()))  # type: ignore[func-returns-value,arg-type]
    store.start()
    requests = [NowRequest(f"slot {n}") for n in range(4)]
    for request in requests:
        store.ask(request)

    def hammer(request: NowRequest) -> None:
        for calls in range(500):
            store.publish(Answered(request, usage(calls)))

    threads = [threading.Thread(target=hammer, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    newest: dict[str, object] = {}
    drains = 0
    while any(thread.is_alive() for thread in threads) or woken.acquire(blocking=False):
        newest |= store.take()
        drains += 1
    newest |= store.take()
    # Never lost: the last of each. Never flooded: no more wake-ups than drains made room for.
    assert newest == {request.slot: Answered(request, usage(499)) for request in requests}
    assert len(wakes) <= drains + 1


def test_after_the_end_nobody_is_woken() -> None:
    source = Deaf()
    store, wakes = Store(source), []
    store.listen(lambda: wakes.append(1))
    store.start()
    store.stop()
    store.publish(SyncStatus())
    assert wakes == [] and source.told == ["stop"]


def test_the_store_knows_nothing_of_textual() -> None:
    code = "import sys, tally_tui.store; sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_everything_that_was_done_is_told_in_order() -> None:
    source = Deaf()
    store = Store(source)
    store.start()
    for number in (1, 2):
        store.do(Acknowledge((number,)))
        source.publish(Done(Acknowledge((number,)), f"{number} seen"))

    assert [done.said for done in store.take_done()] == ["1 seen", "2 seen"]
    assert store.take_done() == ()
