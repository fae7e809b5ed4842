"""The columns that tables of sums share, and the sentences below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tally_tui.model import Reason
from tally_tui.reports.answers import Figures
from tally_tui.reports.registry import Column
from tally_tui.rules.figures import counted, money_of, short_tokens


def _figures(row: Any) -> Figures:
    """Return a row's figures; totals are figures themselves."""
    found: Figures = getattr(row, "figures", row)
    return found


def _cache_write(row: Any, full_numbers: bool) -> str:
    tokens = _figures(row).tokens
    written = tokens.write_5m + tokens.write_1h
    return f"{written:,}" if full_numbers else short_tokens(written)


def _cost(row: Any, _: bool) -> str:
    return money_of(_figures(row).cost, _figures(row).unpriced_calls)


CALLS: Final = Column("calls", "calls", 2, right=True)
SESSIONS: Final = Column("sessions", "sessions", 4, right=True)
INPUT: Final = Column("input", "input_tokens", 5, right=True)
CACHE_WRITE: Final = Column("cache write", _cache_write, 7, right=True, of_totals=True)
CACHE_READ: Final = Column("cache read", "cache_read_tokens", 6, right=True)
OUTPUT: Final = Column("output", "output_tokens", 3, right=True)
TOKENS: Final = Column("tokens", "total_tokens", 1, right=True)
COST: Final = Column("cost", _cost, right=True, of_totals=True)
FIGURE_COLUMNS: Final = (CALLS, SESSIONS, INPUT, CACHE_WRITE, CACHE_READ, OUTPUT, TOKENS, COST)


def shortened(shown: int, found: int, noun: str = "rows") -> list[str]:
    """Return the sentence that says a limit left rows out, if it did."""
    return [f"{shown:,} of {found:,} {noun}; the total is of all."] if shown < found else []


def remarks_of_rows(noun: str) -> Callable[[Any, bool], list[str]]:
    """Return the function that gives the sentences below a table of rows with totals."""
    return lambda report, _: shortened(len(report.rows), report.total_rows, noun) + figure_remarks(report.totals)


def figure_remarks(sums: Figures, duplicates: Mapping[Reason, int] | None = None, unobserved: int = 0) -> list[str]:
    """Return what a reader of these sums must know, one sentence each."""
    remarks = []
    if sums.unpriced_calls:
        tokens = f"({short_tokens(sums.unpriced_tokens)} tokens)"
        remarks.append(f"+ No price is known of {counted(sums.unpriced_calls, 'call')} {tokens}: not in the cost.")
    if sums.estimated_calls:
        remarks.append(f"The price of {counted(sums.estimated_calls, 'call')} is estimated.")
    if sums.inferred_calls:
        remarks.append(f"The model of {counted(sums.inferred_calls, 'call')} was told from a later line.")
    if unobserved:
        remarks.append(f"{short_tokens(unobserved)} tokens more were spent that no line explains; in no sum.")
    left_out = [f"{number:,} {reason.word}" for reason, number in (duplicates or {}).items() if number]
    if left_out:
        *most, last = left_out
        parts = f"{', '.join(most)} and {last}" if most else last
        remarks.append(f"Duplicates left out: {parts}. `tally-tui explain` tells more.")
    return remarks
