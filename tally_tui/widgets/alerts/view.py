"""One alert with everything there is to know about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tally_tui.ledger.alerts import Alert, Told
from tally_tui.reports.answers_alerts import AlertDetail, AlertRow, Crossed, Series
from tally_tui.rules.alert_names import rule_name
from tally_tui.rules.figures import ago
from tally_tui.widgets import figures
from tally_tui.widgets.alerts.feed import state
from tally_tui.widgets.alerts.words import SIGNS, STYLES, axis_times, instant, scale
from tally_tui.widgets.small_chart import SmallChart, Times
from tally_tui.widgets.text import clean

_KEYS = {"o": "screen.open", "3": "app.switch_mode('budgets')", "2": "app.switch_mode('conversations')"}
_KEYS["z"] = "screen.snooze"


class AlertView(VerticalScroll, can_focus=True):
    """Head, chart, figures, who was told, what to do next."""

    HELP = "Everything about the alert under the cursor."
    BINDING_GROUP_TITLE = "Alert"
    DEFAULT_CSS = """
    AlertView { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1;
        & > Static { height: auto; link-style: none; link-color: $accent; link-background: transparent; }
        & > #chart-title { color: $quiet; }
        & > SmallChart { margin: 0; } }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False, id="alert.down"),
        Binding("k", "scroll_up", "Up", show=False, id="alert.up"),
    ]

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(id="alert")
        self.zone = zone
        self.row: AlertRow | None = None
        self.detail: AlertDetail | None = None
        self._now = 0

    def compose(self) -> ComposeResult:
        yield Static(id="head", markup=False)
        yield Static(id="next", markup=False)
        yield Static(id="chart-title", markup=False)
        yield SmallChart()
        yield Static(id="rest", markup=False)

    def show(self, row: AlertRow | None, detail: AlertDetail | None, now: int) -> None:
        """Show an alert; `detail` None: it is still asked for."""
        if row is None or self.row is None or row.alert.id != self.row.alert.id:
            self.scroll_home(animate=False)
        self.row, self.detail, self._now = row, detail, now
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _clock(self, at: int) -> str:
        return instant(at, self.zone, self._now)

    def _draw(self) -> None:
        row, detail, chart = self.row, self.detail, self.query_one(SmallChart)
        title = self.query_one("#chart-title", Static)
        series = detail.series if detail is not None and row is not None else None
        title.display = series is not None
        if row is None:
            for name in ("#head", "#next", "#rest"):
                self.query_one(name, Static).update("")
            chart.show(None, 0, 0, str, Times())
            return
        self.query_one("#head", Static).update(Content("\n").join(self._head(row)))
        if series is not None:
            title.update(_chart_title(series))
            times = axis_times(series.span, self.zone, self._now)
            chart.show(series, row.alert.fired_at, self._now, lambda value: scale(series.unit, value), times)
        else:
            chart.show(None, 0, 0, str, Times())
        waiting = [Content.styled("…", "$quiet")]
        self.query_one("#next", Static).update(Content("\n").join(waiting if detail is None else _steps(detail)))
        rest = [] if detail is None else self._rest(row.alert, detail)
        self.query_one("#rest", Static).update(Content("\n").join(rest))

    def _head(self, row: AlertRow) -> Iterator[Content]:
        alert = row.alert
        sign = f"{SIGNS[alert.severity]} {alert.severity}"
        yield Content.assemble((sign, f"bold {STYLES[alert.severity]}"), "  ", (clean(row.title), "bold"))
        if row.text:
            yield Content(clean(row.text))
        moment = f"{self._clock(alert.fired_at)}, {ago(self._now - alert.fired_at)}"
        seen = f" {self._clock(alert.acknowledged_at)}" if alert.acknowledged_at is not None else ""
        yield Content.styled(f"{moment} · {state(alert)}{seen} · {clean(rule_name(alert.rule))}", "$quiet")

    def _rest(self, alert: Alert, detail: AlertDetail) -> Iterator[Content]:
        width = max(20, self.size.width - 3)
        yield _title("At that moment")
        yield from _flowing((*detail.numbers, ("rule", clean(alert.rule))), width)
        if detail.crossed is not None:
            yield _title("Crossed by")
            yield from self._crossed(detail.crossed)
        yield _title("Told through")
        yield from _told(alert)

    def _crossed(self, found: Crossed) -> Iterator[Content]:
        cost = "" if found.cost is None else f" for {figures.money(found.cost)}"
        what = f"a call of {clean(found.model)}{cost}" if found.model else "the agent's own word"
        yield Content(f"{self._clock(found.at)}  {what}")
        project = f" · {clean(found.session.project)}" if found.session.project else ""
        yield Content.assemble(("in ", "$quiet"), clean(found.session.title or found.session.session), project)
        if found.set_later:
            yield Content.styled("It was already past when this budget was set.", "$quiet")
        if found.gone:
            words = "✗ its log is gone: deleted by its owner. What it cost stays counted."
            yield Content.styled(words, "$text-warning")


def _steps(detail: AlertDetail) -> Iterator[Content]:
    yield _title("What to do next")
    for step in detail.steps:
        key = Content.assemble((f"{step.key or '→'} ", "bold $accent"))
        text = clean(step.text)
        if step.key in _KEYS:
            yield Content.assemble(key, (text, Style.from_meta({"@click": _KEYS[step.key]})))
        else:
            yield Content.assemble(key, text)


def _chart_title(series: Series) -> str:
    level = "" if series.level is None else f"  ╌ {scale(series.unit, series.level)}"
    return f"{series.title}{level}  ▲ fired"


def _title(text: str) -> Content:
    return Content.styled(text, "bold $text-accent")


def _flowing(pairs: tuple[tuple[str, str], ...], width: int) -> Iterator[Content]:
    """Figures side by side as long as there is room."""
    line, used = Content(""), 0
    for name, value in pairs:
        one = Content.assemble((f"{name} ", "$quiet"), clean(value))
        needed = cell_len(one.plain)
        if used and used + 3 + needed > width:
            yield line
            line, used = Content(""), 0
        line = Content.assemble(line, "   ", one) if used else one
        used += needed + (3 if used else 0)
    if used:
        yield line


def _told(alert: Alert) -> Iterator[Content]:
    if alert.told is Told.RECORDED:
        yield Content(
            "Nobody: only recorded, for it was quiet or snoozed, a higher threshold came with it, or it held already "
            "when its rule was set."
        )
        return
    for name in alert.through:
        yield Content.assemble(("✓ ", "$text-success"), name)
    for problem in alert.problems:
        yield Content.assemble(("✗ ", "$text-error"), clean(problem))
    if not alert.through and not alert.problems:
        yield Content("The list alone: no channel was there to tell." if alert.told is Told.TOLD else "Not told yet.")
