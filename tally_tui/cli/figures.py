"""Figures for people: the columns that tables of sums share, and the remarks under them."""

from __future__ import annotations

from tally_tui.cli.output import say
from tally_tui.reports.answers import Figures
from tally_tui.rules.figures import money_of, short_tokens


def count(number: int, numbers: str) -> str:
    """A token count as the setting `numbers` wants it."""
    return f"{number:,}" if numbers == "full" else short_tokens(number)


def cost(sums: Figures) -> str:
    """The cost, as `money_of`."""
    return money_of(sums.cost, sums.unpriced_calls)


def print_remarks(said: list[str]) -> None:
    if said:
        say()
    for sentence in said:
        say(sentence)
