"""Budgets while a screen is open: the settings' file is followed, and what a person changes is done to it."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ledger_fixtures import Book
from limit_books import DAY, HOUR, at, dollars, entries

from tally_tui import paths
from tally_tui.actions import ChangeBudget, Done
from tally_tui.config import Settings, load
from tally_tui.config_budgets import Budget
from tally_tui.config_budgets_edit import set_budget
from tally_tui.live import answering
from tally_tui.live.acting import Acting
from tally_tui.records import changed as replace
from tally_tui.reports.answers_limits import Budgets, Preview, Suggestions
from tally_tui.requests import (
    BudgetPeriodRequest,
    BudgetPreviewRequest,
    BudgetsRequest,
    BudgetSuggestionsRequest,
)
from tally_tui.store import Answered

NOW = "2026-04-17T14:00:00Z"
MONTH = Budget("month", dollars(100), provider="claude", period="calendar-month")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ledger of two calls an hour ago, and settings with one budget."""
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TALLY_NOW", NOW)
    monkeypatch.setattr(answering, "FOREIGN_S", 0.05)
    paths.private_dir(paths.data_dir())
    book = Book(paths.ledger_path())
    book.session("c")
    entries(book, "c", [at(NOW) - HOUR, at(NOW) - HOUR, at(NOW) - 20 * DAY])
    book.reader().close()
    book.db.close()
    set_budget(MONTH)
    return tmp_path


@pytest.fixture
def news(home: Path) -> Iterator[tuple[answering.Answering, Callable[[str], Any]]]:
    """A thread that answers, and what it answers in a slot."""
    heard: queue.Queue[Any] = queue.Queue()
    thread = answering.Answering(Settings(), heard.put)
    thread.start()

    def next_of(slot: str) -> Any:
        while True:
            item = heard.get(timeout=120)
            assert isinstance(item, Answered), item
            if item.request.slot == slot:
                return item.answer

    yield thread, next_of
    thread.stop()


def test_each_question_is_answered(news: tuple[answering.Answering, Callable[[str], Any]]) -> None:
    thread, next_of = news
    thread.ask(BudgetsRequest("budgets", "UTC"))
    answer = next_of("budgets")
    assert isinstance(answer, Budgets) and answer.rows[0].standing
    assert answer.rows[0].standing.spent == dollars(3.6) and not answer.rows[0].points
    thread.ask(BudgetPeriodRequest("period", "month", 1, "UTC"))
    (past,) = next_of("period").rows
    assert past.standing.spent == past.points[-1].spent == dollars(1.8) and past.standing.now == past.standing.end
    thread.ask(BudgetPeriodRequest("period", "no such", 0, "UTC"))
    assert next_of("period").rows == ()
    thread.ask(BudgetPreviewRequest("preview", replace(MONTH, amount=dollars(1)), 3, "UTC"))
    preview = next_of("preview")
    assert isinstance(preview, Preview) and [sorted(each.fired) for each in preview.periods] == [[90, 100], [90, 100]]
    thread.ask(BudgetSuggestionsRequest("suggestions", "UTC"))
    suggested = next_of("suggestions")
    assert isinstance(suggested, Suggestions) and suggested.rows[0].budget.amount == dollars(4)


def test_another_process_changes_the_settings(
    home: Path, news: tuple[answering.Answering, Callable[[str], Any]]
) -> None:
    thread, next_of = news
    thread.ask(BudgetsRequest("budgets", "UTC"))
    assert len(next_of("budgets").rows) == 1
    set_budget(Budget("second", dollars(5)))
    assert [row.budget.name for row in next_of("budgets").rows] == ["month", "second"]
    # In place whole: the thread may look while a file is being written.
    (home / "broken").write_text("x = = 3")
    (home / "broken").replace(paths.config_path())
    broken = next_of("budgets")
    assert broken.unreadable and not broken.rows and "not TOML" in broken.problems[0]
    paths.config_path().unlink()
    gone = next_of("budgets")
    assert not gone.unreadable and not gone.rows and not gone.problems


def test_a_deed_is_done_told_and_taken_back(home: Path) -> None:
    heard: queue.Queue[Any] = queue.Queue()
    acting = Acting(heard.put, lambda: None)
    acting.start()
    before = paths.config_path().read_bytes()
    try:
        acting.do(ChangeBudget(MONTH, replace(MONTH, amount=dollars(7))))
        done = heard.get(timeout=120)
        assert isinstance(done, Done) and done.trouble is None and "month is saved" in done.said
        assert load().budgets[0].amount == dollars(7)
        acting.do(ChangeBudget(MONTH, None))
        refused = heard.get(timeout=120)
        assert refused.trouble and refused.trouble.happened.startswith("The budget month was changed meanwhile")
        assert refused.undo is None and load().budgets[0].amount == dollars(7)
        acting.do(done.undo)
        assert heard.get(timeout=120).said == "month is as it was."
        assert paths.config_path().read_bytes() == before
        for change, undone in ((ChangeBudget(MONTH, None), "month is back."),
                               (ChangeBudget(None, replace(MONTH, name="more")), "more is not there any more.")):
            acting.do(change)
            acting.do(heard.get(timeout=120).undo)
            assert heard.get(timeout=120).said == undone
        assert paths.config_path().read_bytes() == before
    finally:
        acting.stop()
