"""What stands there without a budget: what one is, and two to begin with; or why the settings could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.config_budgets import Budget
from tally_tui.reports.answers_limits import Suggestion
from tally_tui.widgets.budgets import words
from tally_tui.widgets.text import clean


class _Page(Widget):
    """The words themselves, one below the other."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "_Page { height: auto; width: 1fr; max-width: 76; pointer: default; }"

    def __init__(self, nothing: NoBudgets) -> None:
        super().__init__()
        self.nothing = nothing
        self._places: dict[int, int] = {}

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))

    def on_click(self, event: events.Click) -> None:
        if event.y in self._places:
            self.nothing.cursor = self._places[event.y]
            self.nothing.focus()

    def lines(self, width: int) -> list[Content]:
        if width < 8:
            return [Content("")]
        nothing = self.nothing
        if nothing.problems:
            return self._broken(nothing.problems, width)
        found: list[Content] = []

        def say(*parts: Content | str | tuple[str, str]) -> None:
            found.extend(Content.assemble(*parts).wrap(width))

        say(("No budget yet", "bold"))
        say("")
        say(
            "A budget says what may be spent, on what, and in which period. Here it shows what is left, whether you "
            "are ahead of an even pace and where it is heading; alerts tell you at 90 % and at 100 %."
        )
        say("")
        say(("a", "bold $text-accent"), " adds one.")
        self._places = {}
        if nothing.unread and not nothing.suggestions:
            say("")
            say(("Suggestions come once the logs are read.", "$quiet"))
        if nothing.suggestions:
            say("")
            say("By what you spent lately, you could begin with one of these:")
            for place, each in enumerate(nothing.suggestions):
                say("")
                before = len(found)
                mark = "▸ " if place == nothing.cursor else "  "
                found.extend(self._suggestion(mark, each, width))
                self._places |= dict.fromkeys(range(before, len(found)), place)
            say("")
            say(("Enter", "bold $text-accent"), " takes the one marked ▸ (j k choose), ",
                ("u", "bold $text-accent"), " takes it back.")  # fmt: skip
        return found

    @staticmethod
    def _suggestion(mark: str, suggestion: Suggestion, width: int) -> list[Content]:
        budget = suggestion.budget
        amount = words.amount(budget.amount, budget.unit).removesuffix(".00")
        what = f"{words.scope(budget)}, {amount} a {words.kind(budget)}"
        latest, *before = (words.amount(each, "usd") for each in suggestion.spent)
        spent = f"this {words.kind(budget)} {latest} so far, before it {', '.join(before)}"
        head = Content.assemble((mark, "bold $text-accent"), (what, "bold"))
        evidence = Content.styled(spent, "$quiet").wrap(width - 2)
        return [*head.wrap(width), *(Content.assemble("  ", line) for line in evidence)]

    @staticmethod
    def _broken(problems: Sequence[str], width: int) -> list[Content]:
        told = [line for each in problems for line in Content(clean(each)).wrap(width)]
        more = (
            "Until that is put right no budget is known and none can be saved; budgets' alerts are silent. Everything "
            "else goes on: usage, conversations and limits, with the settings this window began with."
        )
        return [
            Content.assemble(("✗ ", "bold $text-error"), ("The settings cannot be read", "bold")),
            Content(""),
            *told,
            Content(""),
            *Content(more).wrap(width),
            Content(""),
            *Content.styled("Correct the file in an editor: this screen follows by itself.", "bold").wrap(width),
        ]


class NoBudgets(VerticalScroll, can_focus=True, inherit_bindings=False):
    """In the place of the cards."""

    HELP = "There is no budget yet. Suggestions come from what was spent in the last weeks."
    BINDING_GROUP_TITLE = "No budget yet"
    DEFAULT_CSS = """
    NoBudgets { height: 1fr; padding: 1 2; align-horizontal: center; scrollbar-size-vertical: 1; display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "choose(1)", "Next suggestion", show=False, id="no-budgets.next"),
        Binding("k,up", "choose(-1)", "Suggestion before", show=False, id="no-budgets.before"),
        Binding("pagedown,space,ctrl+d", "page_down", "Next page", show=False, id="no-budgets.page-down"),
        Binding("pageup,ctrl+u", "page_up", "Page before", show=False, id="no-budgets.page-up"),
    ]
    cursor: reactive[int] = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self.suggestions: tuple[Suggestion, ...] = ()
        self.unread = False
        """Whether logs are still to be read for the first time."""
        self.problems: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield _Page(self)

    @property
    def chosen(self) -> Budget | None:
        """The suggestion under the cursor."""
        if self.problems or self.cursor >= len(self.suggestions):
            return None
        return self.suggestions[self.cursor].budget

    def wait(self, unread: bool) -> None:
        """Whether logs are still to be read."""
        if unread != self.unread:
            self.unread = unread
            self.query_one(_Page).refresh(layout=True)

    def show(self, suggestions: Sequence[Suggestion], problems: Sequence[str]) -> None:
        """`problems` say why the settings could not be read; without any there is just no budget."""
        self.suggestions, self.problems = tuple(suggestions), tuple(problems)
        self.query_one(_Page).refresh(layout=True)

    def watch_cursor(self) -> None:
        for page in self.query(_Page):
            page.refresh(layout=True)

    def action_choose(self, step: int) -> None:
        self.cursor = max(0, min(len(self.suggestions) - 1, self.cursor + step))
