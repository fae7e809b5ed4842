"""Two accounts of one agent, each with a home folder: their limits are never blended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from ledger_fixtures import Book
from limit_books import DAY, HOUR, at, dollars, entries, reading, spread

from tally_tui.clock import iso
from tally_tui.config import Settings
from tally_tui.config_budgets import Budget
from tally_tui.ingest.sync import sync
from tally_tui.ledger import milestones as kept
from tally_tui.ledger.ask_readings import limit_keys
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.model import Provider, Span
from tally_tui.paths import Root, account
from tally_tui.record import places
from tally_tui.reports.budgets import budgets
from tally_tui.reports.credits import window_credits
from tally_tui.reports.forecast import forecasts
from tally_tui.reports.limits import limits, standing
from tally_tui.reports.milestones import milestones, unwritten
from tally_tui.rules.windows import LimitKey

UTC = ZoneInfo("UTC")
NOW = at("2026-04-17T14:00Z")
RESET = NOW + 3 * DAY
START = RESET - 7 * DAY
WORK = "/home/ada/work"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """The usual account at 20 % after $20 of a week, the one of work at 60 % after $120 of another."""
    book = Book(tmp_path / "ledger.db")
    for session, home in (("mine", ""), ("works", WORK)):
        book.session(session, provider=Provider.CLAUDE, home=home)
    for hours, mine, works in ((24, 5, 20), (48, 10, 40), (95, 20, 60)):
        reading(book, START + hours * HOUR, mine, RESET, session="mine")
        reading(book, START + hours * HOUR, works, RESET + HOUR, session="works", root=WORK)
    entries(book, "mine", spread(20, START, NOW - HOUR), cost=dollars(1))
    entries(book, "works", spread(20, START + HOUR, NOW - HOUR), cost=dollars(6))
    yield book
    book.db.close()


def test_each_has_its_window_its_cost_and_its_forecast(book: Book) -> None:
    told = standing(book.reader(), now_ms=NOW, tz=UTC).limits
    assert [(each.key.root, each.window.percent, each.window.end, each.figures.cost) for each in told] == [
        ("", 20, RESET, dollars(20)),
        (WORK, 60, RESET + HOUR, dollars(120)),
    ]
    rows = forecasts(book.reader(), now_ms=NOW, tz=UTC).rows
    # $20 for 20 % is $1 a percent, $120 for 60 % is $2.
    assert [(row.key.root, row.price.nano if row.price else 0) for row in rows] == [("", 1e9), (WORK, 2e9)]


def test_gauges_stand_beside_each_other_whoever_spoke_last(book: Book) -> None:
    reading(book, NOW - 1, 21, RESET, session="mine")
    gauges = limits(book.reader(), now_ms=NOW)
    assert [(each.root, each.percent) for each in gauges] == [("", 21), (WORK, 60)]


def test_one_session_id_in_both_homes_is_two_readings(book: Book) -> None:
    for root, percent, resets in (("", 22.0, RESET), (WORK, 62.0, RESET + HOUR)):
        reading(book, NOW - 5, percent, resets, session="copied", root=root)
    assert [each.percent for each in limits(book.reader(), now_ms=NOW)] == [22, 62]


def test_milestones_are_kept_by_account(book: Book) -> None:
    db = open_writer(book.path)
    found = unwritten(book.reader(), now_ms=NOW)
    assert kept.keep(db, found) == len(found) > 0
    for root, newest in (("", 20), (WORK, 60)):
        key = LimitKey("claude", "claude", 10_080, root)
        rows = kept.kept(db, key, RESET if not root else RESET + HOUR)
        assert max(row.milestone.crossing.percent for row in rows) == newest
    db.close()
    told = milestones(book.reader(), now_ms=NOW, tz=UTC).windows
    assert [(each.window.key.root, each.rows[-1].percent) for each in told] == [("", 20), (WORK, 60)]


def test_a_weekly_budget_goes_by_the_same_account_always(book: Book) -> None:
    budget = Budget("w", dollars(100), provider="claude")
    for ts, root in ((NOW - 3, ""), (NOW - 2, WORK)):
        reading(book, ts, 70, RESET if not root else RESET + HOUR, session=f"at{ts}", root=root)
        (row,) = budgets(book.reader(), [budget], now_ms=NOW, tz=UTC).rows
        assert row.period == Span(START, RESET)
    # An account that nobody uses any longer steps back.
    later = RESET + 20 * DAY
    reading(book, later - HOUR, 5, later + DAY, session="works", root=WORK)
    (row,) = budgets(book.reader(), [budget], now_ms=later, tz=UTC).rows
    assert row.period.until == later + DAY


def test_codex_credits_are_those_of_the_account(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    for session, home, tokens in (("a", "", 1_000_000), ("b", WORK, 2_000_000)):
        book.session(session, provider=Provider.CODEX, home=home)
        book.call(session, NOW - HOUR, model="gpt-5.5", input=tokens, output=0)
        reading(book, NOW - 60_000, 50, RESET, provider=Provider.CODEX, session=session, root=home)
    rows = window_credits(book.reader(), now_ms=NOW, tz=UTC)
    assert [(row.window.key.root, row.total.nano // 10**9) for row in rows] == [("", 125), (WORK, 250)]
    book.db.close()


# -- from logs


def rollout(home: Path, number: int, percent: float) -> None:
    """A Codex log that ends at a percentage of its week."""
    thread = f"0190000{number}-0000-7000-8000-00000000000{number}"
    day = home / "sessions" / "2026" / "04" / "17"
    day.mkdir(parents=True)

    def line(ts: int, kind: str, payload: dict[str, object]) -> str:
        return json.dumps({"timestamp": iso(ts), "type": kind, "payload": payload})

    usage = {"input_tokens": 1000, "cached_input_tokens": 0, "output_tokens": 100}
    slot = {"used_percent": percent, "window_minutes": 10_080, "resets_at": RESET // 1000}
    said = [
        line(NOW - HOUR, "session_meta", {"id": thread, "cwd": "/w", "cli_version": "0.150.0", "originator": "cli"}),
        line(NOW - HOUR, "turn_context", {"turn_id": "t", "model": "gpt-5.5", "cwd": "/w"}),
        line(
            NOW - HOUR + 1000, "event_msg",
            {"type": "token_count", "info": {"total_token_usage": usage, "last_token_usage": usage},
             "rate_limits": {"limit_id": "codex", "primary": slot}},
        ),
    ]  # fmt: skip
    (day / f"rollout-2026-04-17T13-00-00-{thread}.jsonl").write_text("\n".join(said) + "\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TALLY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TALLY_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path


@pytest.mark.parametrize("said_in", ["the settings", "the variable"])
def test_logs_name_the_account_by_their_home_folder(home: Path, said_in: str) -> None:
    usual, work = home / ".codex", home / "work"
    rollout(usual, 1, 20)
    rollout(work, 2, 60)
    settings = Settings(codex_roots=(str(work),)) if said_in == "the settings" else Settings()
    named = {} if said_in == "the settings" else {"CODEX_HOME": f"{work}, {usual}"}
    with patch.dict(os.environ, named):
        sync(settings)
    with closing(open_reader(home / "data" / "ledger.db")) as db:
        assert [key.root for key in limit_keys(db)] == ["", str(work)]
        told = standing(db, now_ms=NOW, tz=UTC).limits
        assert [(each.window.percent, each.figures.calls) for each in told] == [(20, 1), (60, 1)]


def test_a_home_that_is_linked_to_is_the_one_it_leads_to(home: Path) -> None:
    rollout(home / "real", 1, 20)
    (home / ".codex").symlink_to(home / "real")
    with patch.dict(os.environ, {"CODEX_HOME": str(home / "real")}):
        sync(Settings())
    with closing(open_reader(home / "data" / "ledger.db")) as db:
        assert [key.root for key in limit_keys(db)] == [""]


@pytest.mark.parametrize("folder", ["~/.claude", "~/.config/claude", "~/work", "~/work/projects", "", "~/a, ~/b"])
def test_status_lines_and_logs_name_an_account_alike(home: Path, folder: str) -> None:
    with patch.dict(os.environ, {"CLAUDE_CONFIG_DIR": folder}):
        base = Path(folder.split(",")[0] or "~/.claude").expanduser()
        base = base.parent if base.name == "projects" else base
        assert places.claude_root() == account(Root(Provider.CLAUDE, base))
    with patch.dict(os.environ, {"CODEX_HOME": folder.replace("claude", "codex")}):
        base = Path(folder.replace("claude", "codex").split(",")[0] or "~/.codex").expanduser()
        assert places.codex_root() == account(Root(Provider.CODEX, base))
