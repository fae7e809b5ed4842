"""What the program counts is what an independent count finds, on real logs and on a made-up month."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledger_sums import Home
from msgspec.structs import astuple
from naive_counter import count
from naive_projects import by_project

from tally_tui.demo import DemoRoots, write_demo
from tally_tui.ledger.open import open_reader
from tally_tui.model import Reason
from tally_tui.reports.answers import Usage
from tally_tui.reports.usage import usage

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
NOW = 1_795_300_000_000
ZONES = ("UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns")
KINDS = ("calls", "input", "write_5m", "write_1h", "cache_read", "output", "reasoning")

Sums = dict[str, tuple[int, ...]]


def asked(home: Home, *by: str, tz: str = "UTC") -> Usage:
    with closing(open_reader(home.data / "ledger.db")) as db:
        return usage(db, by=by, tz=ZoneInfo(tz))


def reported(home: Home, by: str, tz: str = "UTC") -> Sums:
    """`provider value` → calls and tokens, as a person would get them."""
    return {
        f"{row.key['provider']} {row.key[by] or 'unknown'}": (row.figures.calls, *astuple(row.figures.tokens))
        for row in asked(home, "provider", by, tz=tz).rows
    }


def counted(sums: Mapping[str, Mapping[str, int]]) -> Sums:
    return {key: tuple(kinds[kind] for kind in KINDS) for key, kinds in sums.items()}


@cache
def naive(claude: str, codex: str) -> dict[str, Any]:
    found: dict[str, Any] = count([claude], [codex])
    return found


def naive_days(home: Home, tz: str) -> Sums:
    """The naive count's calls, each put on its day of that zone."""
    days: dict[str, list[int]] = {}
    for call in naive(home.claude, home.codex)["calls"]:
        day = datetime.fromtimestamp(call["at"] / 1000, ZoneInfo(tz)).date().isoformat()
        sums = days.setdefault(f"{call['provider']} {day}", [0] * len(KINDS))
        sums[:] = [old + new for old, new in zip(sums, call["tokens"], strict=False)]
    return {key: tuple(sums) for key, sums in days.items()}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Home:
    if not CORPUS.is_dir():
        pytest.skip("the real logs are not beside this checkout")
    home = Home(str(CORPUS / "claude"), str(CORPUS / "codex"), tmp_path_factory.mktemp("corpus"))
    home.sync()
    return home


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, DemoRoots]:
    folder = tmp_path_factory.mktemp("month")
    roots = write_demo(folder, NOW)
    home = Home(str(roots.claude), str(roots.codex), folder / "data")
    home.sync()
    return home, roots


@pytest.mark.parametrize(("by", "sums"), [("model", "by_model"), ("session", "by_root")])
def test_corpus_by_model_and_by_session(corpus: Home, by: str, sums: str) -> None:
    assert reported(corpus, by) == counted(naive(corpus.claude, corpus.codex)[sums])


def test_corpus_by_project(corpus: Home) -> None:
    calls = naive(corpus.claude, corpus.codex)["calls"]
    assert reported(corpus, "project") == by_project(calls, [corpus.claude], [corpus.codex])


def test_no_session_of_the_corpus_is_in_two_projects(corpus: Home) -> None:
    projects: dict[str | None, set[str | None]] = {}
    for row in asked(corpus, "session", "project").rows:
        projects.setdefault(row.key["session"], set()).add(row.key["project"])
    assert {len(found) for found in projects.values()} == {1}
    assert not any("agent-" in (project or "") for found in projects.values() for project in found)


@pytest.mark.parametrize("tz", ZONES)
def test_corpus_by_day_in_any_zone(corpus: Home, tz: str) -> None:
    assert reported(corpus, "day", tz) == naive_days(corpus, tz)


def test_what_the_corpus_leaves_out(corpus: Home) -> None:
    found, told = naive(corpus.claude, corpus.codex), asked(corpus)
    left_out = found["duplicates"]["claude"].copy()
    for reason, number in found["duplicates"]["codex"].items():
        left_out[reason] = left_out.get(reason, 0) + number
    assert {Reason[name.upper()]: number for name, number in left_out.items()} == dict(told.duplicates)
    assert told.unobserved == found["unobserved"]
    assert told.totals.inferred_calls == found["inferred"]


@pytest.mark.parametrize("seed", [7, 11])
def test_month_is_its_truth_its_naive_count_and_our_count(tmp_path: Path, seed: int) -> None:
    roots = write_demo(tmp_path, NOW - seed * 7_777_777, seed=seed)
    home = Home(str(roots.claude), str(roots.codex), tmp_path / "data")
    home.sync()
    found = naive(home.claude, home.codex)
    models = {
        f"{provider} {model}": kinds for provider, models in roots.truth.by_model().items() for model, kinds in models.items()
    }
    assert reported(home, "model") == counted(models) == counted(found["by_model"])
    sessions = {key.split(" ", 1)[1]: sums for key, sums in reported(home, "session").items()}
    assert sessions == counted(roots.truth.by_session())
    assert reported(home, "session") == counted(found["by_root"])
    assert asked(home).unobserved == found["unobserved"]


@pytest.mark.parametrize("tz", ZONES)
def test_month_by_day_in_any_zone(month: tuple[Home, DemoRoots], tz: str) -> None:
    home, _ = month
    assert reported(home, "day", tz) == naive_days(home, tz)


@pytest.mark.parametrize("tz", ["Asia/Kathmandu", "America/New_York"])
def test_month_sums_agree_in_every_grouping(month: tuple[Home, DemoRoots], tz: str) -> None:
    home, _ = month
    totals = {
        by: asked(home, *filter(None, [by]), tz=tz)
        for by in ("", "hour", "day", "week", "month", "year", "session", "project", "folder", "branch", "version",
                   "subagent")
    }
    whole = totals[""].totals
    for by, answer in totals.items():
        assert answer.totals == whole, by
        assert sum(row.figures.calls for row in answer.rows) == whole.calls, by
        assert sum(row.figures.cost for row in answer.rows) == whole.cost, by
        assert sum(row.figures.tokens.total for row in answer.rows) == whole.tokens.total, by
