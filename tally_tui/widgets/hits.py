"""What a search found, grouped by session: the words that were sought, in their surroundings."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from msgspec import Struct
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tally_tui.library.snippets import in_plain_words
from tally_tui.reports.search_answers import SearchHit, SessionHits
from tally_tui.widgets.text import clean, crop, fit

_WHO = {
    "prompt": "You",
    "reply": "reply",
    "thinking": "thinking",
    "title": "title",
    "file": "file",
}
WHO = 10
"""Cells for who or what says it."""
WHEN = 7
WIDE = 58
"""Cells from which on time and speaker stand beside what was said."""
ARCHIVED = "▣"
"""Before who says what is read from the archive: its log is gone, or was cut."""
CONTEXT = 3
"""Lines of a hit at most."""


class Lead(Enum):
    """Whether a line tells when something was said and by whom."""

    BESIDE = 1
    ALONE = 2
    NONE = 3


class HitLine(Struct, frozen=True):
    """A line of a hit. `spans` are [start, end) of characters of its text."""

    hit: SearchHit
    lead: Lead
    text: str = ""
    spans: tuple[tuple[int, int], ...] = ()


class _Title(Struct, frozen=True):
    group: SessionHits


def height_of(hit: SearchHit, brief: bool, narrow: bool) -> int:
    """How many `lines_of` a hit there are: of most hits nobody sees more than that."""
    if brief or not hit.snippet:
        return 1
    text = hit.snippet.replace("\r", "\n") if "\r" in hit.snippet else hit.snippet
    said = sum(1 for line in text.split("\n") if line and not line.isspace())
    return min(CONTEXT, max(1, said)) + narrow


def lines_of(hit: SearchHit, brief: bool, narrow: bool) -> list[HitLine]:
    """A hit as lines: the one it is in, and those around it that say anything."""
    if not hit.snippet:
        words = "(its log is gone)" if hit.gone else clean(hit.name)
        return [HitLine(hit, Lead.BESIDE, words)]
    found: list[tuple[str, tuple[tuple[int, int], ...]]] = []
    at = 0
    for text in re.split("\r\n|[\n\r]", hit.snippet):
        at = hit.snippet.find(text, at)
        end = at + len(text)
        spans = tuple((max(low, at) - at, min(high, end) - at) for low, high in hit.spans if low < end and high > at)
        if text.strip():
            plain = in_plain_words(text, spans, hit.facet)
            text, spans = plain if plain[0].strip() else (text, spans)
            found.append((clean(text), spans))
        at = end
    found = found or [("", ())]
    main = next((n for n, (_, spans) in enumerate(found) if spans), 0)
    if brief:
        return [HitLine(hit, Lead.BESIDE, *found[main])]
    first = max(0, min(main - 1, len(found) - CONTEXT))
    shown = found[first : first + CONTEXT]
    if narrow:
        return [HitLine(hit, Lead.ALONE), *(HitLine(hit, Lead.NONE, *each) for each in shown)]
    return [HitLine(hit, Lead.NONE if n else Lead.BESIDE, *each) for n, each in enumerate(shown)]


def _also_in(hit: SearchHit, room: int) -> str:
    """In how many other sessions the same message stands, at the end of a line."""
    words = f" · also in {len(hit.also):,} (^g)"
    return words if hit.also and room > 2 * len(words) else ""


class HitList(ScrollView):
    """Draws the hits in sight; the cursor walks over hits, the sessions' titles stand between them."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    HitList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; margin: 0 1;
        & > .hits--session { text-style: bold; color: $text-primary; }
        & > .hits--quiet { color: $quiet; }
        & > .hits--word { color: $text-warning; text-style: bold underline; }
        & > .hits--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:ansi > .hits--quiet { text-style: dim; }
        &:ansi > .hits--word { text-style: bold underline; color: ansi_default; }
        &:ansi > .hits--cursor { text-style: reverse; background: ansi_default; color: ansi_default; } }
    """
    COMPONENT_CLASSES = {"hits--session", "hits--quiet", "hits--word", "hits--cursor"}
    brief: reactive[bool] = reactive(False)
    """Whether only one line of each hit is shown."""

    @dataclass
    class Opened(Message):
        """A hit was clicked twice."""

        hit: SearchHit

    def __init__(self, when: Callable[[int], str]) -> None:
        super().__init__()
        self.when = when
        self.nothing = ""
        self._groups: Sequence[SessionHits] = ()
        self._rows: list[_Title | int] = []
        """What stands on each line: a title, or a hit by its number."""
        self._laid: dict[int, list[HitLine]] = {}
        """The lines of the hits that were drawn, by their numbers."""
        self._ground: Style | None = None
        self._hits: list[tuple[SearchHit, int]] = []
        """Each hit, and its first line."""
        self._at = 0
        self._narrow = False

    def show(self, groups: Sequence[SessionHits], nothing: str, still: bool = False) -> None:
        """Show other hits; the cursor stays on the one it was on, else on the first.

        With `still` (the same question, answered again) that hit also stays where it is on the screen.
        """
        self.nothing, self._groups = nothing, groups
        self._lay(still)

    @property
    def hit(self) -> SearchHit | None:
        """The hit under the cursor."""
        return self._hits[self._at][0] if self._hits else None

    @property
    def at_top(self) -> bool:
        """Whether no hit is above the cursor."""
        return self._at == 0

    def walk(self, hits: int) -> None:
        """Move the cursor."""
        if self._hits:
            self._at = max(0, min(self._at + hits, len(self._hits) - 1))
            self._bring()
            self.refresh()

    def select(self, hit: SearchHit, top: int) -> None:
        """Put the cursor on a hit; `top` is the first line to be in sight, as far as the hit is then, too."""
        self._at = self._place_of(hit, 0)
        self.scroll_to(y=top, animate=False, force=True, immediate=True)
        self._bring()
        self.refresh()

    def watch_brief(self) -> None:
        self._lay(still=False)

    def on_resize(self) -> None:
        if self._narrow is not self._is_narrow:
            self._lay(still=True)

    @property
    def _is_narrow(self) -> bool:
        return self.size.width < WIDE

    def _lay(self, still: bool) -> None:
        """Put the hits onto lines."""
        before, place = self.hit, self._at
        row = self._hits[self._at][1] - int(self.scroll_y) if self._hits else 0
        self._narrow = self._is_narrow
        self._rows, self._hits, self._laid = [], [], {}
        for group in self._groups:
            self._rows.append(_Title(group))
            for hit in group.hits:
                number = len(self._hits)
                self._hits.append((hit, len(self._rows)))
                self._rows += [number] * height_of(hit, self.brief, self._narrow)
        self._at = self._place_of(before, place if still else 0)
        self.virtual_size = Size(0, len(self._rows))
        if still and self._hits and int(self.scroll_y):
            self.scroll_to(y=max(0, self._hits[self._at][1] - row), animate=False, force=True, immediate=True)
        self._bring()
        self.refresh()

    def _place_of(self, hit: SearchHit | None, otherwise: int) -> int:
        if hit is not None:
            same = (hit.session, hit.file, hit.offset, hit.facet)
            for place, (each, _) in enumerate(self._hits):
                if (each.session, each.file, each.offset, each.facet) == same:
                    return place
        return max(0, min(otherwise, len(self._hits) - 1))

    def _bring(self) -> None:
        if self._hits:
            first = self._hits[self._at][1]
            after = self._hits[self._at + 1][1] if self._at + 1 < len(self._hits) else len(self._rows)
            last = after - 1
            if last > first and isinstance(self._rows[last], _Title):
                last -= 1
            if isinstance(self._rows[first - 1], _Title):
                first -= 1
            self.scroll_to_region(Region(0, first, 1, last - first + 1), animate=False, force=True, immediate=True)

    def on_click(self, event: events.Click) -> None:
        number = int(self.scroll_y) + event.y
        here = self._rows[number] if number < len(self._rows) else None
        if event.button != 1 or not isinstance(here, int):
            return
        if here == self._at and event.chain > 1:
            self.post_message(self.Opened(self._hits[here][0]))
        self._at = here
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        # The same for every line, and working it out takes as long as drawing one.
        self._ground = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, ground = self.scrollable_content_region.width, self._ground or self.rich_style
        number = int(self.scroll_y) + y
        quiet = self.get_component_rich_style("hits--quiet")
        if number >= len(self._rows):
            said = textwrap.wrap(self.nothing, max(1, width)) if not self._rows else []
            text = said[y] if y < len(said) else ""
            return Strip([Segment(crop(text, width), quiet)]).adjust_cell_length(width, ground)
        row = self._rows[number]
        if isinstance(row, _Title):
            group = row.group
            count = f"  {clean(group.project or '')} · {len(group.hits):,}".replace("   · ", "  ")
            room = max(8, width - cell_len(count))
            segments = [
                Segment(crop(clean(group.title) or group.session[:8], room),
                        self.get_component_rich_style("hits--session")),
                Segment(count, quiet),
            ]  # fmt: skip
            return Strip(segments).adjust_cell_length(width, ground)
        line, chosen = self._line(row, number), row == self._at
        base = self.get_component_rich_style("hits--cursor") if chosen else ground
        faint = base if chosen else quiet
        segments = self._lead(line, faint)
        room = width - sum(segment.cell_length for segment in segments)
        also = _also_in(line.hit, room) if line.lead is not Lead.NONE else ""
        segments += self._words(line, room - cell_len(also), base if line.spans or not line.hit.spans else faint)
        if also:
            left = Strip(segments).adjust_cell_length(width - cell_len(also), base)
            return Strip([*left, Segment(also, faint)], width)
        return Strip(segments).adjust_cell_length(width, base)

    def _line(self, hit: int, row: int) -> HitLine:
        """The line of a hit that stands on a row."""
        each, first = self._hits[hit]
        if hit not in self._laid:
            self._laid[hit] = lines_of(each, self.brief, self._narrow)
        return self._laid[hit][row - first]

    def _lead(self, line: HitLine, style: Style) -> list[Segment]:
        """When, and who or what says it; on a narrow screen a line of its own."""
        hit = line.hit
        said = clean(_WHO.get(hit.facet, hit.name or "tool"))
        error = "✗ " if hit.error and hit.facet == "tool_output" else ""
        if hit.archived:
            error = f"{ARCHIVED} {error}"
        if line.lead is Lead.ALONE:
            return [Segment(f"  {self.when(hit.time_ms)} · {error}{said}", style)]
        if line.lead is Lead.BESIDE and not self._narrow:
            return [Segment(f"  {fit(self.when(hit.time_ms), WHEN)} {fit(error + said, WHO)} ", style)]
        if line.lead is Lead.BESIDE:
            return [Segment(f"  {fit(error + said, 6)} ", style)]
        return [Segment("    " if self._narrow else " " * (WHEN + WHO + 4), style)]

    def _words(self, line: HitLine, room: int, base: Style) -> list[Segment]:
        """A line of what was said, from where its first hit is in sight."""
        text, spans = line.text, line.spans
        blank = len(text) - len(text.lstrip())
        start = max(blank, spans[0][0] - room // 3) if spans and spans[0][1] > room * 2 // 3 else blank
        word = base + self.get_component_rich_style("hits--word", partial=True)
        if base.bgcolor != (self._ground or self.rich_style).bgcolor:
            # On the cursor's ground its own colour is the one that can be read.
            word = base + Style(bold=True, underline=True)
        cut = start > blank
        segments, at = [Segment("…" if cut else "", base)], start + cut
        for low, high in spans:
            if low >= at:
                segments += [Segment(text[at:low], base), Segment(text[low:high], word)]
                at = high
            if at - start > room:
                break
        segments.append(Segment(text[at : at + room], base))
        return [segment for segment in segments if segment.text]
