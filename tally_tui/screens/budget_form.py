"""The form of a budget: its fields, what is wrong with each as it is typed, and what it would have done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.suggester import SuggestFromList
from textual.timer import Timer
from textual.widgets import Input, Static

from tally_tui import clock
from tally_tui.actions import ChangeBudget, Done
from tally_tui.config_budgets import Budget
from tally_tui.reports.answers import Usage
from tally_tui.reports.answers_limits import Budgets, Preview
from tally_tui.requests import BudgetPreviewRequest, UsageRequest
from tally_tui.rules.budget_words import Calendar, Words, problems, read_words, words_of
from tally_tui.screens.dialog import Dialog
from tally_tui.screens.view import View
from tally_tui.store import Answered, News, Store
from tally_tui.widgets.budgets.preview import PreviewPane
from tally_tui.widgets.choice import Choice
from tally_tui.widgets.text import clean

PREVIEW_S: Final = 0.2
"""The preview is asked for when nothing was changed for so long."""
PERIODS_BACK: Final = 6

_TEXTS: Final = {
    "name": "such as: week",
    "amount": "300",
    "account": "all; work, usual",
    "project": "all; a name, a folder, site*",
    "model": "all; sonnet, gpt-5*",
    "query": "all; branch:main -is:subagent …",
    "thresholds": "90, 100",
}
"""The fields that are typed, and what stands in them while they are empty."""
_CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "unit": {"usd": "$", "tokens": "tokens", "percent": "% of the limit"},
    "provider": {"": "both", "claude": "Claude", "codex": "Codex"},
    "period": {
        "subscription-week": "subscription week", "day": "day", "calendar-week": "week", "calendar-month": "month",
    },
    "alerts": {"on": "on", "off": "off"},
    "projected": {"off": "spent", "on": "spent, or heading there"},
}  # fmt: skip
_FIELDS: Final = (
    ("name", "Name"), ("amount", "Amount"), ("unit", "Unit"), ("period", "Period"), ("provider", "Provider"),
    ("account", "Account"), ("project", "Project"), ("model", "Model"), ("query", "Query"), ("alerts", "Alerts"),
    ("thresholds", "at %"), ("projected", "When"),
)  # fmt: skip
_KEYS: Final = "Enter saves · Esc leaves · ↑↓ ←→"


class FormInput(Input):
    """A line of the form."""

    HELP = "→ at the end of the line takes what is proposed in grey."
    BINDING_GROUP_TITLE = "Field"

    def validate_value(self, value: str) -> str:
        """What is pasted may hold escapes; the widget itself would pass them on."""
        return clean(value)


class BudgetForm(Dialog[None]):
    """Adds a budget or changes one. It closes when the settings are written, and not before."""

    BINDING_GROUP_TITLE = "Budget"
    HELP = "The same rules as `tally-tui budget set`. An empty field means everything."
    CSS_PATH = "budget_form.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="budget-form.leave", tooltip="Leave it as it was"),
        Binding("enter,ctrl+s", "save", "Save", id="budget-form.save", tooltip="Write it to the settings"),
        Binding("down", "app.focus_next", "Next field", show=False, id="budget-form.next"),
        Binding("up", "app.focus_previous", "Field before", show=False, id="budget-form.before"),
    ]

    def __init__(
        self, store: Store, view: View, before: Budget | None, start: Words, taken: Iterable[Budget], title: str
    ) -> None:
        """`before` is what is changed (None: one is added), `start` what the fields begin with."""
        super().__init__()
        self.store, self.view, self.before, self.start = store, view, before, start
        self.heading = title
        self.known = {each.name: each for each in taken}
        """The budgets as the file has them now."""
        self._touched: set[str] = set(_TEXTS) if before else set()
        self._timer: Timer | None = None
        self._saving: ChangeBudget | None = None
        self._conflict = self._warned = False
        self._thresholds = start.thresholds or Words().thresholds

    def compose(self) -> ComposeResult:
        with Vertical(id="form"):
            yield Static(Content.styled(clean(self.heading), "bold"), id="form-title", markup=False)
            with VerticalScroll(id="form-body", can_focus=False):
                with Container(id="fields"):
                    for field, label in _FIELDS:
                        if field in _CHOICES:
                            yield Choice(label, _CHOICES[field], self._start_of(field), id=field)
                        else:
                            with Horizontal(classes="field"):
                                yield Static(f"  {label}", classes="label", markup=False)
                                yield FormInput(
                                    self._start_of(field), placeholder=_TEXTS[field], compact=True, id=field,
                                    select_on_focus=False,
                                )
                        yield Static(id=f"wrong-{field}", classes="wrong", markup=False)
                yield PreviewPane(self.view.zone)
            yield Static(id="form-said", markup=False)
            yield Static(_KEYS, id="form-keys", markup=False)

    def _start_of(self, field: str) -> str:
        value = getattr(self.start, "thresholds" if field == "alerts" else field)
        if field in ("alerts", "projected"):
            return "on" if value else "off"
        return str(value)

    def on_mount(self) -> None:
        self.query_one("#name" if not self.start.name else "#amount", Input).focus()
        self._show_thresholds()
        for field in ("project", "model"):
            # All there ever were: what is completed while typing.
            self.store.ask(UsageRequest(f"known-{field}", (field,), timezone=self.view.timezone))
        self._changed()

    def on_unmount(self) -> None:
        for slot in ("known-project", "known-model", "budget-preview"):
            self.store.drop(slot)

    # -- the fields

    @property
    def words(self) -> Words:
        """What stands in the fields."""
        texts = {field: self.query_one(f"#{field}", Input).value for field in _TEXTS}
        chosen = {field: self.query_one(f"#{field}", Choice).value for field in _CHOICES}
        if chosen.pop("alerts") == "off":
            texts["thresholds"] = ""
        return Words(**texts, projected=chosen.pop("projected") == "on", **chosen)

    @property
    def _calendar(self) -> Calendar:
        return Calendar(clock.now_ms(), self.view.zone, self.view.week_start)

    def wrong(self) -> Mapping[str, str]:
        """What is wrong, by field."""
        words = self.words
        found = dict(problems(words, self._calendar))
        name = words.name.strip()
        if name in self.known and (self.before is None or name != self.before.name):
            found["name"] = f"there is a budget {name} already"
        if self.query_one("#alerts", Choice).value == "on" and not words.thresholds.strip():
            found["thresholds"] = "say at which percents, or turn alerts off"
        return found

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id and event.value:
            self._touched.add(event.input.id)
        self._changed()

    @on(Input.Blurred)
    def _left(self, event: Input.Blurred) -> None:
        if event.input.id:
            self._touched.add(event.input.id)
            self._tell()

    @on(Choice.Changed)
    def _chose(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice.id == "alerts":
            self._show_thresholds()
        self._changed()

    def _show_thresholds(self) -> None:
        on = self.query_one("#alerts", Choice).value == "on"
        line = self.query_one("#thresholds", Input)
        if on and not line.value:
            line.value = self._thresholds
        for field in ("thresholds", "projected"):
            self.query_one(f"#{field}").disabled = not on

    def _changed(self) -> None:
        self._warned = False
        self._tell()
        if self._timer is not None:
            self._timer.stop()
        self.query_one(PreviewPane).waiting = True
        self._timer = self.set_timer(PREVIEW_S, self._ask)

    def _tell(self) -> None:
        wrong = self.wrong()
        for field, _ in _FIELDS:
            message = wrong.get(field, "") if field in self._touched or field in _CHOICES else ""
            note = self.query_one(f"#wrong-{field}", Static)
            note.display = bool(message)
            note.update(Content.assemble("↑ ", clean(message.removeprefix(f"{field}: "))))

    def _ask(self) -> None:
        """Ask what it would have done, even while it has no name."""
        words = replace(self.words, name="…")
        pane = self.query_one(PreviewPane)
        if problems(words, self._calendar):
            pane.preview, pane.waiting = None, False
            self.store.drop("budget-preview")
            return
        budget = read_words(words, self._calendar)
        self.store.ask(BudgetPreviewRequest("budget-preview", budget, PERIODS_BACK, self.view.timezone))

    # -- what comes

    def receive(self, news: Mapping[str, News]) -> None:
        """Draw the preview, and keep what is known by now."""
        for slot, item in news.items():
            if not isinstance(item, Answered):
                continue
            answer = item.answer
            if isinstance(answer, Preview):
                pane = self.query_one(PreviewPane)
                pane.preview, pane.waiting = answer, False
            elif isinstance(answer, Budgets) and slot == "budgets":
                self.known = {row.budget.name: row.budget for row in answer.rows}
                self._tell()
            elif isinstance(answer, Usage) and slot in ("known-project", "known-model"):
                field = slot.removeprefix("known-")
                names = [clean(name) for row in answer.rows if (name := row.label) and row.key.get(field)]
                self.query_one(f"#{field}", Input).suggester = SuggestFromList(names, case_sensitive=False)

    def done(self, done: Done) -> None:
        """Close when it is written; else say why not."""
        if done.action != self._saving:
            return
        self._saving = None
        if done.trouble is None:
            self.dismiss()
            return
        self._conflict = True
        again = " Saving again writes what stands here." if "meanwhile" in done.trouble.happened else ""
        self._say(f"✗ Not saved. {done.trouble.happened}{again}")

    def _say(self, text: str) -> None:
        said = self.query_one("#form-said", Static)
        said.update(Content(clean(text)))
        said.display = bool(text)

    # -- keys

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        if self._saving is not None:
            return
        wrong = self.wrong()
        if wrong:
            self._touched |= set(wrong)
            self._tell()
            first = next(field for field, _ in _FIELDS if field in wrong)
            self.query_one(f"#{first}").focus()
            self._say("")
            return
        if self._conflict and self.before is not None:
            # The person was told of it; what is there by now is what this replaces.
            self.before = self.known.get(self.before.name)
            self._conflict = False
        after = read_words(self.words, self._calendar)
        if after == self.before:
            self.dismiss()
            return
        self._saving = ChangeBudget(self.before, after)
        self._say("")
        self.store.do(self._saving)

    def action_leave(self) -> None:
        start = self.start if self.before is not None else replace(self.start, thresholds=self.words.thresholds)
        if self._saving is None and self.words != start and not self._warned:
            self._warned = True
            self._say("! This is not saved. Esc again leaves it, Enter saves.")
            return
        self.dismiss()


def form_of(
    store: Store, view: View, before: Budget | None, taken: Iterable[Budget], start: Budget | None = None
) -> BudgetForm:
    """A form that changes `before`, or adds one that begins like `start`."""
    several = tuple(taken)
    if before is not None:
        return BudgetForm(store, view, before, words_of(before), several, f"Edit {before.name}")
    words = Words() if start is None else words_of(start)
    if start is not None:
        words = replace(words, name=free_name(start.name, {each.name for each in several}))
    return BudgetForm(store, view, None, words, several, "A new budget" if start is None else f"A copy of {start.name}")


def free_name(name: str, taken: set[str]) -> str:
    """A name like this one that nobody has: `week 2`."""
    stem, _, last = name.rpartition(" ")
    stem, number = (stem, int(last)) if stem and last.isascii() and last.isdigit() else (name, 1)
    while f"{stem} {number}" in taken or number < 2:
        number += 1
    return f"{stem} {number}"
