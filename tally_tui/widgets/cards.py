"""The cards on top: what the last minutes, today, this week and this month cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.answers import Now, Stretch
from tally_tui.widgets import figures
from tally_tui.widgets.text import fit

TITLES = {
    "last_10_minutes": "Last 10 min",
    "last_hour": "Last hour",
    "today": "Today",
    "this_week": "This week",
    "this_month": "This month",
}

_COMPARED = {
    "last_10_minutes": "the 10 minutes before",
    "last_hour": "the hour before",
    "today": "yesterday until this time of day",
    "this_week": "the same part of last week",
    "this_month": "the same part of last month",
}


class Card(Widget):
    """One stretch: its cost, its tokens, and the change against the same part of the one before."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Card { height: 4; width: 1fr; padding: 0 1; background: $surface; pointer: pointer;
        &:hover { background: $panel; }
        &.-chosen { border-left: outer $primary; padding: 0 1 0 0; }
        &:ansi.-chosen { border-left: outer ansi_blue; } }
    """
    stretch: reactive[Stretch | None] = reactive(None)
    unread: reactive[bool] = reactive(False)
    """Whether logs are still to be read for the first time: what is nothing yet is no figure then."""

    @dataclass
    class Chosen(Message):
        """A card was clicked."""

        name: str

    def __init__(self, stretch_name: str) -> None:
        super().__init__(id=f"card-{stretch_name.replace('_', '-')}")
        self.stretch_name = stretch_name

    def watch_stretch(self, stretch: Stretch | None) -> None:
        if stretch is not None:
            before = figures.cost(stretch.before)
            self.tooltip = Content(
                f"{figures.cost(stretch.figures)}, {stretch.figures.calls:,} calls, "
                f"{stretch.figures.tokens.total:,} tokens; "
                f"{_COMPARED.get(stretch.name, 'the same part before')}: {before}"
            )

    def on_click(self) -> None:
        self.post_message(self.Chosen(self.stretch_name))

    def render(self) -> Content:
        title = TITLES[self.stretch_name]
        nothing_yet = self.unread and self.stretch is not None and not self.stretch.figures.calls
        if self.stretch is None or nothing_yet:
            blank = "░" * min(9, self.size.width)
            if self.size.height == 1:
                return Content.assemble((fit(title, 12), "$quiet"), (blank, "$quiet"))
            return Content("\n").join(
                [Content.styled(each, "$quiet") for each in (title, blank, blank[:6], "")]
            )
        summed = self.stretch.figures
        cost, tokens = figures.cost(summed), figures.count(summed.tokens.total)
        change, style = figures.change(self.stretch), _change_style(self.stretch)
        if self.unread:
            change = "so far"
        if self.size.height == 1:
            room = self.size.width - 12
            return Content.assemble(
                (fit(title, 12), "$quiet"),
                (fit(cost, 10, right=True), "bold"),
                (fit(tokens, 6, right=True), "$quiet") if room >= 16 else "",
                (fit(change, room - 16, right=True), style) if room >= 22 else "",
            )
        unit = " tokens" if self.size.width >= 12 else " tok"
        return Content("\n").join(
            [
                Content.styled(title, "$quiet"),
                Content.styled(cost, "bold"),
                Content.styled(tokens + unit, "$quiet"),
                Content.styled(change, style),
            ]
        )


def _change_style(stretch: Stretch) -> str:
    ratio = stretch.change
    if ratio is None or round(ratio * 100) == 0:
        return "$quiet"
    return "$text-warning" if ratio > 0 else "$text-success"


class Cards(Container):
    """The five cards: side by side, or a line each in a panel."""

    DEFAULT_CSS = """
    Cards { height: 4; layout: horizontal;
        & Card { margin-right: 1; }
        & Card:last-of-type { margin-right: 0; } }
    """
    NAMES: ClassVar[tuple[str, ...]] = tuple(TITLES)

    def compose(self) -> ComposeResult:
        for name in self.NAMES:
            yield Card(name)

    def show(self, now: Now) -> None:
        stretches = {stretch.name: stretch for stretch in now.stretches}
        for card in self.query(Card):
            card.stretch = stretches.get(card.stretch_name)

    def wait(self, unread: bool) -> None:
        """Whether logs are still to be read."""
        for card in self.query(Card):
            card.unread = unread

    def choose(self, name: str | None) -> None:
        """Mark the card whose stretch the rest of the screen shows."""
        for card in self.query(Card):
            card.set_class(card.stretch_name == name, "-chosen")
