"""The questions, each as a table, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tally_tui.reports.answers import GROUPS

Tally = Callable[..., Any]

FIGURES = [
    "calls", "sessions", "input_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens",
    "cache_read_tokens", "output_tokens", "reasoning_tokens", "total_tokens", "cost_usd", "unpriced_calls",
    "unpriced_tokens", "estimated_calls", "inferred_calls",
]  # fmt: skip
QUESTIONS = ["usage", "sessions", "calls", "explain", "today"]
SCHEMAS = {"today": "tally.now/1"}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.usefixtures("month")
def test_usage_holds_the_contract_to_the_letter(tally: Tally) -> None:
    document = tally("usage", "--by", "provider,model", "--json").json
    assert list(document) == [
        "schema", "timezone", "span", "rows", "totals", "duplicates", "unobserved_tokens",
    ]  # fmt: skip
    assert document["schema"] == "tally.usage/1"
    assert document["timezone"] == "Europe/Vienna"
    assert document["span"] == {"since": None, "until": None}
    assert list(document["totals"]) == FIGURES
    assert set(document["duplicates"]) == {"copy", "replay", "repeat", "record", "archive"}
    for row in document["rows"]:
        assert list(row) == ["key", *FIGURES]
        assert list(row["key"]) == ["provider", "model"]
        assert re.fullmatch(r"\d+\.\d{6}", row["cost_usd"])
        parts = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
        assert row["total_tokens"] == sum(row[f"{part}_tokens"] for part in parts)
    assert {row["key"]["provider"] for row in document["rows"]} == {"claude", "codex"}


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("by", GROUPS)
def test_every_grouping_adds_up_to_the_total(tally: Tally, by: str) -> None:
    document = tally("usage", "--by", by, "--json", "--no-sync").json
    totals = document["totals"]
    assert totals["calls"] > 100
    for name in FIGURES:
        if name in ("sessions", "cost_usd"):
            continue
        assert sum(row[name] for row in document["rows"]) == totals[name]
    # Each row is rounded once more on its way out: half a millionth of a dollar a row at most.
    apart = sum(Decimal(row["cost_usd"]) for row in document["rows"]) - Decimal(totals["cost_usd"])
    assert abs(apart) <= Decimal("0.0000005") * (len(document["rows"]) + 1)


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("question", QUESTIONS)
def test_csv_is_the_json_flattened(tally: Tally, question: str) -> None:
    document = tally(question, "--json").json
    assert document["schema"] == SCHEMAS.get(question, f"tally.{question}/1")
    answered = tally(question, "--csv")
    assert (answered.status, answered.err) == (0, "")
    rows = rows_of(answered.out)
    assert len(rows) == len(document["rows"]) > 0
    for told, meant in zip(rows, document["rows"], strict=True):
        for name, value in meant.items():
            if isinstance(value, dict):
                prefix = "" if name == "key" else f"{name}_"
                assert {inner: told[prefix + inner] for inner in value} == {
                    inner: "" if each is None else str(each) for inner, each in value.items()
                }
            elif isinstance(value, int | str) and not isinstance(value, bool):
                assert told[name] == " ".join(str(value).splitlines())


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_time_is_utc(tally: Tally, question: str) -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                if (name.endswith("time") or name in ("since", "until")) and each is not None:
                    assert STAMP.fullmatch(each), (name, each)
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    span = () if question == "today" else ("--since", "2d")
    walk(tally(question, *span, "--json").json)


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("question", QUESTIONS)
def test_tables_tell_the_same(tally: Tally, question: str) -> None:
    answered = tally(question)
    assert (answered.status, answered.err) == (0, "")
    assert "$" in answered.out
    assert "\x1b" not in answered.out


@pytest.mark.usefixtures("month")
def test_nothing_that_matches_is_an_empty_answer(tally: Tally) -> None:
    for question in ("usage", "sessions", "calls"):
        answered = tally(question, "model:no-such-model", "--json")
        assert answered.status == 0
        assert answered.json["rows"] == []
        assert answered.json["totals"]["calls"] == 0
        assert "match" in tally(question, "model:no-such-model").out


@pytest.mark.usefixtures("month")
def test_the_span_is_half_open_and_days_are_local(tally: Tally) -> None:
    document = tally("usage", "--since", "2026-11-20", "--until", "2026-11-20", "--by", "hour", "--json").json
    assert document["span"] == {"since": "2026-11-19T23:00:00Z", "until": "2026-11-20T23:00:00Z"}
    assert all(row["key"]["hour"].startswith("2026-11-20T") for row in document["rows"])
    abroad = tally("usage", "--since", "2026-11-20", "--tz", "America/New_York", "--json").json
    assert abroad["timezone"] == "America/New_York"
    assert abroad["span"]["since"] == "2026-11-20T05:00:00Z"


@pytest.mark.usefixtures("month")
def test_the_query_narrows_and_the_span_too(tally: Tally) -> None:
    everything = tally("usage", "--by", "provider", "--json").json
    codex = tally("usage", "--by", "provider", "provider:codex", "--json").json
    assert codex["rows"] == [row for row in everything["rows"] if row["key"] == {"provider": "codex"}]
    by_word = tally("usage", "since:2026-11-20", "until:2026-11-20", "--json").json
    by_option = tally("usage", "--since", "2026-11-20", "--until", "2026-11-20", "--json").json
    assert by_word == by_option


@pytest.mark.usefixtures("month")
def test_sorting_reversing_and_limiting(tally: Tally) -> None:
    def costs(*words: str) -> list[Decimal]:
        return [Decimal(row["cost_usd"]) for row in tally("usage", *words, "--json").json["rows"]]

    down = costs("--by", "session", "--sort", "cost")
    assert down == sorted(down, reverse=True)
    assert costs("--by", "session", "--sort", "cost", "--reverse") == down[::-1]
    assert costs("--by", "session", "--sort", "cost", "--limit", "3") == down[:3]
    sessions = tally("sessions", "--sort", "cost", "--limit", "3", "--json").json
    assert [Decimal(row["cost_usd"]) for row in sessions["rows"]] == down[:3]
    every = tally("sessions", "--json").json
    assert sessions["total_rows"] == every["total_rows"] == len(every["rows"])
    assert sum(row["calls"] > 0 for row in every["rows"]) == len(down)  # the list has conversations without a call, too
    assert {row["cost_usd"] for row in every["rows"] if not row["calls"]} <= {"0.000000"}
    titles = [row["title"] for row in tally("sessions", "--sort", "title", "--json").json["rows"]]
    named = [title.casefold() for title in titles if title]
    assert named == sorted(named) and titles[: len(named)] == [title for title in titles if title]
    largest = tally("calls", "--sort", "tokens", "--limit", "5", "--json").json["rows"]
    tokens = [row["total_tokens"] for row in largest]
    assert tokens == sorted(tokens, reverse=True)


@pytest.mark.usefixtures("month")
def test_duplicates_can_be_listed_and_lead_to_their_lines(tally: Tally) -> None:
    counted = tally("usage", "--json").json["duplicates"]
    for reason in (reason for reason, number in counted.items() if number):
        found = tally("calls", f"reason:{reason}", "--json").json
        assert found["total_rows"] == counted[reason] == len(found["rows"])
        assert {row["duplicate"] for row in found["rows"]} == {reason}
    for row in tally("calls", "--limit", "20", "--json").json["rows"]:
        with Path(row["file"]).open("rb") as log:
            log.seek(row["offset"])
            assert log.readline().startswith(b"{")


@pytest.mark.usefixtures("month")
def test_what_explain_points_at_is_there(tally: Tally) -> None:
    explained = tally("explain", "--since", "3d", "--json").json
    assert explained["totals"] == tally("usage", "--since", "3d", "--json").json["totals"]
    for row in explained["rows"]:
        if row["query"]:
            found = tally("calls", "--since", "3d", row["query"], "--json").json
            assert found["total_rows"] == row["count"], row


@pytest.mark.usefixtures("month")
def test_today_is_the_same_as_usage_of_today(tally: Tally) -> None:
    document = tally("today", "--json").json
    today = next(row for row in document["rows"] if row["name"] == "today")
    usage = tally("usage", "--since", "today", "--until", "2026-11-22T12:00:00Z", "--json").json["totals"]
    assert {name: today[name] for name in FIGURES} == usage
    assert document["time"] == "2026-11-22T12:00:00Z"
    assert tally("now", "--json").json == document
    assert tally("now").out == tally("today").out
    for limit in document["limits"]:
        assert 0 <= limit["used_percent"] <= 100


@pytest.mark.usefixtures("month")
def test_modes_choose_the_cost(tally: Tally) -> None:
    def cost(mode: str) -> Decimal:
        return Decimal(tally("usage", "--mode", mode, "--json").json["totals"]["cost_usd"])

    assert cost("calculate") > 0
    assert cost("display") <= cost("auto")
