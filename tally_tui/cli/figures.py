"""Figures for people: the columns that tables of sums share, and the remarks under them."""

from __future__ import annotations

from collections.abc import Mapping

from tally_tui.cli.output import say
from tally_tui.cli.tables import Column
from tally_tui.cli.text import listed
from tally_tui.model import Reason
from tally_tui.reports.answers import Figures
from tally_tui.rules.figures import counted, money_of, short_tokens

COLUMNS = (
    Column("calls", right=True, rank=2),
    Column("sessions", right=True, rank=4),
    Column("input", right=True, rank=5),
    Column("cache write", right=True, rank=7),
    Column("cache read", right=True, rank=6),
    Column("output", right=True, rank=3),
    Column("tokens", right=True, rank=1),
    Column("cost", right=True),
)


def figure_cells(sums: Figures, numbers: str) -> list[str]:
    """One row's cells under `COLUMNS`; `numbers` is the setting."""
    tokens = sums.tokens
    return [
        f"{sums.calls:,}",
        f"{sums.sessions:,}",
        count(tokens.input, numbers),
        count(tokens.write_5m + tokens.write_1h, numbers),
        count(tokens.cache_read, numbers),
        count(tokens.output, numbers),
        count(tokens.total, numbers),
        cost(sums),
    ]


def count(number: int, numbers: str) -> str:
    """A token count as the setting `numbers` wants it."""
    return f"{number:,}" if numbers == "full" else short_tokens(number)


def cost(sums: Figures) -> str:
    """The cost, as `money_of`."""
    return money_of(sums.cost, sums.unpriced_calls)


def remarks(sums: Figures, duplicates: Mapping[Reason, int] | None = None, unobserved: int = 0) -> list[str]:
    """What a reader of these sums must know: one sentence each."""
    said = []
    if sums.unpriced_calls:
        held = f"({short_tokens(sums.unpriced_tokens)} tokens)"
        said.append(f"+ No price is known of {counted(sums.unpriced_calls, 'call')} {held}: not in the cost.")
    if sums.estimated_calls:
        said.append(f"The price of {counted(sums.estimated_calls, 'call')} is estimated.")
    if sums.inferred_calls:
        said.append(f"The model of {counted(sums.inferred_calls, 'call')} was told from a later line.")
    if unobserved:
        said.append(f"{short_tokens(unobserved)} tokens more were spent that no line explains; in no sum.")
    left_out = {reason: number for reason, number in (duplicates or {}).items() if number}
    if left_out:
        parts = listed(f"{number:,} {reason.word}" for reason, number in left_out.items())
        said.append(f"Duplicates left out: {parts}. `tally-tui explain` tells more.")
    return said


def print_remarks(said: list[str]) -> None:
    if said:
        say()
    for sentence in said:
        say(sentence)
