"""A source without logs: rich made-up answers, computed at once or held back until told."""

from __future__ import annotations

import random

from made_up import (
    BRANCHES,
    DAY,
    FIRST,
    HOUR,
    MODELS,
    NOW,
    NOW_MS,
    PROJECTS,
    TITLES,
    ZONE,
    added,
    figures,
    spend,
)

from tally_tui.actions import Action, Done
from tally_tui.answers import Answer
from tally_tui.model import NANO, Reason, Span
from tally_tui.records import changed as replace
from tally_tui.reports.answers import (
    CallRow,
    Calls,
    Explain,
    ExplainLine,
    Figures,
    LimitGauge,
    Now,
    SessionRow,
    Sessions,
    Stretch,
    Usage,
    UsageRow,
)
from tally_tui.reports.marks import Marks
from tally_tui.requests import (
    CallsRequest,
    ExplainRequest,
    MarksRequest,
    NowRequest,
    Request,
    SessionsRequest,
    UsageRequest,
)
from tally_tui.rules import periods
from tally_tui.store import Answered, Failed, Phase, Publish, QueryProblem, SyncStatus, Watching
from tally_tui.trouble import Trouble

LIVE = SyncStatus(
    Phase.DONE, 412, 412, 812_000_000, 812_000_000, 31_022, watching=Watching.EVENTS, kept_calls=31_022
)
READING = SyncStatus(
    Phase.READING,
    1_204,
    5_012,
    431_000_000,
    1_240_000_000,
    31_022,
    12.4,
    watching=Watching.EVENTS,
    kept_calls=31_022,
)
NOTHING = SyncStatus(
    Phase.DONE,
    watching=Watching.EVENTS,
    kept_calls=0,
    looked=(
        "~/.claude/projects",
        "~/.config/claude/projects",
        "~/.codex/sessions",
        "~/.codex/archived_sessions",
    ),
)


class FakeSource:
    """A `Source` whose answers are made up. `held` keeps them back until `release`."""

    def __init__(
        self,
        status: SyncStatus = LIVE,
        held: bool = False,
        sessions: int = 1_234,
        limits: bool = True,
        fail: Trouble | None = None,
        hostile: str = "",
    ) -> None:
        self.status, self.held, self.session_count, self.limits = status, held, sessions, limits
        self.fail, self.hostile = fail, hostile
        self.asked: list[Request] = []
        self.open: dict[str, Request] = {}
        self.done: list[str] = []
        self.deeds: list[Action] = []
        self.marks = Marks(())
        self.grow = 0.0
        self.last: dict[str, Answered] = {}
        self.publish: Publish = lambda news: None

    def start(self, publish: Publish) -> None:
        self.publish = publish
        publish(self.status)
        self.done.append("start")

    def ask(self, request: Request) -> None:
        self.asked.append(request)
        self.open[request.slot] = request
        if not self.held:
            self.answer(request)

    def drop(self, slot: str) -> None:
        self.last.pop(slot, None)
        self.open.pop(slot, None)
        self.done.append(f"drop {slot}")

    def do(self, action: Action) -> None:
        self.deeds.append(action)
        self.publish(Done(action))

    def sync(self) -> None:
        self.done.append("sync")

    def cancel(self) -> None:
        self.done.append("cancel")
        self.say(replace(self.status, phase=Phase.CANCELLED))

    def stop(self) -> None:
        self.done.append("stop")

    def check(self, query: str) -> QueryProblem | None:
        at = query.find("modle:")
        return None if at < 0 else QueryProblem("There is no modle:. Did you mean model:?", at, at + 6)

    def say(self, status: SyncStatus) -> None:
        self.status = status
        self.publish(status)

    def release(self) -> None:
        """Answer everything that is open, again."""
        self.held = False
        for request in list(self.open.values()):
            self.answer(request)

    def answer(self, request: Request) -> None:
        if self.fail is not None:
            self.publish(Failed(request, self.fail))
            return
        answer = self.report(request)
        if answer is None:
            return  # nothing is made up for this question: it waits for its answer
        news = Answered(request, answer)
        if self.last.get(request.slot) != news:
            # As the real one: the same answer to the same question is not told twice.
            self.last[request.slot] = news
            self.publish(news)

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, NowRequest):
            return self.now(request.query)
        if isinstance(request, UsageRequest):
            return self.usage(request)
        if isinstance(request, SessionsRequest):
            return self.sessions(request)
        if isinstance(request, MarksRequest):
            return self.marks
        if isinstance(request, CallsRequest):
            return self.calls(request)
        return self.explain(request) if isinstance(request, ExplainRequest) else None

    # -- the answers

    def models(self, query: str) -> dict[str, float]:
        wanted = [word.removeprefix("model:") for word in query.split() if word.startswith("model:")]
        return {model: share for model, share in MODELS.items() if all(word in model for word in wanted)}

    def span(self, span: Span) -> tuple[int, int]:
        return (FIRST if span.since is None else span.since, NOW_MS if span.until is None else span.until)

    def usage(self, request: UsageRequest) -> Usage:
        since, until = self.span(request.span)
        kinds = [field for field in request.by if field in periods.KINDS]
        stretches = [(since, until, None)]
        if kinds:
            stretches = []
            at = periods.bounds(kinds[0], since, ZONE)[0]
            while at < until:
                end = periods.bounds(kinds[0], at, ZONE)[1]
                stretches.append((at, end, periods.key(kinds[0], at, ZONE)))
                at = end
        others = [field for field in request.by if field not in periods.KINDS]
        rows: list[UsageRow] = []
        for start, end, key in stretches:
            summed = {model: spend(start, end, model) for model in self.models(request.query)}
            summed = {model: each for model, each in summed.items() if each.calls}
            for value, each in self.split(others[0] if others else "", summed):
                if each.calls:
                    keys = dict.fromkeys(kinds, key) | dict.fromkeys(others, value)
                    rows.append(UsageRow(keys, value if others and value else key or "", each))
        return Usage(
            "Europe/Vienna", request.span, request.by, tuple(rows), added([row.figures for row in rows])
        )

    def split(self, field: str, summed: dict[str, Figures]) -> list[tuple[str | None, Figures]]:
        if field == "model":
            return [(self.hostile + model, each) for model, each in summed.items()]
        total = added(list(summed.values()))
        if not field or not total.calls:
            return [(None, total)]
        names: tuple[str | None, ...] = {
            "project": PROJECTS,
            "branch": BRANCHES,
            "provider": ("claude", "codex"),
            "version": ("2.1.9", "2.2.0", None),
        }.get(field, ("a1b2c3", "d4e5f6", "a7b8c9"))
        found = []
        for n, name in enumerate(names):
            share = 2.0 ** -(n + 1)
            found.append((name, figures(total.cost / NANO * share, max(1, int(total.calls * share)), 3)))
        return found

    def session(self, n: int) -> SessionRow:
        dice = random.Random(f"session {n}")
        cost = 38.0 / (n + 1) + dice.random() * 0.4
        summed = figures(cost, max(1, int(cost * 12)), 1, 3 if n == 4 else 0)
        last = NOW_MS - n * 1_700_000 - dice.randrange(900_000)
        return SessionRow(
            "codex" if n % 3 == 2 else "claude",
            f"{n:08x}-0000-4000-8000-000000000000",
            None,
            self.hostile + TITLES[n % len(TITLES)],
            PROJECTS[n % len(PROJECTS)],
            f"/home/ada/src/{PROJECTS[n % len(PROJECTS)]}",
            BRANCHES[n % len(BRANCHES)],
            "2.2.0",
            (list(MODELS)[n % 5],),
            last - 4_000_000,
            last,
            summed,
            summed,
            n % 4,
            f"/home/ada/.claude/projects/p/{n:08x}.jsonl",
            n % 9 == 8,
            turns=n % 11 + 1,
            replies=n * 7 % 340 + 2,
            context=(n * 23_000) % 190_000 + 8_000,
            window=None if n % 5 == 3 else 200_000,
        )

    def sessions(self, request: SessionsRequest) -> Sessions:
        if "nothing" in request.query:
            return Sessions("Europe/Vienna", request.span, (), 0, Figures())
        numbers = range(self.session_count)
        chosen = numbers[request.offset : request.offset + request.limit]
        return Sessions(
            "Europe/Vienna",
            request.span,
            tuple(self.session(n) for n in chosen),
            self.session_count,
            figures(612.4, 7_345, self.session_count),
        )

    def calls(self, request: CallsRequest) -> Calls:
        count = 40
        rows = []
        for n in range(count)[request.offset : request.offset + request.limit]:
            each = figures(0.4 / (n + 1), 1)
            rows.append(
                CallRow(
                    NOW_MS - n * 41_000 - 20_000,
                    "claude",
                    list(MODELS)[n % 5],
                    "00000000",
                    "00000000",
                    "tally-tui",
                    "main",
                    each.tokens,
                    None if n == 3 else each.cost,
                    each.cost if n == 1 else None,
                    "estimated" if n == 2 else "unpriced" if n == 3 else "priced",
                    "claude-opus-4-8 · since 2026-03-13",
                    n == 5,
                    Reason.COPY if "copy" in request.query else Reason.COUNTED,
                    0,
                    "/home/ada/.claude/projects/tally/0a.jsonl",
                    81_920 + n * 2_310,
                    3,
                )
            )
        return Calls("Europe/Vienna", request.span, tuple(rows), count, figures(12.34, count))

    def now(self, query: str = "") -> Now:
        starts = {
            "last_10_minutes": (NOW_MS - 600_000, NOW_MS - 1_200_000),
            "last_hour": (NOW_MS - HOUR, NOW_MS - 2 * HOUR),
        }
        for name, kind in (("today", "day"), ("this_week", "week"), ("this_month", "month")):
            start = periods.bounds(kind, NOW_MS, ZONE)[0]  # type: ignore[arg-type]
            starts[name] = (start, periods.step(kind, start, -1, ZONE))  # type: ignore[arg-type]

        def total(start: int, end: int) -> Figures:
            return added([spend(start, end, model) for model in self.models(query)])

        stretches = tuple(
            Stretch(name, Span(start, NOW_MS), total(start, NOW_MS), total(before, before + NOW_MS - start))
            for name, (start, before) in starts.items()
        )
        if self.grow:
            first = replace(stretches[0], figures=figures(self.grow, 40))
            stretches = (first, *stretches[1:])
        gauges = (
            LimitGauge("codex", "codex", 300, 63.0, NOW_MS - 60_000, NOW_MS + 7_900_000, 91.0, "plus"),
            LimitGauge(
                "codex", "codex", 10_080, 82.4, NOW_MS - 60_000, NOW_MS + 2 * DAY + 15_000_000, 104.0, "plus"
            ),
        )
        live = tuple(replace(self.session(n), last_ms=NOW_MS - 12_000 * (n + 1)) for n in range(2))
        if not self.limits:
            return Now("Europe/Vienna", NOW_MS, stretches)
        return Now("Europe/Vienna", NOW_MS, stretches, gauges, live)

    def explain(self, request: ExplainRequest) -> Explain:
        lines = (
            ExplainLine("calls", 5_639, "5,639 calls from 14,120 lines"),
            ExplainLine("copy", 1_087, "1,087 copies in other sessions' files left out", "reason:copy"),
            ExplainLine(
                "repeat", 311, "Codex records whose totals did not change, left out", "reason:repeat"
            ),
            ExplainLine(
                "unpriced",
                214,
                "calls of local-llama without a price: tokens counted, cost not",
                "is:unpriced",
            ),
            ExplainLine(
                "unobserved", 81_400, "tokens that a jump of a Codex total shows and no record explains"
            ),
        )
        return Explain(
            "Europe/Vienna",
            request.span,
            figures(512.66, 5_639, 210),
            14_120,
            {Reason.COPY: 1_087, Reason.REPEAT: 311},
            81_400,
            True,
            ("Side questions of 2.1.x leave no usage in the log.",),
            {},
            {},
            (),
            lines,
            "2026-11-20",
            412,
            9,
        )


def frozen_environment() -> dict[str, str]:
    """What a run needs to be the same as any other."""
    return {"TALLY_NOW": NOW, "TEXTUAL_ANIMATIONS": "none"}
