"""What a search found, grouped by session: a line a hit, with the words in their surroundings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

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

    @dataclass
    class Opened(Message):
        """A hit was clicked twice."""

        hit: SearchHit

    def __init__(self, when: Callable[[int], str]) -> None:
        super().__init__()
        self.when = when
        self.nothing = ""
        self._lines: list[SessionHits | SearchHit] = []
        self._hits: list[int] = []
        """The lines that are hits."""
        self._at = 0

    def show(self, groups: Sequence[SessionHits], nothing: str) -> None:
        """Show other hits; the cursor stays on the one it was on, else on the first."""
        before = self.hit
        self.nothing = nothing
        self._lines = []
        for group in groups:
            self._lines += (group, *group.hits)
        self._hits = [n for n, line in enumerate(self._lines) if isinstance(line, SearchHit)]
        self._at = 0
        if before is not None:
            same = (before.file, before.offset, before.facet)
            for place, line in enumerate(self._hits):
                hit = self._lines[line]
                if isinstance(hit, SearchHit) and (hit.file, hit.offset, hit.facet) == same:
                    self._at = place
                    break
        self.virtual_size = Size(0, len(self._lines))
        self._bring()
        self.refresh()

    @property
    def hit(self) -> SearchHit | None:
        """The hit under the cursor."""
        found = self._lines[self._hits[self._at]] if self._hits else None
        return found if isinstance(found, SearchHit) else None

    def walk(self, hits: int) -> None:
        """Move the cursor."""
        if self._hits:
            self._at = max(0, min(self._at + hits, len(self._hits) - 1))
            self._bring()
            self.refresh()

    def _bring(self) -> None:
        if self._hits:
            line = self._hits[self._at]
            first = line - 1 if line and not isinstance(self._lines[line - 1], SearchHit) else line
            self.scroll_to_region(Region(0, first, 1, line - first + 1), animate=False, force=True, immediate=True)

    def on_click(self, event: events.Click) -> None:
        line = int(self.scroll_y) + event.y
        if event.button != 1 or line not in self._hits:
            return
        here = self._hits.index(line)
        if here == self._at and event.chain > 1 and (hit := self.hit) is not None:
            self.post_message(self.Opened(hit))
        self._at = here
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, ground = self.scrollable_content_region.width, self.rich_style
        number = int(self.scroll_y) + y
        quiet = self.get_component_rich_style("hits--quiet")
        if number >= len(self._lines):
            text = self.nothing if not self._lines and y == 0 else ""
            return Strip([Segment(crop(text, width), quiet)]).adjust_cell_length(width, ground)
        line = self._lines[number]
        if isinstance(line, SessionHits):
            title = crop(clean(line.title) or line.session[:8], max(8, width - 24))
            count = f"  {clean(line.project or '')} · {len(line.hits):,}"
            segments = [Segment(title, self.get_component_rich_style("hits--session")), Segment(count, quiet)]
            return Strip(segments).adjust_cell_length(width, ground)
        chosen = number == self._hits[self._at]
        base = self.get_component_rich_style("hits--cursor") if chosen else ground
        faint = base if chosen else quiet
        lead = f"  {fit(self.when(line.time_ms), WHEN)} " if width >= 60 else "  "
        said = clean(_WHO.get(line.facet, line.name or "tool"))
        segments = [Segment(lead, faint), Segment(fit(said, WHO if width >= 60 else 6) + " ", faint)]
        room = width - sum(segment.cell_length for segment in segments)
        segments += self._snippet(line, room, base)
        return Strip(segments).adjust_cell_length(width, base)

    def _snippet(self, hit: SearchHit, room: int, base: object) -> list[Segment]:
        from rich.style import Style

        assert isinstance(base, Style)
        text = clean(hit.snippet) if hit.snippet else "(its log is gone)" if hit.gone else clean(hit.name)
        spans = [span for span in hit.spans if span[1] <= len(text)] if hit.snippet else []
        blank = len(text) - len(text.lstrip())
        start = max(0, spans[0][0] - room // 3) if spans and spans[0][1] > room * 2 // 3 else blank
        word = base + self.get_component_rich_style("hits--word", partial=True)
        if base.bgcolor != self.rich_style.bgcolor:
            # On the cursor's ground its own colour is the one that can be read.
            word = base + Style(bold=True, underline=True)
        segments, at = [Segment("…" if start > blank else "", base)], start
        for low, high in spans:
            if low >= at:
                segments += [Segment(text[at:low], base), Segment(text[low:high], word)]
                at = high
            if at - start > room:
                break
        segments.append(Segment(text[at : at + room], base))
        return [segment for segment in segments if segment.text]
