"""Tables for people: aligned, as wide as the terminal allows, the least important columns left out first."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from tally_tui.cli.output import say, say_drawn
from tally_tui.cli.text import cells, listed, shown

ROOM: Final = 2
"""Columns of the terminal between two columns of a table."""
LEAST: Final = 12
"""What a wide column keeps before others are left out."""


class Column(Struct, frozen=True):
    """One column. `rank` 0 is always there; of the others the highest rank is left out first."""

    name: str
    right: bool = False
    rank: int = 0
    wide: bool = False
    """It gives way when there is little room: its text is shortened."""


def print_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], total: Sequence[str] | None = None
) -> None:
    """Print rows under their columns, and a total under a line.

    Where stdout is no terminal nothing is left out or shortened.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    body = [[shown(cell) for cell in row] for row in rows]
    foot = [shown(cell) for cell in total] if total else [""] * len(columns)
    natural = [
        max(cells(text) for text in (column.name, foot[at], *(row[at] for row in body)))
        for at, column in enumerate(columns)
    ]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else sum(natural) + ROOM * len(natural)
    kept, widths = _fit(columns, natural, room)
    table = Table(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), show_footer=total is not None
    )
    for at in kept:
        table.add_column(
            Text(columns[at].name),
            footer=Text(foot[at]),
            justify="right" if columns[at].right else "left",
            width=widths[at],
            no_wrap=True,
            overflow="ellipsis",
            header_style="bold",
            footer_style="bold",
        )
    for row in body:
        table.add_row(*(Text(row[at]) for at in kept))
    console = Console(file=sys.stdout, width=room + ROOM, highlight=False, emoji=False, markup=False)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        say_drawn(line.rstrip())
    left_out = [column.name for at, column in enumerate(columns) if at not in kept]
    if left_out:
        say(f"Left out for want of room: {listed(left_out)}. --csv and --json have them.")


def _fit(columns: Sequence[Column], natural: Sequence[int], room: int) -> tuple[list[int], dict[int, int]]:
    """Which columns fit, in order, and how wide each is."""
    kept = list(range(len(columns)))
    least = {at: min(natural[at], LEAST) if columns[at].wide else natural[at] for at in kept}
    while sum(least[at] + ROOM for at in kept) - ROOM > room:
        # The highest rank goes first, of equals the rightmost.
        dispensable = [at for at in kept if columns[at].rank]
        if not dispensable:
            break
        kept.remove(max(dispensable, key=lambda at: (columns[at].rank, at)))
    spare = room - sum(least[at] + ROOM for at in kept) + ROOM
    # Only the wide columns give way: a number cut in two would be another number.
    widths = {}
    for at in kept:
        more = min(natural[at] - least[at], max(0, spare))
        widths[at] = least[at] + more
        spare -= more
    return kept, widths
