"""The Alerts screen: what fired, why, and what to do; the rules beside it; how far the limits came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.style import Style
from textual.timer import Timer
from textual.widgets import Static

from tally_tui import clock
from tally_tui.actions import Done
from tally_tui.query import ALERTS
from tally_tui.reports.answers_alerts import AlertDetail, AlertFeed, AlertRow, AlertRules, Progress
from tally_tui.requests import AlertDetailRequest, AlertRulesRequest, AlertsRequest, MilestonesRequest
from tally_tui.screens.alert_commands import AlertCommands
from tally_tui.screens.alert_deeds import Deeds
from tally_tui.screens.alerts_keys import BINDINGS
from tally_tui.screens.incoming import answers, problem, rest, sync
from tally_tui.screens.session_hits import Target
from tally_tui.screens.view import View
from tally_tui.store import Answered, News, QueryProblem, Store
from tally_tui.widgets.alerts.edit_line import EditLine
from tally_tui.widgets.alerts.feed import NARROW, FeedRows, columns, is_unread
from tally_tui.widgets.alerts.nothing import NoAlerts
from tally_tui.widgets.alerts.progress import ProgressPane
from tally_tui.widgets.alerts.rule_note import RuleNote
from tally_tui.widgets.alerts.rules import COLUMNS as RULE_COLUMNS
from tally_tui.widgets.alerts.rules import RuleRows, RulesTable, lines
from tally_tui.widgets.alerts.standing import standing
from tally_tui.widgets.alerts.view import AlertView
from tally_tui.widgets.filter_bar import FilterBar
from tally_tui.widgets.key_footer import KeyFooter
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.sync_line import SyncLine
from tally_tui.widgets.table import VirtualTable
from tally_tui.widgets.title_bar import TitleBar

SLOTS: Final = ("alerts", "alert", "alert-rules", "milestones")
PANES: Final = ("feed", "rules", "progress")
PAGE: Final = 400
MARGIN: Final = 150
PREVIEW_S: Final = 0.05
"""The detail follows the cursor once it has stood still for so long."""
_NAMES: Final = {"feed": "Alerts", "rules": "Rules", "progress": "Milestones"}
_HELP: Final = ("?", "help", "app.help")
_HINTS: Final = {
    "feed": (_HELP, ("tab", "rules", "screen.pane(1)"), ("o", "open", "screen.open"),
             ("a", "seen", "screen.acknowledge")),
    "rules": (_HELP, ("tab", "next", "screen.pane(1)"), ("space", "on/off", ""), ("e", "edit", "")),
    "progress": (_HELP, ("tab", "alerts", "screen.pane(1)"), ("[", "before", "screen.window(-1)"),
                 ("]", "next", "screen.window(1)")),
    "edit": (("Enter", "keeps", ""), ("Esc", "leaves", "")),
}  # fmt: skip
"""What a panel has room to say, pane by pane."""


class AlertsScreen(Deeds):
    """The list with the alert under the cursor, the rules, the milestones."""

    CSS_PATH = "alerts.tcss"
    AUTO_FOCUS = ""
    BINDING_GROUP_TITLE = "Alerts"
    COMMANDS = {AlertCommands}
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    table = getters.query_one("#feed", VirtualTable)
    filter_bar = getters.query_one(FilterBar)
    title_bar = getters.query_one(TitleBar)

    def __init__(self, store: Store, view: View, demo: bool = False) -> None:
        super().__init__(store, view)
        self.demo = demo
        self.query_text = ""
        self._answer: AlertFeed | None = None
        self._request: AlertsRequest | None = None
        self._detail: AlertDetail | None = None
        self._asked_at = 0
        self._preview: Timer | None = None
        self._open_soon: int | None = None
        """The alert whose turn is to be opened as soon as it is known."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield FilterBar(self._check, "filter: words, axis: rule: severity:warn provider: since:7d …")
        yield SyncLine()
        yield Notice()
        yield Static(id="tabs", markup=False)
        yield Static(id="standing", markup=False)
        with Horizontal(id="panes"):
            with Vertical(id="feed-pane"):
                yield VirtualTable(id="feed")
                yield NoAlerts(self.demo)
                yield AlertView(self.view.zone)
            with Vertical(id="side"):
                yield RulesTable(id="rules")
                yield RuleNote()
                yield ProgressPane(self.view.zone)
        yield EditLine()
        yield Static(id="hint", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.title_bar.demo, self.title_bar.walks, self.title_bar.period = self.demo, False, "Alerts"
        self.set_focus(self.table)
        self.set_interval(30, self._minute)
        self.set_interval(1, self._tick)
        self._show_tabs()

    def on_screen_resume(self) -> None:
        self._ask_feed()
        zone = self.view.timezone
        self.store.ask(AlertRulesRequest("alert-rules", zone))
        self.store.ask(MilestonesRequest("milestones", zone))
        self._ask_detail()

    def on_screen_suspend(self) -> None:
        self.call_later(rest, self, self.store, SLOTS)

    def _tick(self) -> None:
        """What is told as so long ago is told otherwise as soon as it is longer ago."""
        rows = self.table.rows
        if self in self.app.screen_stack and isinstance(rows, FeedRows) and rows.aged(clock.now_ms()):
            self._minute()

    def _minute(self) -> None:
        """Time passes without an alert: how long ago, what resets next, what was snoozed."""
        if self in self.app.screen_stack:
            self._show_feed()
            self._show_rules()
            self._show_detail()
            if clock.now_ms() - self._asked_at >= 60_000:
                self._ask_detail()

    def _check(self, query: str) -> QueryProblem | None:
        return problem(query, self.view, ALERTS)

    # -- the list

    def _ask_feed(self, offset: int | None = None, limit: int = PAGE) -> None:
        if offset is None:
            offset = self._request.offset if self._request is not None else 0
            limit = self._request.limit if self._request is not None else PAGE
        self._request = AlertsRequest("alerts", self.query_text, offset, limit, self.view.timezone)
        self.title_bar.filter = self.query_text
        self.store.ask(self._request)

    def _take_feed(self, request: AlertsRequest, answer: AlertFeed) -> None:
        known, at_top = self.chosen, self.table.cursor == 0
        self._answer, self._request = answer, request
        self._show_feed()
        if known is not None and not at_top:
            # What is new comes in above: the cursor stays on its alert.
            for place, row in enumerate(answer.rows):
                if row.alert.id == known.alert.id:
                    self.table.cursor = place + request.offset
        self._ask_detail()

    def _show_feed(self) -> None:
        answer, request = self._answer, self._request
        if answer is None or request is None:
            return
        self.set_class(not answer.total_rows, "-none")
        nothing = self.query_one(NoAlerts)
        nothing.rules, nothing.filtered = self.rules, bool(answer.all_rows and not answer.total_rows)
        width = self.table.size.width
        rows = FeedRows(answer, request.offset, self.view.zone, clock.now_ms(), width < NARROW)
        self.table.show(columns(width), rows, ("", True))
        self._show_tabs()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_feed)

    @property
    def chosen(self) -> AlertRow | None:
        """The alert under the cursor."""
        rows = self.table.rows
        return rows.at(self.table.cursor) if isinstance(rows, FeedRows) else None

    @on(VirtualTable.Missing)
    def _missing(self, event: VirtualTable.Missing) -> None:
        event.stop()
        self._ask_feed(max(0, event.first - MARGIN), event.last - event.first + 1 + 2 * MARGIN)

    @on(VirtualTable.Moved)
    def _moved(self, event: VirtualTable.Moved) -> None:
        event.stop()
        if self._preview is not None:
            self._preview.stop()
        self._preview = self.set_timer(PREVIEW_S, self._ask_detail)

    @on(VirtualTable.Opened)
    def _opened(self, event: VirtualTable.Opened) -> None:
        event.stop()
        self.action_open()

    # -- the alert under the cursor

    def _ask_detail(self) -> None:
        row = self.chosen
        if row is None:
            self.store.drop("alert")
        else:
            self._asked_at = clock.now_ms()
            self.store.ask(AlertDetailRequest("alert", row.alert.id, self.view.timezone))
        self._show_detail()

    def _show_detail(self) -> None:
        row = self.chosen
        known = self._detail.row if self._detail is not None else None
        fits = row is not None and known is not None and known.alert.id == row.alert.id
        self.query_one(AlertView).show(row, self._detail if fits else None, clock.now_ms())

    def _take_detail(self, detail: AlertDetail) -> None:
        self._detail = detail
        self._show_detail()
        if detail.row is not None and detail.row.alert.id == self._open_soon:
            self._open_soon = None
            self._jump(detail)

    def action_open(self) -> None:
        """Read the turn that crossed the alert under the cursor."""
        row, known = self.chosen, self._detail
        if row is None:
            return
        if known is not None and known.row is not None and known.row.alert.id == row.alert.id:
            self._jump(known)
        else:
            self._open_soon = row.alert.id
            self._ask_detail()

    def _jump(self, detail: AlertDetail) -> None:
        found = detail.crossed
        if found is None:
            self.notify("No turn of a conversation brought this about.", timeout=5, markup=False)
        elif found.gone:
            words = "The log of that session is gone: its owner deleted it. What it cost stays counted."
            self.notify(words, severity="warning", timeout=8, markup=False)
        else:
            self.app.read(found.session, Target(found.file, found.offset, found.length))  # type: ignore[attr-defined]

    # -- rules and milestones

    def _show_rules(self) -> None:
        rules, now = self.rules, clock.now_ms()
        if rules is None:
            return
        self.rules_table.show(RULE_COLUMNS, RuleRows(lines(rules, self.view.zone, now), now), ("", True))
        self._show_rule()
        self.query_one(NoAlerts).rules = rules
        words = list(standing(rules, self.view.zone, now))
        note = self.query_one("#standing", Static)
        note.update(Content("\n").join(words))
        note.display = bool(words)

    @on(RulesTable.Chosen)
    def _show_rule(self) -> None:
        self.query_one(RuleNote).show(self.rules_table.line, clock.now_ms())

    def action_window(self, step: int) -> None:
        """Milestones of another window."""
        self.query_one(ProgressPane).walk(step)

    # -- what came

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        with self.app.batch_update():
            for _, item in answers(self, news, SLOTS):
                self._take(item)

    def _take(self, news: Answered) -> None:
        request, answer = news.request, news.answer
        if isinstance(answer, AlertFeed) and isinstance(request, AlertsRequest):
            self._take_feed(request, answer)
        elif isinstance(answer, AlertDetail):
            self._take_detail(answer)
        elif isinstance(answer, AlertRules):
            self.rules = answer
            self._show_rules()
        elif isinstance(answer, Progress):
            self.query_one(ProgressPane).show(answer, clock.now_ms())

    def done(self, done: Done) -> None:
        """What came of a deed."""
        self.deed_done(done)

    # -- panes

    @property
    def pane(self) -> str:
        """Which pane the keys are of."""
        if self.focused is self.rules_table:
            return "rules"
        if self.focused is not None and self.focused.id in ("milestones", "feed", "alert"):
            return "progress" if self.focused.id == "milestones" else "feed"
        return "rules" if self.has_class("-at-rules") else "progress" if self.has_class("-at-progress") else "feed"

    def on_descendant_focus(self) -> None:
        self._show_tabs()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self._editing is not None:
            return False  # the keys are the line's
        if action in ("open", "acknowledge", "detail"):
            return self.pane == "feed" and self.chosen is not None
        if action == "acknowledge_all":
            return self.pane == "feed" and self.chosen is not None
        if action == "window":
            return self.pane == "progress" or self.has_class("-wide")
        return True

    def action_pane(self, step: int) -> None:
        self.go_to(PANES[(PANES.index(self.pane) + step) % len(PANES)])

    def action_go_to(self, pane: str) -> None:
        self.go_to(pane)

    def go_to(self, pane: str) -> None:
        """Show a pane, or step to it where all are in sight."""
        self.set_class(pane == "rules", "-at-rules")
        self.set_class(pane == "progress", "-at-progress")
        target = {"feed": self.table, "rules": self.rules_table}.get(pane)
        self.set_focus(target or self.query_one("#milestones", VirtualTable))
        self._show_tabs()

    def _show_tabs(self) -> None:
        parts = []
        unread = sum(is_unread(row.alert) for row in self._answer.rows) if self._answer is not None else 0
        for name in PANES:
            words = _NAMES[name] + (f" {unread}" if name == "feed" and unread else "")
            if name == self.pane:
                parts.append(Content.styled(f" {words} ", "bold reverse"))
            else:
                click = Style.from_meta({"@click": f"screen.go_to('{name}')"})
                parts.append(Content.styled(f" {words} ", click))
        self.query_one("#tabs", Static).update(Content(" ").join(parts))
        self.query_one("#hint", Static).update(_hint("edit" if self._editing is not None else self.pane))

    def action_detail(self) -> None:
        """From the list to the alert and back."""
        view = self.query_one(AlertView)
        if self.pane != "feed":
            self.go_to("feed")
        self.set_focus(self.table if view.has_focus else view)

    # -- keys

    def action_filter(self) -> None:
        self.filter_bar.open(self.query_text)

    @on(FilterBar.Applied)
    def _filtered(self, event: FilterBar.Applied) -> None:
        self._filter(event.query)

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.go_to("feed")

    def _filter(self, query: str) -> None:
        self.query_text = query
        self.table.cursor = 0
        self._ask_feed(0)
        self.go_to("feed")

    def action_clear_filter(self) -> None:
        self._filter("")

    def action_sync(self) -> None:
        sync(self, self.store)

    def action_back(self) -> None:
        """Leave the deepest thing there is to leave."""
        if self.query_one(Notice).clear():
            return
        if self.pane != "feed" or self.query_one(AlertView).has_focus:
            self.go_to("feed")
        elif self.query_text:
            self._filter("")


def _hint(pane: str) -> Content:
    parts = []
    for key, word, action in _HINTS[pane]:
        clickable = (word, Style.from_meta({"@click": action})) if action else word
        parts.append(Content.assemble((key, "bold $accent"), " ", clickable))
    return Content("  ").join(parts)
