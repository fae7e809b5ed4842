"""What a budget's thresholds would have done in past periods."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from tally_tui.reports.answers_limits import PastPeriod, Preview
from tally_tui.rules import periods
from tally_tui.widgets.budgets import words
from tally_tui.widgets.meter import meter
from tally_tui.widgets.text import clean

_WAITING = "As soon as the fields are right, this shows what it would have done."


class PreviewPane(Widget):
    """A sentence on how often each threshold would have fired, and a line a period."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "PreviewPane { height: auto; }"
    preview: reactive[Preview | None] = reactive(None, layout=True)
    waiting: reactive[bool] = reactive(False)
    """Whether what is shown is of older fields."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))

    def lines(self, width: int) -> list[Content]:
        """What is said, in so many cells."""
        if width < 8:
            return [Content("")]
        title = Content.assemble(("What it would have done", "bold"), " …" if self.waiting else "")
        preview = self.preview
        if preview is None:
            return [title, *Content.styled(_WAITING, "$quiet").wrap(width)]
        if preview.problem:
            return [title, *Content.styled(clean(preview.problem), "$text-warning").wrap(width)]
        if not preview.periods:
            return [title, *Content.styled("Nothing was spent yet, in any period.", "$quiet").wrap(width)]
        present, *past = preview.periods
        return [
            title,
            *Content(summary(preview, self.zone)).wrap(width),
            *(self._period(each, preview, width, n == 0) for n, each in enumerate((present, *past))),
        ]

    def _period(self, period: PastPeriod, preview: Preview, width: int, present: bool) -> Content:
        name = "now" if present else _short(period, preview, self.zone)
        label = max(cell_len(_short(each, preview, self.zone)) for each in preview.periods)
        share = period.used_percent / 100
        used = [words.used(each.used_percent) for each in preview.periods]
        # Four digits leave no blank that would part them from what is spent.
        wide = max(len(each.lstrip()) + 1 for each in used)
        percent = words.used(period.used_percent).rjust(wide)
        # The highest says that those below it fired, too.
        fired = f"{max(period.fired):.0f} %" if period.fired else ""
        tail = f"  ! {fired}" if fired else "  ✓"
        longest = max((len(f"{each:.0f} %") for past in preview.periods for each in past.fired), default=0) + 4
        sums = max(9, *(len(_spent(each, preview)) for each in preview.periods))
        spent = f" {_spent(period, preview):>{sums}}"
        room = width - label - 1 - cell_len(percent) - longest
        if room - cell_len(spent) < 6:
            spent = ""
        bar = max(3, min(30, room - cell_len(spent)))
        style = "error" if share > 1 else "warning" if fired else "success"
        return Content.assemble(
            (f"{name:<{label}} ", "bold" if present else "$quiet"),
            (meter(share, bar), f"${style} on $panel"),
            spent,
            (percent, "bold"),
            (tail, "$text-warning" if fired else "$text-success"),
        )


def summary(preview: Preview, zone: ZoneInfo) -> str:
    """`Over the last 6 periods 90 % would have fired 2×, 100 % 1×: 14 Nov 15:30, …`"""
    past = preview.periods[1:]
    if not preview.budget.thresholds:
        return "Silent: no threshold, no alert."
    if not past:
        return "There is no earlier period to look at."
    counts = [
        (each, sorted(at for period in past if (at := period.fired.get(each)) is not None))
        for each in preview.budget.thresholds
    ]
    span = "the last period" if len(past) == 1 else f"the last {len(past)} periods"
    if not any(found for _, found in counts):
        return f"Over {span} no threshold would have fired."
    (first, times), *others = ((f"{each} %", f"{len(found)}×") for each, found in counts)
    told = ", ".join([f"{first} would have fired {times}", *(f"{each} {often}" for each, often in others)])
    # The highest that fired tells most.
    highest = next(found for _, found in reversed(counts) if found)
    instants = ", ".join(words.moment(at, zone) for at in reversed(highest[-2:]))
    more = ", …" if len(highest) > 2 else ""
    return f"Over {span} {told}: {instants}{more}."


def _spent(period: PastPeriod, preview: Preview) -> str:
    return words.amount(period.spent, preview.budget.unit).removesuffix(" tokens")


def _short(period: PastPeriod, preview: Preview, zone: ZoneInfo) -> str:
    since = period.period.since or 0
    if preview.budget.period == "calendar-month":
        return periods.label("month", since, zone)
    if preview.budget.period == "calendar-week":
        return periods.label("week", since, zone)
    day = periods.label("day", since, zone)
    return day if preview.budget.period == "day" else f"{'' if period.known else '~'}{day}"
