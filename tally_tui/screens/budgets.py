"""The Budgets screen: what may be spent, how it stands, and where it is heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tally_tui import clock
from tally_tui.actions import Action, ChangeBudget, Done, TakeBackBudget
from tally_tui.config_budgets import Budget
from tally_tui.query import BUDGETS, parse
from tally_tui.reports.answers_limits import BudgetRow, Budgets, Suggestions
from tally_tui.requests import BudgetPeriodRequest, BudgetsRequest, BudgetSuggestionsRequest
from tally_tui.screens.budget_filter import filtered
from tally_tui.screens.budget_form import form_of
from tally_tui.screens.budget_usage import usage_view
from tally_tui.screens.budgets_keys import BINDINGS
from tally_tui.screens.incoming import answers, problem, rest, sync
from tally_tui.screens.view import View
from tally_tui.store import SYNC, Answered, News, QueryProblem, Store, SyncStatus
from tally_tui.widgets.budgets.cards import BudgetCards
from tally_tui.widgets.budgets.detail import BudgetDetail
from tally_tui.widgets.budgets.nothing import NoBudgets
from tally_tui.widgets.filter_bar import FilterBar
from tally_tui.widgets.key_footer import KeyFooter
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.sync_line import SyncLine
from tally_tui.widgets.text import clean
from tally_tui.widgets.title_bar import TitleBar

SLOTS = ("budgets", "budget-period", "budget-suggestions")
FARTHEST = 200
"""How many periods back one can walk."""
_NEEDS_ONE = {"edit", "remove", "duplicate", "walk", "now", "usage", "other_side"}
_HINT = Content("  ").join(
    Content.assemble((key, "bold $accent"), f" {word}")
    for key, word in (("?", "help"), ("a", "add"), ("⏎", "open"), ("u", "undo"), ("1", "usage"))
)


class BudgetsScreen(Screen[None]):
    """A card a budget, and the chosen one in full."""

    CSS_PATH = "budgets.tcss"
    AUTO_FOCUS = ""
    BINDING_GROUP_TITLE = "Budgets"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    title_bar = getters.query_one(TitleBar)
    filter_bar = getters.query_one(FilterBar)
    cards = getters.query_one(BudgetCards)
    detail = getters.query_one(BudgetDetail)
    nothing = getters.query_one(NoBudgets)

    def __init__(self, store: Store, view: View, demo: bool = False) -> None:
        super().__init__()
        self.store, self.view, self.demo = store, view, demo
        self.query_text = ""
        self.back = 0
        """How many periods before the present one the chosen budget is looked at."""
        self._name: str | None = None
        self._answer: Budgets | None = None
        self._undo: list[Action] = []
        self._choose: str | None = None
        """The budget to put the cursor on as soon as it is there."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield FilterBar(self._check, "filter: words such as over, provider: project: model: …")
        yield SyncLine()
        yield Notice()
        yield Static(id="budgets-wrong", markup=False)
        yield Static("No budget matches. / changes the filter, Esc clears it.", id="no-match", markup=False)
        with Container(id="both"):
            yield BudgetCards(self.view.zone)
            yield BudgetDetail(self.view.zone)
        yield NoBudgets()
        yield Static(_HINT, id="hint")
        yield KeyFooter()

    def on_mount(self) -> None:
        self.title_bar.demo, self.title_bar.walks, self.title_bar.period = self.demo, False, "Budgets"
        self.add_class("-loading")
        self.set_focus(self.cards)

    def on_screen_resume(self) -> None:
        self.store.ask(BudgetsRequest("budgets", self.view.timezone))
        if self._answer is not None and not self._answer.rows:
            self._ask_suggestions()
        self._ask_period()

    def on_screen_suspend(self) -> None:
        self.call_later(rest, self, self.store, SLOTS)

    # -- asking and receiving

    @property
    def chosen(self) -> BudgetRow | None:
        """The budget under the cursor, in its present period."""
        return self.cards.chosen

    def _ask_period(self) -> None:
        row = self.chosen
        if row is None or not self.detail.display:
            self.store.drop("budget-period")
            return
        request = BudgetPeriodRequest("budget-period", row.budget.name, self.back, self.view.timezone)
        if self.store.asked("budget-period") != request:
            self.store.ask(request)

    def _ask_suggestions(self) -> None:
        self.store.ask(BudgetSuggestionsRequest("budget-suggestions", self.view.timezone))

    def on_resize(self) -> None:
        if self.is_current:
            # The breakpoints' classes are set after this.
            self.call_after_refresh(self._show_detail)

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw what came."""
        status = news.get(SYNC)
        if isinstance(status, SyncStatus):
            self.nothing.wait(status.unread)
        with self.app.batch_update():
            for slot, item in answers(self, news, SLOTS):
                self._show(slot, item)

    def _show(self, slot: str, news: Answered) -> None:
        answer, request = news.answer, news.request
        if slot == "budgets" and isinstance(answer, Budgets):
            self._show_budgets(answer)
        elif isinstance(answer, Suggestions):
            self.nothing.show(answer.rows, self.nothing.problems)
        elif isinstance(answer, Budgets) and isinstance(request, BudgetPeriodRequest):
            row = self.chosen
            if answer.rows and row is not None and request.name == row.budget.name and request.back == self.back:
                self.detail.show(answer.rows[0], self.back, answer.at_ms)

    def _show_budgets(self, answer: Budgets) -> None:
        self._answer = answer
        self.remove_class("-loading")
        none = not answer.rows and (answer.unreadable or not answer.problems)
        self.set_class(none, "-none")
        wrong = self.query_one("#budgets-wrong", Static)
        wrong.display = bool(answer.problems) and not none
        wrong.update(Content("\n").join(Content(f"! config.toml, {clean(each)}") for each in answer.problems))
        if none:
            self.nothing.show(self.nothing.suggestions, answer.problems)
            self.remove_class("-open")
            if not answer.problems:
                self._ask_suggestions()
            if self.focused is not self.nothing and self.is_current:
                self.set_focus(self.nothing)
        else:
            self.store.drop("budget-suggestions")
            if self.focused is self.nothing or self.focused is None:
                self.set_focus(self.cards, scroll_visible=False)
        self._show_cards(answer)
        self.refresh_bindings()

    def _show_cards(self, answer: Budgets) -> None:
        rows = self._filtered(answer)
        if self._choose is not None and any(row.budget.name == self._choose for row in answer.rows):
            if all(row.budget.name != self._choose for row in rows):
                # What was just changed is to be seen.
                self.query_text = self.title_bar.filter = ""
                rows = answer.rows
            self.cards.show(rows, self._choose)
            self._choose = None
        else:
            self.cards.show(rows)
        self.set_class(bool(answer.rows) and not rows, "-no-match")

    def _filtered(self, answer: Budgets) -> tuple[BudgetRow, ...]:
        zone, first = self.view.zone, self.view.week_start
        query = parse(self.query_text, now=answer.at_ms, tz=zone, week_start=first, allow=BUDGETS)
        return filtered(answer.rows, query)

    @on(BudgetCards.Chosen)
    def _chosen(self, event: BudgetCards.Chosen) -> None:
        event.stop()
        if event.row.budget.name != self._name:
            self._name, self.back = event.row.budget.name, 0
        self._show_detail()

    def _show_detail(self) -> None:
        row = self.chosen
        if row is None:
            self._name = None
            self.detail.show(None, 0, clock.now_ms())
            return
        if not self.back:
            self.detail.show(row, 0, self._answer.at_ms if self._answer else clock.now_ms())
        self._ask_period()

    def done(self, done: Done) -> None:
        """Keep what takes a change back."""
        if isinstance(done.action, TakeBackBudget):
            # What could not be taken back now never can: another change stands in its way.
            self._undo = [each for each in self._undo if each != done.action]
            if done.trouble is None:
                self._choose = done.action.change.before.name if done.action.change.before else None
        elif isinstance(done.action, ChangeBudget) and done.trouble is None:
            if done.undo is not None:
                self._undo.append(done.undo)
            self._choose = done.action.after.name if done.action.after else None
        self.refresh_bindings()

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in _NEEDS_ONE and self.chosen is None:
            return False
        if action == "add":
            return self._answer is not None and not self._answer.unreadable
        if action == "filter":
            return not self.has_class("-none")
        if action == "undo":
            return bool(self._undo) and self._answer is not None and not self._answer.unreadable
        return True

    def _budgets(self) -> tuple[Budget, ...]:
        return tuple(row.budget for row in self._answer.rows) if self._answer is not None else ()

    def _check(self, query: str) -> QueryProblem | None:
        return problem(query, self.view, BUDGETS)

    def action_filter(self) -> None:
        self.filter_bar.open(self.query_text)

    @on(FilterBar.Applied)
    def _filter_applied(self, event: FilterBar.Applied) -> None:
        self._filter(event.query)

    @on(FilterBar.Left)
    def _filter_left(self) -> None:
        self.set_focus(self.cards)

    def action_clear_filter(self) -> None:
        self._filter("")

    def _filter(self, query: str) -> None:
        self.query_text = self.title_bar.filter = query
        self.remove_class("-open")
        self.set_focus(self.cards)
        if self._answer is not None:
            self._show_cards(self._answer)
            self._show_detail()
            self.refresh_bindings()

    def action_add(self) -> None:
        self.app.push_screen(form_of(self.store, self.view, None, self._budgets()))

    def action_edit(self) -> None:
        row = self.chosen
        if row is not None:
            self.app.push_screen(form_of(self.store, self.view, row.budget, self._budgets()))

    def action_duplicate(self) -> None:
        row = self.chosen
        if row is not None:
            self.app.push_screen(form_of(self.store, self.view, None, self._budgets(), row.budget))

    def action_remove(self) -> None:
        row = self.chosen
        if row is not None:
            self.remove_class("-open")
            self.store.do(ChangeBudget(row.budget, None))

    def action_undo(self) -> None:
        if self._undo:
            self.store.do(self._undo[-1])

    def action_walk(self, step: int) -> None:
        if self.chosen is None:
            return
        if not self.detail.display:
            self._open()
        self.back = max(0, min(FARTHEST, self.back - step))
        self._show_detail()

    def action_now(self) -> None:
        self.back = 0
        self._show_detail()

    def action_usage(self) -> None:
        row = self.detail.row if self.back else self.chosen
        if row is not None and row.standing is None:
            # What it asks for cannot be asked there either.
            self.notify(row.problem or "This budget cannot be told.", severity="warning", timeout=6, markup=False)
        elif row is not None:
            view = usage_view(self.view, row.budget, row.period)
            self.app.look(view)  # type: ignore[attr-defined]

    def action_take(self) -> None:
        """Enter, wherever no card has taken it."""
        suggested = self.nothing.chosen
        if self.has_class("-none"):
            if suggested is not None:
                self.store.do(ChangeBudget(None, suggested))
        elif self.chosen is not None:
            self.action_edit()

    @on(BudgetCards.Opened)
    def _opened(self, event: BudgetCards.Opened) -> None:
        event.stop()
        if self.detail.display:
            self.action_edit()
        else:
            self._open()

    def _open(self) -> None:
        self.add_class("-open")
        self.set_focus(self.detail)
        self.call_after_refresh(self._show_detail)

    def action_other_side(self) -> None:
        if self.focused is self.cards:
            if self.detail.display:
                self.set_focus(self.detail)
            else:
                self._open()
        else:
            self.action_back()

    def action_back(self) -> None:
        """To the present period, then to the cards."""
        if self.query_one(Notice).clear():
            return
        if self.back:
            self.action_now()
        elif self.has_class("-open") or self.focused is self.detail:
            self.remove_class("-open")
            self.set_focus(self.cards)
        elif self.query_text:
            self._filter("")

    def action_sync(self) -> None:
        sync(self, self.store)
