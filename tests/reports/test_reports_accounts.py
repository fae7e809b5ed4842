"""Two accounts of one agent, each with a home folder: their limits are never blended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
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
from tally_tui.query import parse
from tally_tui.record import places
from tally_tui.reports.budgets import budgets
from tally_tui.reports.credits import window_credits
from tally_tui.reports.forecast import forecasts
from tally_tui.reports.limits import limits, standing
from tally_tui.reports.milestones import milestones, percent_trend, plan_accounts, unwritten
from tally_tui.reports.usage import usage
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


def test_a_percent_costs_what_the_account_s_own_calls_came_to(book: Book) -> None:
    assert plan_accounts(book.reader()) == (("claude", ""), ("claude", WORK))
    for root, cost, per in (("", 20, 1.0), (WORK, 120, 2.0)):
        told = percent_trend(book.reader(), now_ms=NOW, tz=UTC, root=root, count=1)
        assert (told.root, told.weeks[-1].cost, told.weeks[-1].per_percent) == (root, dollars(cost), per * 1e9)


def test_five_hour_blocks_are_those_of_each_account(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    for session, home, cost, ago in (("mine", "", 2, 2), ("works", WORK, 5, 3)):
        book.session(session, home=home)
        entries(book, session, [NOW - ago * HOUR], cost=dollars(cost))
    reading(book, NOW - HOUR, 30, NOW + HOUR, session="works", root=WORK, minutes=300)
    told = standing(book.reader(), now_ms=NOW, tz=UTC).blocks
    # What was read of the one says nothing of the other, and neither pays for the other.
    assert [(each.root, each.heuristic, each.percent, each.start, each.end, each.figures.cost) for each in told] == [
        ("", True, None, NOW - 2 * HOUR, NOW + 3 * HOUR, dollars(2)),
        (WORK, False, 30.0, NOW - 4 * HOUR, NOW + HOUR, dollars(5)),
    ]
    book.db.close()


def test_a_budget_of_an_account_counts_its_calls_and_goes_by_its_week(book: Book) -> None:
    def told(**facts: Any) -> Any:
        (row,) = budgets(book.reader(), [Budget("b", dollars(200), provider="claude", **facts)], now_ms=NOW, tz=UTC).rows
        return row

    whole, mine, works = told(), told(account="usual"), told(account="work")
    assert whole.standing.spent == dollars(140)
    assert (mine.standing.spent, mine.period) == (dollars(20), Span(START, RESET))
    assert (works.standing.spent, works.period) == (dollars(120), Span(START + HOUR, RESET + HOUR))
    report = usage(
        book.reader(), by=["provider"], tz=UTC, span=Span(START + HOUR, NOW),
        query=parse("account:work provider:claude", now=NOW, tz=UTC),
    )  # fmt: skip
    assert report.totals.cost == works.standing.spent
    wrong = told(account="wrok")
    assert wrong.standing is None and "usual or work" in (wrong.problem or "")


def test_percents_are_of_one_account_s_limit_and_of_its_calls(book: Book) -> None:
    def spent(**facts: Any) -> float:
        budget = Budget("b", 50_000_000, "percent", provider="claude", **facts)
        (row,) = budgets(book.reader(), [budget], now_ms=NOW, tz=UTC).rows
        assert row.standing is not None
        return row.standing.spent / 1e6

    assert (spent(), spent(account="usual"), spent(account="work")) == (20, 20, 60)
    # All of the usual account's calls are of this model: all of its percents, whatever the other account spent.
    assert spent(model="sonnet") == 20
    assert spent(account="work", model="sonnet") == 60


def test_a_session_taken_up_in_another_home_counts_call_by_call(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    book.session("s")
    reading(book, NOW - HOUR, 10, RESET, session="s")
    reading(book, NOW - HOUR, 30, RESET + HOUR, session="s", root=WORK)
    book.call("s", NOW - 3 * HOUR, cost=dollars(1), file="/home/ada/.claude/projects/p/s.jsonl")
    book.call("s", NOW - 2 * HOUR, cost=dollars(4), file=f"{WORK}/projects/p/s.jsonl", home=WORK)
    told = standing(book.reader(), now_ms=NOW, tz=UTC).limits
    assert [(each.key.root, each.figures.cost) for each in told] == [("", dollars(1)), (WORK, dollars(4))]
    book.db.close()


def test_a_limit_without_logs_of_its_own_takes_no_other_s_calls(book: Book) -> None:
    reading(book, NOW - HOUR, 7, RESET, session="new", root="/srv/third")
    told = {each.key.root: each.figures.cost for each in standing(book.reader(), now_ms=NOW, tz=UTC).limits}
    assert told == {"": dollars(20), WORK: dollars(120), "/srv/third": 0}


def test_logs_that_lie_elsewhere_than_the_status_line_says_are_its_own(tmp_path: Path) -> None:
    book = Book(tmp_path / "ledger.db")
    book.session("s", home="/mnt/copy")
    entries(book, "s", [NOW - 2 * HOUR], cost=dollars(3))
    reading(book, NOW - HOUR, 10, RESET, session="s")
    answer = standing(book.reader(), now_ms=NOW, tz=UTC)
    assert [each.figures.cost for each in answer.limits] == [dollars(3)]
    assert [each.figures.cost for each in answer.blocks] == [dollars(3)]
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


def transcript(home: Path, *messages: str) -> None:
    """A Claude Code log of one and the same session, with a call a message."""
    session = "11111111-1111-4111-8111-111111111111"
    folder = home / "projects" / "-w"
    folder.mkdir(parents=True)
    usage = {"input_tokens": 100_000, "output_tokens": 100_000}
    lines = [
        json.dumps({
            "type": "assistant", "uuid": f"u{name}", "sessionId": session, "timestamp": iso(NOW - HOUR + place * 1000),
            "cwd": "/w", "version": "2.1.0",
            "message": {"id": name, "role": "assistant", "model": "claude-sonnet-4-6", "content": [], "usage": usage},
        })
        for place, name in enumerate(messages)
    ]  # fmt: skip
    (folder / f"{session}.jsonl").write_text("\n".join(lines) + "\n")


def test_a_session_copied_to_another_home_and_gone_on_with_there(home: Path) -> None:
    transcript(home / ".claude", "a", "b", "x")
    transcript(home / "work", "a", "b", "c", "d", "e")
    settings = Settings(claude_roots=(str(home / "work"),))
    sync(settings)
    with closing(open_reader(home / "data" / "ledger.db")) as db:
        told = {
            account: usage(db, by=(), tz=UTC, query=parse(f"account:{account}", now=NOW, tz=UTC)).totals
            for account in ("usual", "work")
        }
        assert {account: totals.calls for account, totals in told.items()} == {"usual": 3, "work": 3}
        assert sum(totals.cost for totals in told.values()) == usage(db, by=(), tz=UTC).totals.cost == 6 * dollars(1.8)
