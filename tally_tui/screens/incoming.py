"""What every screen does with what comes in: its state and troubles shown where they always are, answers handed on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from textual.screen import Screen

from tally_tui import clock
from tally_tui.query import QueryError, parse
from tally_tui.screens.view import View
from tally_tui.store import Answered, Failed, News, QueryProblem, Store, SyncStatus
from tally_tui.widgets.notice import Notice
from tally_tui.widgets.sync_line import SyncLine
from tally_tui.widgets.title_bar import TitleBar


def answers(screen: Screen[Any], news: Mapping[str, News], slots: Collection[str]) -> Iterator[tuple[str, Answered]]:
    """The answers in a screen's own slots; how reading goes and what failed is shown on it."""
    for slot, item in news.items():
        if isinstance(item, SyncStatus):
            screen.query_one(TitleBar).status = screen.query_one(SyncLine).status = item
        elif slot not in slots:
            continue
        elif isinstance(item, Failed):
            screen.query_one(Notice).show(item.trouble, slot)
        else:
            screen.query_one(Notice).clear(slot)
            yield slot, item


def rest(screen: Screen[Any], store: Store, slots: Collection[str]) -> None:
    """Ask no more for a screen that is out of sight.

    Under a form or a help page it is still in sight; behind another screen it costs nothing.
    """
    if screen.is_attached and screen not in screen.app.screen_stack:
        for slot in slots:
            store.drop(slot)


def sync(screen: Screen[Any], store: Store) -> None:
    """Look for new log lines now, because somebody asked for it."""
    store.source.sync()
    screen.notify("Looking for new log lines.", timeout=2)


def problem(query: str, view: View, allow: frozenset[str]) -> QueryProblem | None:
    """What is wrong with a query that may use the fields in `allow`; None: nothing."""
    try:
        parse(query, now=clock.now_ms(), tz=view.zone, week_start=view.week_start, allow=allow)
    except QueryError as error:
        suggestion = f"; {error.suggestion}" if error.suggestion else ""
        return QueryProblem(f"{error.message}{suggestion}", error.start, error.end)
    return None
