from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_fixtures import MIDNIGHT, Book

from tally_tui.model import PriceStatus, Provider, Reason, Span
from tally_tui.query import LEDGER, parse
from tally_tui.reports.answers import GROUPS, Figures, Usage
from tally_tui.reports.usage import usage

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000
DAY = 24 * HOUR
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns",
    "Pacific/Apia", "Africa/Casablanca", "Asia/Kolkata", "Pacific/Chatham",
]  # fmt: skip


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "ledger.db")


def ask(book: Book, text: str = "", by: tuple[str, ...] = (), **more: Any) -> Usage:
    query = parse(text, now=MIDNIGHT, tz=UTC_ZONE, allow=LEDGER) if text else None
    return usage(book.reader(), query=query, by=by, **{"tz": UTC_ZONE, **more})


def costs(answer: Usage) -> dict[Any, int]:
    """Group → cost, keys of one field unwrapped."""
    return {
        next(iter(row.key.values())) if len(row.key) == 1 else tuple(row.key.values()): row.figures.cost
        for row in answer.rows
    }


class TestGroups:
    def test_an_empty_ledger_answers_with_nothing(self, book: Book) -> None:
        answer = ask(book, by=("day", "model"))
        assert answer.rows == ()
        assert answer.totals == Figures()
        assert answer.duplicates == {}

    def test_no_group_is_one_row_of_everything(self, book: Book) -> None:
        book.session("a")
        book.call("a", MIDNIGHT, cost=3)
        (row,) = ask(book).rows
        assert row.key == {}
        assert row.figures == ask(book).totals

    def test_each_field_tells_its_values(self, book: Book) -> None:
        book.session("main", folder="/src/web", title="Fix the login")
        book.session("main/agent-1", parent="main", agent="Explore", folder="/src/web")
        book.session("thread", provider=Provider.CODEX)
        book.call("main", MIDNIGHT, branch="dev", version="2.1.0", cost=1)
        book.call("main/agent-1", MIDNIGHT + 1, model="claude-haiku-4-5", folder="/src/api", cost=2)
        book.call("thread", MIDNIGHT + 2, model="", cost=4)
        told = {field: costs(ask(book, by=(field,))) for field in GROUPS}
        assert told["provider"] == {"claude": 3, "codex": 4}
        assert told["model"] == {"claude-opus-4-8": 1, "claude-haiku-4-5": 2, None: 4}
        assert told["project"] == {"web": 1, "api": 2, None: 4}
        assert told["session"] == {"main": 3, "thread": 4}
        assert told["subagent"] == {None: 5, "unknown": 2}
        assert told["instance"] == {None: 5, "main/agent-1": 2}
        assert told["branch"] == {"dev": 1, None: 6}
        assert told["version"] == {"2.1.0": 1, None: 6}
        assert told["hour"] == {"2026-11-22T00:00+00:00": 7}
        assert told["day"] == {"2026-11-22": 7}
        assert told["week"] == {"2026-11-16": 7}
        assert told["month"] == {"2026-11": 7}
        assert told["year"] == {"2026": 7}

    def test_people_read_titles_and_what_is_not_known(self, book: Book) -> None:
        book.session("main", title="Fix the login")
        book.session("main/agent-1", parent="main", agent="Explore")
        book.call("main", MIDNIGHT, cost=2)
        book.call("main/agent-1", MIDNIGHT, model="", cost=1)
        assert [row.label for row in ask(book, by=("session", "instance")).rows] == [
            "Fix the login · main session",
            "Fix the login · Explore",
        ]
        assert [row.label for row in ask(book, by=("model", "project")).rows] == [
            "claude-opus-4-8 · no folder",
            "unknown · no folder",
        ]

    def test_order_is_as_asked_costliest_first_and_time_forward(self, book: Book) -> None:
        book.session("a")
        for day, model, cost in ((0, "small", 1), (0, "large", 5), (1, "small", 9), (1, "large", 8)):
            book.call("a", MIDNIGHT + day * DAY, model=model, cost=cost)
        by_model = [tuple(row.key.values()) for row in ask(book, by=("model", "day")).rows]
        assert by_model == [
            ("large", "2026-11-22"), ("large", "2026-11-23"),
            ("small", "2026-11-22"), ("small", "2026-11-23"),
        ]  # fmt: skip
        by_day = [tuple(row.key.values()) for row in ask(book, by=("day", "model")).rows]
        assert by_day == [
            ("2026-11-22", "large"), ("2026-11-22", "small"),
            ("2026-11-23", "small"), ("2026-11-23", "large"),
        ]  # fmt: skip
        assert list(ask(book, by=("day", "model")).rows[0].key) == ["day", "model"]

    def test_sessions_are_root_sessions_counted_once(self, book: Book) -> None:
        book.session("a")
        book.session("a/agent-1", parent="a")
        book.session("b")
        for at, session in enumerate(("a", "a/agent-1", "b", "a")):
            book.call(session, MIDNIGHT + at * DAY)
        answer = ask(book, by=("month",))
        assert answer.rows[0].figures.sessions == 2
        assert answer.totals.sessions == 2
        assert [row.figures.sessions for row in ask(book, by=("day",)).rows] == [1, 1, 1, 1]

    def test_roots_of_one_project_are_one_row(self, book: Book) -> None:
        book.session("a")
        book.call("a", MIDNIGHT, folder="/src/web", cost=1)
        book.call("a", MIDNIGHT, folder="/src/web/sub", cost=2)
        book.db.execute("UPDATE folder SET root = '/src/web'")
        book.call("a", MIDNIGHT, folder="/src/web/", cost=4)
        assert costs(ask(book, by=("project",))) == {"web": 7}

    @pytest.mark.parametrize("by", [("colour",), ("day", "day")])
    def test_a_word_that_is_no_group(self, book: Book, by: tuple[str, ...]) -> None:
        with pytest.raises(ValueError, match="group"):
            ask(book, by=by)


class TestTime:
    def test_days_are_cut_in_the_zone(self, book: Book) -> None:
        book.session("a")
        book.call("a", ms("2026-11-21T22:59:59.999"), cost=1)
        book.call("a", ms("2026-11-21T23:00:00.000"), cost=2)
        assert costs(ask(book, by=("day",), tz=BERLIN)) == {"2026-11-21": 1, "2026-11-22": 2}
        assert costs(ask(book, by=("day",))) == {"2026-11-21": 3}

    def test_a_day_of_25_hours_has_the_hour_twice(self, book: Book) -> None:
        book.session("a")
        for hour in range(22, 22 + 27):  # 2026-10-24T22:00Z is midnight of the long day in Berlin
            book.call("a", ms("2026-10-24T00:30") + hour * HOUR, cost=1)
        days = costs(ask(book, by=("day",), tz=BERLIN))
        assert days == {"2026-10-25": 25, "2026-10-26": 2}
        hours = costs(ask(book, by=("hour",), tz=BERLIN))
        assert hours["2026-10-25T02:00+02:00"] == hours["2026-10-25T02:00+01:00"] == 1
        assert len(hours) == 27

    def test_a_day_of_23_hours(self, book: Book) -> None:
        book.session("a")
        for hour in range(24):
            book.call("a", ms("2026-03-28T23:00") + hour * HOUR, cost=1)
        assert costs(ask(book, by=("day",), tz=BERLIN)) == {"2026-03-29": 23, "2026-03-30": 1}

    def test_zones_of_quarter_hours(self, book: Book) -> None:
        book.session("a")
        book.call("a", ms("2026-11-21T18:14:59.999"), cost=1)
        book.call("a", ms("2026-11-21T18:15:00.000"), cost=2)
        assert costs(ask(book, by=("day",), tz=ZoneInfo("Asia/Kathmandu"))) == {
            "2026-11-21": 1,
            "2026-11-22": 2,
        }

    def test_weeks_begin_when_they_are_said_to(self, book: Book) -> None:
        book.session("a")
        book.call("a", ms("2026-11-21T12:00"), cost=1)
        book.call("a", ms("2026-11-22T12:00"), cost=2)
        book.call("a", ms("2026-11-23T12:00"), cost=4)
        assert costs(ask(book, by=("week",))) == {"2026-11-16": 3, "2026-11-23": 4}
        assert costs(ask(book, by=("week",), week_start=6)) == {"2026-11-15": 1, "2026-11-22": 6}

    def test_periods_of_two_kinds(self, book: Book) -> None:
        book.session("a")
        book.call("a", ms("2026-10-31T12:00"), cost=1)
        book.call("a", ms("2026-11-01T12:00"), cost=2)
        assert costs(ask(book, by=("week", "month"))) == {
            ("2026-10-26", "2026-10"): 1,
            ("2026-10-26", "2026-11"): 2,
        }

    def test_the_querys_span_narrows_the_span(self, book: Book) -> None:
        book.session("a")
        for day in range(5):
            book.call("a", MIDNIGHT + day * DAY, cost=1 << day)
        answer = ask(
            book, "since:2026-11-23 until:2026-11-25", ("day",), span=Span(MIDNIGHT, MIDNIGHT + 3 * DAY)
        )
        assert list(costs(answer).values()) == [2, 4]
        assert answer.span == Span(MIDNIGHT + DAY, MIDNIGHT + 3 * DAY)

    def test_labels_say_the_year_only_where_there_are_two(self, book: Book) -> None:
        book.session("a")
        book.call("a", ms("2026-11-22T12:00"))
        assert [row.label for row in ask(book, by=("day",)).rows] == ["Sun 22 Nov"]
        book.call("a", ms("2025-11-22T12:00"))
        assert [row.label for row in ask(book, by=("day",)).rows] == ["Sat 22 Nov 2025", "Sun 22 Nov 2026"]


class TestModes:
    @pytest.fixture
    def mixed(self, book: Book) -> Book:
        book.session("a")
        book.call("a", MIDNIGHT, cost=10, recorded=7)
        book.call("a", MIDNIGHT, cost=20)
        book.call("a", MIDNIGHT, model="new", status=PriceStatus.UNPRICED, recorded=5)
        book.call("a", MIDNIGHT, model="newer", status=PriceStatus.UNPRICED, input=3, output=4)
        book.call("a", MIDNIGHT, model="guess", status=PriceStatus.ESTIMATED, cost=40)
        book.call(
            "a", MIDNIGHT, model="guess", status=PriceStatus.ESTIMATED, cost=80, recorded=0, inferred=True
        )
        return book

    @pytest.mark.parametrize(
        ("mode", "cost", "unpriced", "estimated"),
        [("calculate", 150, 2, 2), ("auto", 7 + 20 + 5 + 40, 1, 1), ("display", 12, 3, 0)],
    )
    def test_which_cost(self, mixed: Book, mode: str, cost: int, unpriced: int, estimated: int) -> None:
        totals = ask(mixed, mode=mode).totals
        assert (totals.cost, totals.unpriced_calls, totals.estimated_calls) == (cost, unpriced, estimated)
        assert totals.calls == 6
        assert totals.inferred_calls == 1

    def test_unpriced_tokens_are_told(self, mixed: Book) -> None:
        assert ask(mixed, mode="auto").totals.unpriced_tokens == 7


class TestFilters:
    @pytest.fixture
    def filled(self, book: Book) -> Book:
        book.session("0199aa", folder="/src/Web", title="Straße bauen")
        book.session("0199aa/agent-x", parent="0199aa", agent="Explore", folder="/src/Web")
        book.session("0199bb", provider=Provider.CODEX, folder="/src/api/.worktrees/x", title="tidy up")
        book.db.execute("UPDATE folder SET root = '/src/api' WHERE path LIKE '/src/api%'")
        book.call("0199aa", MIDNIGHT, branch="main", version="2.1.0", cost=1)
        book.call("0199aa/agent-x", MIDNIGHT, model="claude-haiku-4-5", cost=2)
        book.call("0199bb", MIDNIGHT, model="gpt-5.5", branch="feature/login", cost=4)
        book.call("0199bb", MIDNIGHT, model="gpt-5.5", status=PriceStatus.ESTIMATED, inferred=True, cost=8)
        book.call(
            "0199bb",
            MIDNIGHT,
            model="gpt-9",
            status=PriceStatus.UNPRICED,
            file="/c/archived_sessions/b.jsonl",
        )
        book.call("0199aa", MIDNIGHT, reason=Reason.COPY, cost=0)
        book.call("0199bb", MIDNIGHT, model="gpt-5.5", reason=Reason.REPLAY, cost=0)
        return book

    @pytest.mark.parametrize(
        ("text", "cost"),
        [
            ("provider:claude", 3),
            ("-provider:claude", 12),
            ("provider:claude,codex", 15),
            ("model:HAIKU", 2),
            ("model:claude*", 3),
            ('model:"gpt-5"', 0),
            ("model:haiku,gpt-5.5", 14),
            ("-model:gpt", 3),
            ("project:web", 3),
            ('project:"web"', 0),
            ('project:"Web"', 3),
            ("project:/src/a", 12),
            ("project:worktrees", 12),
            ("-project:web", 12),
            ("session:0199aa", 3),
            ("session:agent-x", 2),
            ("branch:login", 4),
            ("branch:none", 10),
            ("-branch:main", 14),
            ("version:2.1*", 1),
            ("is:subagent", 2),
            ("-is:subagent", 13),
            ("is:estimated", 8),
            ("is:inferred", 8),
            ("is:subagent,estimated", 10),
            ("is:gone", 0),
            ("is:archived", 12),
            ("strasse", 3),
            ("login", 4),
            ("straße haiku", 2),
            ("-tidy", 3),
            ("explore", 2),
            ("re:^gpt-5", 12),
            ("cost:>$0.000000005", 12),
            ("tokens:>=330", 12),
            ("-tokens:>=330", 3),
            ("model:opus project:api", 0),
        ],
    )
    def test_what_a_term_lets_through(self, filled: Book, text: str, cost: int) -> None:
        assert ask(filled, text).totals.cost == cost

    def test_unpriced(self, filled: Book) -> None:
        totals = ask(filled, "is:unpriced").totals
        assert (totals.calls, totals.unpriced_calls, totals.cost) == (1, 1, 0)

    def test_duplicates_go_with_the_filter(self, filled: Book) -> None:
        assert ask(filled).duplicates == {Reason.COPY: 1, Reason.REPLAY: 1}
        assert ask(filled, "provider:claude").duplicates == {Reason.COPY: 1}
        assert ask(filled, "-reason:copy").duplicates == {Reason.REPLAY: 1}
        assert ask(filled, "-reason:copy").totals.cost == 15

    def test_asking_for_duplicates_sums_them(self, filled: Book) -> None:
        assert ask(filled, "is:duplicate").totals.calls == 2
        assert ask(filled, "reason:copy").totals.calls == 1
        assert ask(filled, "reason:copy,replay provider:codex").totals.calls == 1

    def test_a_session_one_of_whose_files_is_gone(self, filled: Book) -> None:
        filled.db.execute("UPDATE file SET gone_at = 5 WHERE path LIKE '%/archived_sessions/%'")
        assert ask(filled, "is:gone").totals.cost == 12
        assert ask(filled, "-is:gone").totals.cost == 3

    @pytest.mark.parametrize(
        ("where", "cost"),
        [
            ((("provider", "codex"),), 12),
            ((("model", "gpt-5.5"),), 12),
            ((("model", "gpt-5"),), 0),
            ((("project", "api"), ("branch", None)), 8),
            ((("session", "0199aa"),), 3),
            ((("session", "0199aa"), ("subagent", None)), 1),
            ((("instance", "0199aa/agent-x"),), 2),
            ((("subagent", "unknown"),), 2),
            ((("version", "2.1.0"),), 1),
            ((("project", None),), 0),
        ],
    )
    def test_exact_values(self, filled: Book, where: tuple[tuple[str, str | None], ...], cost: int) -> None:
        assert ask(filled, where=where).totals.cost == cost

    def test_every_row_can_be_asked_for_by_its_own_key(self, filled: Book) -> None:
        by = ("provider", "model", "project", "session", "branch", "version", "subagent")
        for row in ask(filled, by=by).rows:
            assert ask(filled, where=tuple(row.key.items())).totals == row.figures

    def test_a_word_for_conversations_is_refused(self, filled: Book) -> None:
        query = parse("tool:Bash", now=MIDNIGHT, tz=UTC_ZONE)
        with pytest.raises(ValueError, match="tool"):
            usage(filled.reader(), query=query, by=(), tz=UTC_ZONE)


# Calls near the ends of days, months, years and clock changes, as well as anywhere.
INSTANTS = st.one_of(
    st.integers(ms("2025-12-20T00:00"), ms("2026-11-22T00:00")),
    st.builds(
        lambda edge, around: edge + around,
        st.sampled_from(
            [ms("2026-01-01T00:00"), ms("2026-03-29T01:00"), ms("2026-10-25T01:00"), ms("2026-10-03T15:30")]
        ),
        st.one_of(st.integers(-DAY, DAY), st.integers(-3, 3)),
    ),
)
CALLS = st.lists(
    st.tuples(
        INSTANTS,
        st.sampled_from(["a", "a/agent-1", "b", "c"]),
        st.sampled_from(["opus", "haiku", ""]),
        st.sampled_from(["/src/web", "/src/api", None]),
        st.sampled_from(list(PriceStatus)),
        st.sampled_from([Reason.COUNTED] * 4 + [Reason.COPY]),
        st.integers(0, 10**10),
        st.one_of(st.none(), st.integers(0, 10**10)),
    ),
    max_size=25,
)


def filled_with(folder: str, calls: list[tuple[Any, ...]]) -> Book:
    book = Book(Path(folder) / "ledger.db")
    book.db.execute("PRAGMA synchronous = OFF")
    book.session("a", folder="/src/web")
    book.session("a/agent-1", parent="a")
    book.session("b", provider=Provider.CODEX)
    book.session("c", folder="/src/api")
    for ts, session, model, path, status, reason, cost, recorded in calls:
        book.call(
            session, ts, model=model, folder=path, status=status, reason=reason, cost=cost, recorded=recorded,
            input=cost % 97, cache_read=cost % 89, output=cost % 83, reasoning=cost % 7, unobserved=cost % 3,
        )  # fmt: skip
    return book


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    calls=CALLS,
    zone=st.sampled_from(ZONES),
    week_start=st.integers(0, 6),
    edges=st.tuples(st.one_of(st.none(), INSTANTS), st.one_of(st.none(), INSTANTS)),
    mode=st.sampled_from(["calculate", "auto", "display"]),
)
def test_sums_agree_over_every_grouping_and_with_a_count_by_hand(
    calls: list[tuple[Any, ...]], zone: str, week_start: int, edges: tuple[int | None, int | None], mode: Any
) -> None:
    span, tz = Span(*edges), ZoneInfo(zone)
    with tempfile.TemporaryDirectory() as folder:
        book = filled_with(folder, calls)
        db = book.reader()
        answers = {
            by: usage(db, by=by, span=span, tz=tz, mode=mode, week_start=week_start)
            for by in [
                *((group,) for group in GROUPS),
                (),
                ("day", "model"),
                ("week", "month"),
                ("project", "hour"),
            ]
        }
        db.close()
        book.db.close()
    inside = [call for call in book.calls if call["ts"] in span]
    counted = [call for call in inside if call["reason"] is Reason.COUNTED]

    def cost(call: dict[str, Any]) -> int | None:
        own = None if call["status"] is PriceStatus.UNPRICED else call["cost"]
        stated = call["recorded"]
        return {"calculate": own, "display": stated, "auto": own if stated is None else stated}[mode]

    total = sum(cost(call) or 0 for call in counted)
    tokens = sum(call["input"] + call["cache_read"] + call["output"] for call in counted)
    for by, answer in answers.items():
        assert answer.totals == answers[("day",)].totals, by
        assert sum(row.figures.cost for row in answer.rows) == total, by
        assert sum(row.figures.tokens.total for row in answer.rows) == tokens, by
        assert sum(row.figures.calls for row in answer.rows) == len(counted), by
        assert sum(row.figures.unpriced_calls for row in answer.rows) == answer.totals.unpriced_calls, by
        assert answer.unobserved == sum(call["unobserved"] for call in counted)
        assert answer.duplicates.get(Reason.COPY, 0) == len(inside) - len(counted)
    totals = answers[()].totals
    assert (totals.calls, totals.cost, totals.tokens.total) == (len(counted), total, tokens)
    assert totals.sessions == len({call["root"] for call in counted})
    assert totals.unpriced_calls == sum(cost(call) is None for call in counted)

    local: Callable[[int], datetime] = lambda ts: datetime.fromtimestamp(ts / 1000, tz)  # noqa: E731
    for by, told in (("month", "%Y-%m"), ("year", "%Y"), ("day", "%Y-%m-%d")):
        by_hand: dict[str, int] = defaultdict(int)
        for call in counted:
            by_hand[local(call["ts"]).strftime(told)] += cost(call) or 0
        assert costs(answers[(by,)]) == by_hand
    sessions: dict[Any, int] = defaultdict(int)
    for call in counted:
        sessions[call["root"]] += cost(call) or 0
    assert costs(answers[("session",)]) == sessions


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(calls=CALLS, cut=INSTANTS)
def test_two_halves_of_a_span_are_the_whole(calls: list[tuple[Any, ...]], cut: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book = filled_with(folder, calls)
        db = book.reader()
        whole, before, after = (
            usage(db, by=(), span=span, tz=UTC_ZONE).totals
            for span in (Span(), Span(None, cut), Span(cut, None))
        )
        db.close()
        book.db.close()
    assert before.calls + after.calls == whole.calls
    assert before.cost + after.cost == whole.cost
    assert before.tokens.total + after.tokens.total == whole.tokens.total
