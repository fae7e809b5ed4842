"""From answers to the chart and the heat map."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta

from rich.cells import cell_len

from tally_tui.model import Span
from tally_tui.reports.answers import Figures, Usage
from tally_tui.requests import UsageRequest
from tally_tui.rules import periods
from tally_tui.rules.zones import epoch_ms, local
from tally_tui.screens.view import Metric, View
from tally_tui.widgets import figures
from tally_tui.widgets.columns import SERIES, Bar
from tally_tui.widgets.text import clean, fit

LONGEST = 24
"""Cells of the longest name of a series."""
OTHERS = SERIES - 1
WEEKS = 53
"""How many weeks the heat map shows."""


def value(summed: Figures, metric: Metric) -> int:
    return summed.cost if metric == "cost" else summed.tokens.total


def scale(metric: Metric) -> Callable[[int], str]:
    """How an axis writes values."""
    return figures.short_money if metric == "cost" else figures.count


def exact(metric: Metric) -> Callable[[int], str]:
    """How a figure beside the chart is written."""
    return figures.money if metric == "cost" else lambda tokens: f"{figures.count(tokens)} tokens"


class Places:
    """Which model has which colour: the same one in every period, as long as there are enough."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def settle(self, totals: Mapping[str, int]) -> Mapping[str, int]:
        """A place for every model; the largest have their own, the rest share the last."""
        largest = sorted(totals, key=lambda model: (-totals[model], model))[:OTHERS]
        for model in largest:
            if model not in self._places:
                taken = {place for other, place in self._places.items() if other in largest}
                free = [place for place in range(OTHERS) if place not in taken]
                unused = [place for place in free if place not in self._places.values()]
                place = (unused or free)[0]
                self._places = {other: at for other, at in self._places.items() if at != place}
                self._places[model] = place
        return {model: self._places[model] if model in largest else OTHERS for model in totals}


def chart(
    answer: Usage, request: UsageRequest, view: View, places: Places, now: int
) -> tuple[tuple[Bar, ...], tuple[str, ...], tuple[Span, ...]]:
    """The bars of a period, the names of their series, and each bar's span.

    A series is a value of the second field that the request groups by.
    """
    unit, starts = _starts(answer, request, view)
    by = request.by[1]
    labels: dict[str, str] = {}
    totals: dict[str, int] = {}
    cells: dict[str, dict[str, int]] = {}
    for row in answer.rows:
        model = row.key.get(by) or "unknown"
        labels.setdefault(model, row.label.partition(" · ")[2] or model)
        slot = row.key.get(request.by[0]) or ""
        amount = value(row.figures, view.metric)
        totals[model] = totals.get(model, 0) + amount
        # Years are summed from months where a chart of everything would have too many of them.
        column = cells.setdefault(slot[:4] if unit == "year" else slot, {})
        column[model] = column.get(model, 0) + amount
    at = places.settle(totals)
    bars, spans = [], []
    for start in starts:
        end = periods.bounds(unit, start, view.zone, view.week_start)[1]
        parts = [0] * SERIES
        for model, amount in cells.get(periods.key(unit, start, view.zone), {}).items():
            parts[at[model]] += amount
        bars.append(Bar(*_names(unit, start, view), tuple(parts), now=start <= now < end))
        spans.append(Span(start, end))
    names = [""] * SERIES
    for model, place in at.items():
        if place != OTHERS:
            label = labels[model].removeprefix("claude-") if by == "model" else labels[model]
            names[place] = fit(clean(label), min(LONGEST, cell_len(clean(label)))) if totals[model] else ""
    others = sum(place == OTHERS and totals[model] > 0 for model, place in at.items())
    names[OTHERS] = f"{others} others" if others else ""
    return tuple(bars), tuple(names), tuple(spans)


def _starts(answer: Usage, request: UsageRequest, view: View) -> tuple[periods.Kind, list[int]]:
    unit, span = view.unit, request.span
    if span.since is None or span.until is None:
        first_and_last = _ends(row.key.get(request.by[0]) for row in answer.rows)
        if first_and_last is None:
            return unit, []
        first, last = (_noon(day, view) for day in first_and_last)
        span = Span(first, last + 1)
        if unit == "month":
            unit = periods.part_of("all", span, view.zone)
    assert span.since is not None and span.until is not None
    at = periods.bounds(unit, span.since, view.zone, view.week_start)[0]
    starts = []
    while at < span.until:
        starts.append(at)
        at = periods.bounds(unit, at, view.zone, view.week_start)[1]
    return unit, starts


def _ends(keys: Iterable[str | None]) -> tuple[date, date] | None:
    known = sorted(key for key in keys if key)
    if not known:
        return None
    # A year's, a month's or a day's key: all start on a first of something.
    first, last = (date.fromisoformat((key + "-01-01")[:10]) for key in (known[0], known[-1]))
    return first, last


def _noon(day: date, view: View) -> int:
    """An instant that is certainly on that local day."""
    return epoch_ms(datetime(day.year, day.month, day.day, 12, tzinfo=view.zone))


def _names(unit: periods.Kind, start: int, view: View) -> tuple[str, str]:
    """What stands under a bar, and its name in full."""
    moment, full = local(start, view.zone), periods.label(unit, start, view.zone)
    if unit == "hour":
        day = periods.label("day", start, view.zone)
        return f"{moment:%H}" if view.kind == "day" else full, f"{day} {full}"
    if unit == "day":
        if view.kind == "week":
            return f"{moment:%a} {moment.day}", full
        return str(moment.day) if view.kind == "month" else f"{moment.day} {moment:%b}", full
    if unit == "week":
        return f"{moment.day} {moment:%b}", f"week {full}"
    if unit == "month":
        return full[:3] if view.kind == "year" else f"{full[:3]} {moment:%y}", full
    return full, full


def heat_span(view: View, now: int) -> Span:
    """The weeks that the heat map shows: those up to the end of the period, or up to today."""
    until = view.span.until
    instant = now if until is None or view.holds(now) else min(until - 1, now)
    end = periods.bounds("day", instant, view.zone)[1]
    week = periods.bounds("week", instant, view.zone, view.week_start)[0]
    return Span(periods.step("week", week, 1 - WEEKS, view.zone, view.week_start), end)


def heat(answer: Usage, request: UsageRequest, view: View) -> tuple[dict[date, int], date, date]:
    """A value a day, and the first and last day of the map."""
    days: dict[date, int] = {}
    for row in answer.rows:
        if key := row.key.get("day"):
            # A day on which nothing has a price was a day of use all the same.
            days[date.fromisoformat(key)] = value(row.figures, view.metric) or min(1, row.figures.calls)
    assert request.span.since is not None and request.span.until is not None
    first = local(request.span.since, view.zone).date()
    last = local(request.span.until - 1, view.zone).date()
    return days, first, last if last >= first else first + timedelta(days=1)
