"""How far the limits came: the whole percents of a window with their costs, and dollars per percent over weeks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tally_tui.reports.answers_alerts import Progress
from tally_tui.reports.answers_limits import Trend, WindowMilestones
from tally_tui.rules.figures import duration
from tally_tui.rules.windows import FIVE_HOURS, MINUTE_MS, SEVEN_DAYS
from tally_tui.rules.zones import local
from tally_tui.widgets import figures
from tally_tui.widgets.alerts.words import instant
from tally_tui.widgets.budgets.words import PROVIDERS
from tally_tui.widgets.meter import meter
from tally_tui.widgets.table import Cell, Column, VirtualTable
from tally_tui.widgets.text import clean, fit

_WEEKS: Final = 6
_BAR: Final = 10


def columns(minutes: int) -> tuple[Column, ...]:
    """The columns for a window of a length."""
    other = {FIVE_HOURS: "7 days", SEVEN_DAYS: "5 hours"}.get(minutes)
    found = [
        Column("percent", "Percent", 7, right=True, fixed=True, sortable=False),
        Column("at", "When", 12, right=True, sortable=False),
        Column("marginal", "This 1 %", 9, right=True, sortable=False),
        Column("cumulative", "So far", 9, right=True, sortable=False),
    ]
    return (*found, Column("other", other, 7, right=True, sortable=False)) if other else tuple(found)


class MilestoneRows:
    """The milestones of one window, the newest first."""

    def __init__(self, found: WindowMilestones, zone: ZoneInfo, now: int) -> None:
        self.rows, self.zone, self.now = found.rows[::-1], zone, now
        self.other = found.window.key.minutes in (FIVE_HOURS, SEVEN_DAYS)

    def __len__(self) -> int:
        return len(self.rows)

    def cells(self, row: int) -> Sequence[Cell] | None:
        each = self.rows[row]
        marginal = "–" if each.marginal is None else figures.money(each.marginal)
        # Several at once: the first of them carries the cost of all.
        if each.jump > 1 and each.marginal == 0:
            marginal = "″"
        cells: list[Cell] = [
            f"{each.percent} %" + ("²³⁴⁵⁶⁷⁸⁹"[each.segment - 1] if 0 < each.segment < 9 else ""),
            instant(each.at, self.zone, self.now), marginal, figures.money(each.cumulative),
        ]  # fmt: skip
        if self.other:
            cells.append("–" if each.other is None else f"{figures.whole_percent(each.other)} %")
        return cells


class MilestonesTable(VirtualTable):
    """There is nothing further to open in it."""

    HELP = "Each whole percent of a limit: when it was passed, what it cost, and what had been spent by then."
    BINDING_GROUP_TITLE = "Milestones"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "open"


class ProgressPane(Vertical):
    """One window at a time; `[` and `]` choose it."""

    BINDING_GROUP_TITLE = "Milestones"
    DEFAULT_CSS = """
    ProgressPane { height: 1fr;
        & > Static { height: auto; padding: 0 1; link-style: none; link-color: $foreground;
            link-background: transparent; }
        & > VirtualTable { height: 1fr; min-height: 4; margin: 0 1; }
        & > #trend { max-height: 9; overflow-y: auto; } }
    """

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(id="progress")
        self.zone = zone
        self.place = 0
        self._answer: Progress | None = None
        self._now = 0

    def compose(self) -> ComposeResult:
        yield Static(id="window", markup=False)
        yield MilestonesTable(id="milestones")
        yield Static(id="trend", markup=False)

    @on(VirtualTable.Moved)
    @on(VirtualTable.Opened)
    def _own(self, event: VirtualTable.Moved | VirtualTable.Opened) -> None:
        # The screen goes by what happens in its list of alerts.
        event.stop()

    def show(self, answer: Progress, now: int) -> None:
        """Draw newer milestones; the window stays the one that was chosen."""
        self._answer, self._now = answer, now
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def walk(self, step: int) -> None:
        """Another window."""
        if self._answer is not None and self._answer.milestones.windows:
            self.place = (self.place + step) % len(self._answer.milestones.windows)
            self._draw()
            self.query_one(VirtualTable).cursor = 0

    def _draw(self) -> None:
        table, head, trend = (
            self.query_one(VirtualTable), self.query_one("#window", Static), self.query_one("#trend", Static)
        )  # fmt: skip
        if self._answer is None:
            return
        windows = self._answer.milestones.windows
        if not windows:
            head.update(Content.assemble(
                ("Milestones\n", "bold"), "No limit was read yet. Codex writes its own into its logs; Claude's come "
                "through the status line: ", ("tally-tui setup", "bold"), " adds it.",
            ))  # fmt: skip
            table.display = False
            trend.update("")
            return
        table.display = True
        self.place = min(self.place, len(windows) - 1)
        chosen = windows[self.place]
        head.update(self._head(chosen, len(windows)))
        table.nothing = "No whole percent was passed yet."
        table.show(columns(chosen.window.key.minutes), MilestoneRows(chosen, self.zone, self._now), ("", True))
        whose = chosen.window.key.provider, chosen.window.key.root
        trends = [each for each in self._answer.trends if (each.provider, each.root) == whose]
        trend.update(Content("\n").join(line for each in trends for line in self._trend(each)))

    def _head(self, found: WindowMilestones, count: int) -> Content:
        window = found.window
        key = window.key
        length = {FIVE_HOURS: "5 hours", SEVEN_DAYS: "7 days"}.get(key.minutes, duration(key.minutes * MINUTE_MS))
        own = "" if key.limit in ("", key.provider) else f" {clean(key.limit)}"
        over = self._now >= window.end
        when = instant(window.end, self.zone, self._now)
        price = ""
        used = window.percent
        if used >= 1 and found.cost:
            price = f" · {figures.money(round(found.cost / used))} per 1 %"
        arrows = ("‹ ", Style.from_meta({"@click": "screen.window(-1)"}))
        further = (" ›", Style.from_meta({"@click": "screen.window(1)"}))
        place = (f"  {self.place + 1} of {count}", "$quiet") if count > 1 else ""
        return Content.assemble(
            arrows, (f"{PROVIDERS.get(key.provider, key.provider)}{own}, {length}", "bold"), further, place,
            (f"\n{figures.percent_amount(used)} {'then' if found.void else 'at its end' if over else 'now'} · "
             f"{'void, its reset was taken back:' if found.void else 'was reset' if over else 'resets'} {when} · "
             f"{figures.money(found.cost)}{price}", "$quiet"),
        )  # fmt: skip

    def _trend(self, trend: Trend) -> Iterator[Content]:
        told = [(week, known) for week, known in zip(trend.weeks, trend.known, strict=True) if week.percent is not None]
        if not told:
            return
        yield Content.styled("$ per 1 %, week by week", "bold")
        top = max((week.per_percent or 0 for week, _ in told), default=0) or 1
        wide = self.size.width >= 60
        for week, known in reversed(told[-_WEEKS:]):
            start = local(week.start, self.zone)
            price = "–" if week.per_percent is None else figures.money(round(week.per_percent))
            percent = None if week.change is None else round(week.change * 100)
            change, rose = "" if percent is None else "= same", (percent or 0) > 0
            if percent:
                change = f"{'▲ +' if rose else '▼ −'}{abs(percent)} %"
            bar = meter((week.per_percent or 0) / top, _BAR)
            tail = f"  {figures.whole_percent(week.percent or 0)} % for {figures.money(week.cost)}" if wide else ""
            yield Content.assemble(
                (f"{'' if known else '~'}{start.day} {start:%b}".rjust(8), "$quiet"), " ", (bar, "$primary"),
                f" {fit(price, 8, right=True)} ", (fit(change, 8), "$text-warning" if rose else "$quiet"),
                (tail, "$quiet"),
            )  # fmt: skip
