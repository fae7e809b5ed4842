"""The Usage screen: what was spent, when, and on what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from msgspec import structs
from msgspec.structs import replace
from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.screen import Screen

from tally_tui import clock
from tally_tui.model import Span
from tally_tui.reports.answers import Calls, Explain, Now, Sessions, Usage
from tally_tui.requests import ExplainRequest, NowRequest, Request, UsageRequest
from tally_tui.rules.zones import epoch_ms
from tally_tui.screens import copying, spend
from tally_tui.screens.breakdown import session_of
from tally_tui.screens.drill import Drill
from tally_tui.screens.usage_keys import BINDINGS
from tally_tui.screens.view import Level, View, ground
from tally_tui.store import Answered, Failed, News, Phase, Store, SyncStatus
from tally_tui.widgets.cards import Card, Cards
from tally_tui.widgets.chart import Chart
from tally_tui.widgets.columns import Columns
from tally_tui.widgets.empty import Empty
from tally_tui.widgets.filter_bar import FilterBar
from tally_tui.widgets.gauges import Gauges
from tally_tui.widgets.heatmap import HeatMap
from tally_tui.widgets.hint import Hint
from tally_tui.widgets.key_footer import KeyFooter
from tally_tui.widgets.live import Live
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.sync_line import SyncLine
from tally_tui.widgets.title_bar import TitleBar

WIDE = 120
"""From this many columns on the heat map stands beside the chart."""
COPIED_AT_MOST = 10_000
"""How many sessions or calls are copied at once."""
_NEEDS_CALLS = {
    "filter",
    "period",
    "walk",
    "today",
    "by",
    "heat",
    "explain",
    "copy",
    "sort",
    "unit",
    "metric",
}
_CARDS = {"day": "today", "week": "this_week", "month": "this_month"}


class UsageScreen(Screen[None]):
    """Cards and gauges, spend over time, and a breakdown that leads down to the single call."""

    CSS_PATH = "usage.tcss"
    AUTO_FOCUS = ""
    """Nothing by itself: coming back from a page, it would be the filter line, even a hidden one."""
    BINDING_GROUP_TITLE = "Usage"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    drill = getters.query_one(Drill)
    title_bar = getters.query_one(TitleBar)
    filter_bar = getters.query_one(FilterBar)

    def __init__(self, store: Store, view: View, demo: bool = False) -> None:
        super().__init__()
        self.store, self.view, self.demo = store, view, demo
        self.status = SyncStatus()
        self._places: dict[str, spend.Places] = {}
        self._bars: tuple[Span, ...] = ()
        self._charted: UsageRequest | None = None
        self._waiting: set[str] = set()
        self._copy_as = "tsv"
        self._shown: dict[str, Answered] = {}

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield FilterBar(self.store.source.check)
        yield SyncLine()
        yield Notice()
        with VerticalScroll(id="body", can_focus=False):
            with Container(id="pulse"):
                yield Cards()
                with Container(id="limits"):
                    yield Gauges()
                    yield Live()
            with Horizontal(id="spend"):
                yield Chart()
                yield HeatMap(id="heat")
            yield Drill(self._ask_table, self.view)
        yield Empty()
        yield Hint()
        yield KeyFooter()

    def on_mount(self) -> None:
        self.title_bar.demo = self.demo
        self.query_one(Gauges).display = self.query_one(Live).display = False
        self.query_one("#limits").add_class("-nothing")
        # Without scrolling: on a short terminal the cards should be what is seen first.
        self.set_focus(self.drill.table, scroll_visible=False)
        self.set_interval(60, self._minute)

    def on_screen_resume(self) -> None:
        self.look(self.view)

    def on_screen_suspend(self) -> None:
        self.call_later(self._rest)

    def _rest(self) -> None:
        # Under a help page it is still in sight; behind another screen it costs nothing.
        if self.is_attached and self not in self.app.screen_stack:
            for slot in ("now", "chart", "heat", "table"):
                self.store.drop(slot)

    def _minute(self) -> None:
        """Time passes without a call: `resets in`, the last 10 minutes, midnight."""
        if self not in self.app.screen_stack or self.status.kept_calls == 0:
            return
        now = clock.now_ms()
        if self.view.holds(now - 60_000) and not self.view.holds(now):
            self.look(self.view.at(self.view.kind, now))
        else:
            self._ask_now()

    # -- asking and receiving

    def look(self, view: View) -> None:
        """Show another period, cut or filter."""
        self.view = view
        now = clock.now_ms()
        self.title_bar.period = view.title(now)
        self.title_bar.filter = view.query
        self.query_one(Cards).choose(_CARDS.get(view.kind) if view.holds(now) else None)
        self._ask_now()
        self._ask_heat()
        self.drill.look(view)

    def _ask_now(self) -> None:
        self._ask(NowRequest("now", self.view.query, self.view.timezone))

    def _ask_table(self, request: Request) -> None:
        """What the table asks, and the chart of the same calls with it."""
        chart = self.drill.level.chart(self.view)
        if self.store.asked("chart") != chart:
            self._ask(chart)
        self._ask(request)

    def _ask_heat(self) -> None:
        if (self.app.size.width >= WIDE) != self.query_one("#spend").has_class("-heat"):
            span = spend.heat_span(self.view, clock.now_ms())
            self._ask(UsageRequest("heat", ("day",), span, self.view.query, (), self.view.timezone))
        else:
            self.store.drop("heat")
            self._waiting.discard("heat")

    def _ask(self, request: Request) -> None:
        if self.store.asked(request.slot) != request:
            self._waiting.add(request.slot)
            self.title_bar.waiting = True
        self.store.ask(request)

    def on_resize(self) -> None:
        if self.is_current:
            self._ask_heat()

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        with self.app.batch_update():
            for slot, item in news.items():
                self._waiting.discard(slot)
                if isinstance(item, SyncStatus):
                    self._show_status(item)
                elif isinstance(item, Failed):
                    if slot != "explain":
                        self.query_one(Notice).show(item.trouble, slot)
                else:
                    self.query_one(Notice).clear(slot)
                    self._shown[slot] = item
                    self._show(slot, item)
            self.title_bar.waiting = bool(self._waiting)

    def _show(self, slot: str, news: Answered) -> None:
        request, answer = news.request, news.answer
        if slot == "now" and isinstance(answer, Now):
            self.query_one(Cards).show(answer)
            self.query_one(Gauges).show(answer.limits, answer.at_ms)
            self.query_one(Live).show(answer.live, answer.at_ms)
            self.query_one("#limits").set_class(not answer.limits and not answer.live, "-nothing")
        elif slot == "chart" and isinstance(answer, Usage) and isinstance(request, UsageRequest):
            places = self._places.setdefault(request.by[1], spend.Places())
            bars, names, self._bars = spend.chart(answer, request, self.view, places, clock.now_ms())
            metric = self.view.metric
            same, self._charted = request == self._charted, request
            self.query_one(Chart).show(bars, names, spend.scale(metric), spend.exact(metric), same)
        elif slot == "heat" and isinstance(answer, Usage) and isinstance(request, UsageRequest):
            days, first, last = spend.heat(answer, request, self.view)
            figure = spend.exact(self.view.metric)
            self.query_one(HeatMap).show(days, first, last, self.view.week_start, figure)
        elif slot == "table":
            self.drill.receive(news)
        elif slot == "copy" and isinstance(answer, Sessions | Calls):
            self.store.drop("copy")
            self._copy(answer, answer.total_rows)

    def _show_status(self, status: SyncStatus) -> None:
        changed = (status.phase, status.kept_calls == 0) != (self.status.phase, self.status.kept_calls == 0)
        self.status = self.title_bar.status = self.query_one(SyncLine).status = status
        self.query_one(Cards).wait(status.unread)
        self.drill.wait(status.unread)
        if changed:
            reading = status.phase in (Phase.SCANNING, Phase.READING)
            empty = self.query_one(Empty)
            empty.status, empty.can_demo = status, not self.demo
            self.set_class(status.kept_calls == 0 and not reading, "-empty")
            self.query_one(Hint).nothing = self.has_class("-empty")
            if self.focused is None and not self.has_class("-empty"):
                # What is hidden loses the focus; the first logs of a machine bring it back.
                self.set_focus(self.drill.table, scroll_visible=False)
            self.refresh_bindings()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "cancel_sync":
            return self.status.phase in (Phase.SCANNING, Phase.READING)
        if self.has_class("-empty") and action in _NEEDS_CALLS:
            return False
        if action == "read":
            return self.drill.level.kind in ("sessions", "calls")
        if action == "demo":
            return self.has_class("-empty") and not self.demo
        return True

    def action_period(self, kind: str) -> None:
        now = clock.now_ms()
        # A smaller period inside the one shown; today's where that is in it.
        anchor = now if self.view.holds(now) or kind == self.view.kind else self.view.start
        self.look(self.view.at(kind, anchor))  # type: ignore[arg-type]

    def action_walk(self, periods_on: int) -> None:
        self.look(self.view.walk(periods_on))

    def action_today(self) -> None:
        self.look(self.view.at(self.view.kind, clock.now_ms()))

    def action_unit(self) -> None:
        self.look(self.view.next_unit())

    def action_metric(self) -> None:
        self.view = replace(self.view, metric="tokens" if self.view.metric == "cost" else "cost")
        for slot in ("chart", "heat"):
            # The answers hold both: nothing need be asked.
            if slot in self._shown:
                self._show(slot, self._shown[slot])

    def action_heat(self) -> None:
        self.query_one("#spend").toggle_class("-heat")
        self._ask_heat()

    def action_by(self, step: int) -> None:
        self.drill.by(step)

    def action_group_by(self, facet: str) -> None:
        self.drill.start(ground(facet))

    def action_sort(self) -> None:
        self.drill.sort()

    def action_reverse(self) -> None:
        self.drill.sort(self.drill.level.sort)

    def action_level(self, depth: int) -> None:
        self.drill.climb(depth)

    def action_filter(self) -> None:
        self.filter_bar.open(self.view.query)

    def action_clear_filter(self) -> None:
        self.look(replace(self.view, query=""))

    def action_back(self) -> None:
        """Leave the deepest thing there is to leave."""
        if self.drill.climb(len(self.drill.levels) - 2):
            return
        if self.query_one(Notice).clear():
            return
        if self.view.query:
            self.action_clear_filter()
        elif self.status.phase is Phase.READING:
            self.action_cancel_sync()

    def action_explain(self) -> None:
        from tally_tui.screens.explain import ExplainScreen

        request = ExplainRequest("explain", self.view.span, self.view.query, self.view.timezone)
        self.app.push_screen(
            ExplainScreen(self.store, request, self.view.title(clock.now_ms())), self._explained
        )

    def _explained(self, chosen: tuple[str, str, Explain] | None) -> None:
        if chosen is not None:
            title, query, answer = chosen
            self.drill.open_calls(Level("calls", title, query=query, span=answer.span, sort="time"))

    def action_read(self) -> None:
        """Read the session under the cursor on the Conversations screen, or what the call under it said."""
        from tally_tui.screens.session_hits import Target

        session, call = self.drill.session, self.drill.call
        if session is not None:
            self.app.read(session)  # type: ignore[attr-defined]
        elif call is not None:
            self.app.read(session_of(call), Target(call.file, call.offset, 1))  # type: ignore[attr-defined]

    @on(Drill.ReadAsked)
    def _read_asked(self) -> None:
        self.action_read()

    def action_demo(self) -> None:
        self.app.action_demo()  # type: ignore[attr-defined]

    def action_sync(self) -> None:
        self.store.source.sync()
        self.notify("Looking for new log lines.", timeout=2)

    def action_cancel_sync(self) -> None:
        self.store.source.cancel()

    def action_scroll_page(self, lines: int) -> None:
        self.query_one("#body").scroll_relative(y=lines, animate=False)

    def action_copy(self, form: str = "tsv") -> None:
        answer = self.drill.answer
        if answer is None:
            return
        self._copy_as = form
        if isinstance(answer, Usage) or len(answer.rows) == answer.total_rows:
            self._copy(answer, len(answer.rows))
        else:
            request = self.drill.level.request(self.view, 0, COPIED_AT_MOST)
            self.store.ask(structs.replace(request, slot="copy"))

    def _copy(self, answer: Usage | Sessions | Calls, total: int) -> None:
        rows = copying.table(answer)
        text = copying.markdown(rows) if self._copy_as == "markdown" else copying.tsv(rows)
        form = "Markdown" if self._copy_as == "markdown" else "tab-separated text"
        copied = len(rows) - 1
        some = f"{copied:,}" if copied == total else f"{copied:,} of {total:,}"
        some += " row" if total == 1 else " rows"
        self.app.copy(text, f"{some}, {self.drill.levels[-1].title}, as {form}")  # type: ignore[attr-defined]

    # -- what the widgets say

    @on(FilterBar.Applied)
    def _filtered(self, event: FilterBar.Applied) -> None:
        self.drill.table.focus(scroll_visible=False)
        self.look(replace(self.view, query=event.query))

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.drill.table.focus(scroll_visible=False)

    @on(Card.Chosen)
    def _card(self, event: Card.Chosen) -> None:
        kind = {"this_week": "week", "this_month": "month"}.get(event.name, "day")
        self.look(self.view.at(kind, clock.now_ms()))  # type: ignore[arg-type]

    @on(Live.Chosen)
    def _live(self, event: Live.Chosen) -> None:
        self.drill.open_session(event.session)

    @on(Columns.Opened)
    def _bar(self, event: Columns.Opened) -> None:
        if event.bars is not self.query_one(Columns).bars:
            return  # the bars of another period have come meanwhile
        since = self._bars[event.first].since
        smaller = {"year": "year", "month": "month", "week": "week", "day": "day"}.get(self.view.unit)
        if smaller is None or since is None:
            return
        self.look(self.view.at(smaller, since))  # type: ignore[arg-type]

    @on(HeatMap.Opened)
    def _day(self, event: HeatMap.Opened) -> None:
        self.look(self.view.at("day", self._noon(event.day)))

    def _noon(self, day: date) -> int:
        return epoch_ms(datetime(day.year, day.month, day.day, 12, tzinfo=self.view.zone))
