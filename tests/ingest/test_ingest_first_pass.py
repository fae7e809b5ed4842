"""While logs are read for the first time nothing is concluded of the half that is there: no suggestion, alert or figure."""

from __future__ import annotations

import json
import queue
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alert_home import AlertHome

from tally_tui import clock, paths
from tally_tui.config import load
from tally_tui.ingest.lock import IngestLock
from tally_tui.ingest.sync import Ingestor
from tally_tui.ledger import first_pass
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.live.ingesting import Ingesting
from tally_tui.record import alerting
from tally_tui.record.refresh import from_ledger
from tally_tui.record.state import load as state
from tally_tui.reports.budget_suggestions import suggestions
from tally_tui.store import Phase, SyncStatus

PATIENCE_S = 180
NOW = "2026-03-04T12:00:00Z"
BUDGET = '[[budgets]]\nname = "day"\namount = 1\nperiod = "day"\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlertHome:
    """Two logs of a dollar and a half each, and a budget of one dollar a day."""
    home = AlertHome(tmp_path)
    home.settings("", BUDGET)
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TALLY_NOW", NOW)
    log(home, "one", 9)
    log(home, "two", 10)
    return home


def log(home: AlertHome, name: str, hour: int) -> None:
    path = home.folder / "claude" / "projects" / "p" / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    usage = {"input_tokens": 0, "output_tokens": 100_000}
    message = {"id": name, "model": "claude-sonnet-4-6", "role": "assistant", "content": [], "usage": usage}
    at = f"2026-03-04T{hour:02d}:00:00Z"
    path.write_text(json.dumps({"type": "assistant", "sessionId": name, "timestamp": at, "message": message}) + "\n")


def half() -> None:
    """A pass that is stopped as soon as something is read."""
    with Ingestor(load()) as ingestor:
        assert ingestor.run(cancelled=lambda: True).cancelled


def whole() -> None:
    with Ingestor(load()) as ingestor:
        assert not ingestor.run().cancelled


def suggested() -> int:
    with closing(open_reader(paths.ledger_path())) as db:
        return len(suggestions(db, now_ms=clock.now_ms(), tz=ZoneInfo("UTC")).rows)


def under_way() -> bool:
    with closing(open_reader(paths.ledger_path())) as db:
        return first_pass.under_way(db)


@pytest.mark.usefixtures("home")
def test_nothing_is_concluded_of_half_the_logs() -> None:
    half()
    assert under_way() and suggested() == 0
    assert alerting.check() == ()
    assert "figures" not in state() and from_ledger(clock.now_ms()) is None
    half()
    assert under_way()
    whole()
    assert not under_way() and suggested() == 2
    alerting.check()
    assert state()["figures"]["today"] == [3_000_000_000, 0]


@pytest.mark.usefixtures("home")
def test_alerts_fire_once_the_first_pass_is_through() -> None:
    half()
    alerting.check()
    whole()
    told = alerting.check() or alerting.check()
    with closing(open_writer(paths.ledger_path())) as db:
        fired = db.execute("SELECT count(*) FROM alert").fetchone()[0]
    assert fired >= 1 or told


def test_a_pass_that_is_stopped_later_takes_nothing_away(home: AlertHome) -> None:
    whole()
    log(home, "three", 11)
    log(home, "four", 11)
    half()
    assert not under_way() and suggested() == 2


@pytest.mark.usefixtures("home")
def test_a_pass_over_one_log_is_no_whole_one(home: AlertHome) -> None:
    half()
    with closing(open_reader(paths.ledger_path())) as db:
        (path,) = db.execute("SELECT path FROM file").fetchone()
    with Ingestor(load()) as ingestor:
        ingestor.run(only={path})
    assert under_way()


def test_without_logs_there_is_nothing_to_wait_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = AlertHome(tmp_path)
    home.settings()
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    whole()
    assert not under_way()


@pytest.mark.usefixtures("home")
def test_a_screen_is_told_until_when_logs_are_unread() -> None:
    told: queue.Queue[SyncStatus] = queue.Queue()
    thread = Ingesting(load(), told.put, lambda: None)
    thread.start()
    try:
        seen = [told.get(timeout=PATIENCE_S)]
        while seen[-1].phase is not Phase.DONE:
            seen.append(told.get(timeout=PATIENCE_S))
    finally:
        thread.stop()
    assert all(each.unread for each in seen[:-1]) and not seen[-1].unread


@pytest.mark.parametrize("through", [False, True])
@pytest.mark.usefixtures("home")
def test_while_another_process_reads_it_is_told_whether_it_is_the_first_time(through: bool) -> None:
    if through:
        whole()
    else:
        half()
    told: queue.Queue[SyncStatus] = queue.Queue()
    lock = IngestLock(paths.data_dir() / "ingest.lock")
    assert lock.acquire(0)
    thread = Ingesting(load(), told.put, lambda: None)
    thread.start()
    try:
        status = told.get(timeout=PATIENCE_S)
        while status.phase is not Phase.WAITING:
            status = told.get(timeout=PATIENCE_S)
    finally:
        thread.stop()
        lock.release()
    assert status.unread is not through
