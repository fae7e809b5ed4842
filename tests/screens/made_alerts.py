"""Made-up alerts of every axis and severity, the rules that made them, and milestones: without a ledger."""

from __future__ import annotations

from typing import Any

from fake_source import LIVE, FakeSource
from made_up import DAY, HOUR, NOW_MS

from tally_tui.actions import Acknowledge, Action, Done, SetAlert, SnoozeAlerts, Unacknowledge
from tally_tui.answers import Answer
from tally_tui.ledger.alerts import Alert, Told
from tally_tui.model import NANO, Span
from tally_tui.record.alert_advice import figures, steps
from tally_tui.record.alert_examples import examples
from tally_tui.record.alert_words import text, title
from tally_tui.records import changed as replace
from tally_tui.reports.alert_detail import written
from tally_tui.reports.answers_alerts import (
    AlertDetail,
    AlertFeed,
    AlertRow,
    AlertRules,
    ChannelRow,
    Crossed,
    Progress,
    RuleRow,
    Series,
    Step,
)
from tally_tui.reports.answers_limits import MilestoneRow as Mark
from tally_tui.reports.answers_limits import Milestones, Trend, WindowMilestones
from tally_tui.reports.channel_tests import ChannelTest, ChannelTests
from tally_tui.reports.unread import Unread
from tally_tui.requests import (
    AlertDetailRequest,
    AlertRulesRequest,
    AlertsRequest,
    ChannelTestRequest,
    MilestonesRequest,
    Request,
    UnreadRequest,
)
from tally_tui.rules.alerts import AXES, THRESHOLDS, Axis, Severity
from tally_tui.rules.milestones import WeekPrice
from tally_tui.rules.windows import LimitKey, Sample, Window
from tally_tui.rules.zones import zone
from tally_tui.store import Answered

VIENNA = zone("Europe/Vienna")
RESET = NOW_MS + 2 * DAY
WEEK = f"claude/claude/{7 * 24 * 60}"


def _alert(number: int, axis: Axis, severity: Severity, ago: float, **more: Any) -> Alert:
    fired = NOW_MS - round(ago * HOUR)
    base: dict[str, Any] = {
        "rule": axis, "scope": "claude", "until": 0, "segment": 0, "threshold": 90.0, "provider": "claude",
        "kind": "event", "minutes": None, "fired_at": fired, "latched_at": fired, "numbers": {}, "told": Told.TOLD,
        "problems": (), "acknowledged_at": None, "through": ("app", "terminal"),
    }  # fmt: skip
    return Alert(id=number, axis=axis, severity=severity, **(base | more))


def made_alerts(hostile: str = "") -> tuple[Alert, ...]:
    """Newest first."""
    window: dict[str, Any] = {"kind": "window", "minutes": 10_080, "until": RESET, "scope": WEEK}
    budget: dict[str, Any] = {
        "kind": "calendar-month", "until": NOW_MS + 11 * DAY, "provider": None, "scope": "team",
    }  # fmt: skip
    session = "00000000-0000-4000-8000-000000000000"
    return (
        _alert(
            14, "limit_hit", "critical", 0.2, kind="window", minutes=None, until=NOW_MS + 2 * HOUR, threshold=100.0,
            numbers={"text": f"You've hit your limit{hostile} · resets 4pm", "session": session},
            problems=("desktop: the desktop cannot be reached",),
        ),
        _alert(13, "weekly", "warn", 0.5, **window, threshold=95.0, numbers={"percent": 95.6, "session": session}),
        _alert(
            12, "five_hour", "warn", 1, kind="window", minutes=300, until=NOW_MS + 2 * HOUR,
            scope="claude/claude/300", numbers={"percent": 91.0, "session": session},
        ),
        _alert(11, "quota", "warn", 3, **(window | {"scope": "codex/codex/10080"}), provider="codex",
               numbers={"percent": 90.2}),
        _alert(10, "budget", "critical", 5, **budget, rule="budget:team", threshold=100.0,
               numbers={"unit": "usd", "spent": 301 * NANO, "amount": 300 * NANO, "used_percent": 100.3,
                        "projected": 470 * NANO}),
        _alert(9, "project_budget", "warn", 9, **(budget | {"scope": "atlas"}), rule="project_budget:atlas",
               numbers={"unit": "tokens", "spent": 9_100_000, "amount": 10_000_000, "used_percent": 91.0,
                        "projected": 12_000_000}),
        _alert(8, "projected", "critical", 20, **window, threshold=100.0, acknowledged_at=NOW_MS - HOUR,
               numbers={"percent": 61.0, "projected_percent": 117.0, "cap_at": NOW_MS + DAY}),
        _alert(7, "burn_rate", "warn", 26, kind="day", until=NOW_MS + 9 * HOUR, threshold=3.0,
               acknowledged_at=NOW_MS - HOUR, numbers={"rate_nano": 12 * NANO, "usual_nano": 3 * NANO, "times": 4.0}),
        _alert(6, "costly_call", "info", 30, kind="call", threshold=5.0, scope="ffee", acknowledged_at=NOW_MS - HOUR,
               numbers={"cost_nano": 6 * NANO, "model": "claude-opus-4-8", "session": session}),
        _alert(5, "costly_session", "warn", 50, kind="session", threshold=100.0, acknowledged_at=NOW_MS - HOUR,
               numbers={"cost_nano": 104 * NANO, "title": f"{hostile}Migrate the invoices", "session": session}),
        _alert(4, "price_missing", "info", 80, kind="model", provider="codex", scope="local-llama", threshold=1.0,
               acknowledged_at=NOW_MS - HOUR, numbers={"model": "local-llama", "calls": 14, "tokens": 81_000}),
        _alert(3, "retention", "warn", 200, kind="calendar-week", until=NOW_MS + 3 * DAY, threshold=3.0,
               acknowledged_at=NOW_MS - HOUR, numbers={"files": 12, "deleted_from": NOW_MS - 100 * HOUR}),
        _alert(2, "weekly", "info", 400, **(window | {"until": NOW_MS - 9 * DAY}), threshold=50.0, told=Told.RECORDED,
               through=(), numbers={"percent": 51.0}),
    )  # fmt: skip


def rules() -> AlertRules:
    """As the settings have them: one rule changed, one off, the desktop failing."""
    rows = []
    for place, axis in enumerate(AXES):
        usual = tuple(map(float, THRESHOLDS[axis]))
        own = (50.0, 80.0, 95.0) if axis == "weekly" else usual
        windows = ("weekly", "quota") if axis == "projected" else ()
        rows.append(RuleRow(axis, axis != "retention", own, usual, windows, NOW_MS - place * 5 * HOUR, place + 1))
    channels = (
        ChannelRow("app", True, "toasts and the sign on every screen"),
        ChannelRow("terminal", True, "notification (auto)"),
        ChannelRow("desktop", True, "the desktop's notifications", "the desktop cannot be reached"),
        ChannelRow("apprise", False, ""),
        ChannelRow("command", True, "notify-send '{title}' '{text}'"),
    )
    return AlertRules(True, (1320, 450), False, "auto", tuple(rows), channels, {}, ("team", "atlas"), True, ())


def progress() -> Progress:
    """Two windows of Claude's and eight weeks."""
    found = []
    for minutes, until, other in ((300, NOW_MS + 2 * HOUR, 95.6), (10_080, RESET, 40.0)):
        start = until - minutes * 60_000
        rows = tuple(
            Mark(percent, start + (NOW_MS - start) * percent // 96, 0, percent * 2 * NANO + percent**2 * 10_000_000,
                 (2 * NANO if percent % 5 else 0) if percent > 1 else None, 5 if percent % 5 == 0 else 1, other, True)
            for percent in range(1, 96)
        )  # fmt: skip
        samples = (Sample(start, 1.0, 0), Sample(NOW_MS - 60_000, 95.6, 0))
        window = Window(LimitKey("claude", "claude", minutes), start, until, samples, reset_at=until)
        found.append(WindowMilestones(window, rows, 212 * NANO))
    weeks = tuple(
        WeekPrice(RESET - (8 - n) * 7 * DAY, RESET - (7 - n) * 7 * DAY, 60.0 + n * 5, round((60 + n * 5) * 2.1) * NANO,
                  (2.0 + n / 10) * NANO, None if n == 0 else 0.05 * (n - 4))
        for n in range(8)
    )  # fmt: skip
    trend = Trend("Europe/Vienna", NOW_MS, "claude", weeks, (False, *([True] * 7)))
    return Progress(Milestones("Europe/Vienna", NOW_MS, tuple(found)), (trend,))


class AlertSource(FakeSource):
    """The made-up source, with alerts. What is done about them shows."""

    def __init__(self, alerts: tuple[Alert, ...] | None = None, gone: bool = False, **more: Any) -> None:
        super().__init__(**({"status": LIVE} | more))
        self.alerts = list(made_alerts(self.hostile) if alerts is None else alerts)
        self.rules = rules()
        self.gone = gone
        self.tests: ChannelTests | None = None
        self.failing = ""

    def report(self, request: Request) -> Answer | None:
        if isinstance(request, UnreadRequest):
            left = [each for each in self.alerts if each.acknowledged_at is None and each.told is Told.TOLD]
            grave = ("critical", "warn", "info")
            worst = min((each.severity for each in left), key=grave.index, default=None)
            return Unread(len(left), worst)
        if isinstance(request, AlertsRequest):
            wanted = [each for each in self.alerts if all(w in str(each) for w in request.query.split())]
            some = wanted[request.offset : request.offset + request.limit]
            return AlertFeed(tuple(map(self.row, some)), len(wanted), len(self.alerts))
        if isinstance(request, AlertDetailRequest):
            return self.detail(next(each for each in self.alerts if each.id == request.alert))
        if isinstance(request, AlertRulesRequest):
            return self.rules
        if isinstance(request, MilestonesRequest):
            return progress()
        if isinstance(request, ChannelTestRequest):
            return self.tests or trial()
        return super().report(request)

    def row(self, alert: Alert) -> AlertRow:
        project = "tally-tui" if alert.numbers.get("session") else None
        return AlertRow(alert, title(alert), text(alert, alert.latched_at), project)

    def detail(self, alert: Alert) -> AlertDetail:
        def clock(at: int) -> str:
            return written(at, NOW_MS, VIENNA)

        crossed = None
        if alert.axis not in ("retention", "budget"):
            crossed = Crossed(
                self.session(0), alert.fired_at, "/home/ada/.claude/projects/p/00000000.jsonl", 4_096, 900, self.gone,
                "claude-opus-4-8", round(0.42 * NANO),
            )  # fmt: skip
        start, end = alert.fired_at - 5 * DAY, alert.fired_at + 2 * DAY
        points = tuple((start + n * 3 * HOUR, 3.0 + n * 2.31) for n in range(42))
        series = Series("percent used", "percent", "level", Span(start, end), points, alert.threshold)
        told = steps(alert, NOW_MS, clock, can_open=crossed is not None and not crossed.gone)
        return AlertDetail(
            self.row(alert), tuple(figures(alert, clock)), None if alert.axis == "retention" else series, crossed,
            tuple(Step(*each) for each in told),
        )  # fmt: skip

    def do(self, action: Action) -> None:
        self.deeds.append(action)
        undo: Action | None = None
        if isinstance(action, Acknowledge):
            for place, each in enumerate(self.alerts):
                if each.acknowledged_at is None and each.id in (action.alerts or (each.id,)):
                    self.alerts[place] = replace(each, acknowledged_at=action.at)
            undo = Unacknowledge(action.at, action.alerts)
        elif isinstance(action, Unacknowledge):
            for place, each in enumerate(self.alerts):
                if each.acknowledged_at == action.at:
                    self.alerts[place] = replace(each, acknowledged_at=None)
        elif isinstance(action, SnoozeAlerts):
            self.rules = replace(self.rules, snoozes={**self.rules.snoozes, action.rule: action.until})
            undo = SnoozeAlerts(action.rule, 0, "as it was")
        elif isinstance(action, SetAlert):
            undo = SetAlert(action.name, None, "as it was")
        self.publish(Done(action, getattr(action, "said", ""), undo=undo))
        self.release()

    def fire(self, alert: Alert) -> None:
        """A new alert comes in."""
        self.alerts.insert(0, alert)
        self.release()

    def test_goes_on(self, tests: ChannelTests) -> None:
        """The test of the channels says more."""
        self.tests = tests
        request = self.open["channel-test"]
        self.publish(Answered(request, tests))


def trial(done: bool = False) -> ChannelTests:
    """A test of the channels, under way or done."""
    from tally_tui.config import Settings

    shown = tuple((each.severity, each.title, each.text) for each in examples(Settings(), NOW_MS))
    return ChannelTests(
        (
            ChannelTest("app", "ok", 12),
            ChannelTest("terminal", "ok", 12),
            ChannelTest("desktop", "failed", 0, ("the desktop cannot be reached",)) if done
            else ChannelTest("desktop", "waiting"),
            ChannelTest("command", "ok", 12) if done else ChannelTest("command", "sending", 4),
            ChannelTest("apprise", "off"),
        ),
        shown, done, "\x1b]9;x\x1b\\",
    )  # fmt: skip
