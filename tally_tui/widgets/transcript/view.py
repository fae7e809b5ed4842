"""The transcript: which items are shown, how far each is unfolded, and how they are painted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style as VisualStyle

from tally_tui.widgets.transcript.choosing import GUTTER
from tally_tui.widgets.transcript.drawing import Fold, Page, aside, asks_for_more, draw
from tally_tui.widgets.transcript.layout import BLANK
from tally_tui.widgets.transcript.marked import STAR, Marked, note_lines
from tally_tui.widgets.transcript.pages import Head, Kind
from tally_tui.widgets.transcript.painted import Painted
from tally_tui.widgets.transcript.seeking import Pattern, Seen, around, seen_in
from tally_tui.widgets.transcript.sideways import Sideways, WideStrip, still_cells
from tally_tui.widgets.transcript.styles import CLASSES, css

AHEAD = 40
"""Items whose texts are fetched beyond those in sight, each way."""
STANDING_IN = 12
"""Lines that stand in for a text on its way, at most: a page of nothing helps nobody."""
_WEIGHTS = ("bold", "dim", "italic", "underline", "strike", "reverse")


class TranscriptView(Sideways, can_focus=True, inherit_bindings=False):
    """Draws the items of a conversation that are in sight."""

    COMPONENT_CLASSES = CLASSES
    DEFAULT_CSS = css("TranscriptView")

    @dataclass
    class Wanted(Message):
        """The texts of these items are needed and not at hand."""

        first: int
        last: int

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TranscriptView.Wanted)

    @dataclass
    class Moved(Message):
        """Another item is under the cursor, or the page shows another part."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, TranscriptView.Moved)

    def __init__(self, clock: Callable[[int], str] = str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.clock = clock
        self.pattern: Pattern | None = None
        """What is looked for and marked."""
        self.marks: Mapping[str, Marked] = {}
        """What a person keeps about items, by their keys."""
        self.wraps = False
        """Whether long lines of code are folded, not scrolled sideways."""
        self._missing: set[int] = set()
        self._hit_now: tuple[str, int] | None = None
        """The item and which of its lines with hits the reader is at."""
        self._asks: set[str] = set()
        """The items of which more is shown when asked."""
        self._painted = Painted()
        self._named_styles: dict[object, object] = {}
        """What the names of styles stand for at present."""
        self._seen: dict[str, Seen] = {}
        """Where what is looked for stands in the items that were drawn last."""

    def mark(self, marks: Mapping[str, Marked]) -> None:
        """Show these bookmarks and notes in place of those before."""
        if marks != self.marks:
            self.marks = marks
            self.repaint()

    def draw(self, row: int) -> tuple[list[Strip], bool]:
        item = self.rows[row]
        head, spaced = self.heads[item], self._spaced(row)
        fold = self.fold_of(head)
        page = Page(self._width - GUTTER, self.app.current_theme.ansi, self.clock, self.wraps)
        real, body = True, None
        if fold is not Fold.FOLDED and not head.hollow:
            body = self.pages.body(item)
            real = body is not None
        elif head.kind in (Kind.PROMPT, Kind.REPLY) and not head.hollow:
            body = self.pages.body(item)  # its first words, if they are here
        contents = draw(head, body, fold, page, spaced)
        if not real:
            self._missing.add(item)
            lines = min(STANDING_IN, self.guess(row) - len(contents))
            contents += [Content.styled("…", ".transcript--quiet")] + [BLANK] * max(0, lines - 1)
        (self._asks.add if asks_for_more(contents) else self._asks.discard)(head.key)
        if self.pattern is not None:
            title, opened = spaced if head.title and not head.hollow else -1, real and fold is not Fold.FOLDED
            contents = self._with_hits(item, contents, self.pattern, page.width, title, opened)
        marked = self.marks.get(head.key)
        if marked is not None and marked.note:
            contents += note_lines(marked.note, page.width, head.level)
        return self._strips(head, contents, spaced), real

    def _with_hits(
        self, item: int, contents: list[Content], pattern: Pattern, width: int, title: int, opened: bool
    ) -> list[Content]:
        head = self.heads[item]
        seen = seen_in([each.plain for each in contents], pattern, width, title)
        if not seen.whole and (opened or head.hollow) and not asks_for_more(contents):
            # It stands in what is not drawn: an address, a line too long to be shown, signs that are not words.
            piece = around(self.pages.said(item), pattern, 3 * width)
            if piece:
                contents = [*contents, *aside(piece, width)]
                seen = seen_in([each.plain for each in contents], pattern, width, title)
        self._seen[head.key] = seen
        key, nth = self._hit_now or ("", 0)
        now = seen.stops[nth] if key == head.key and nth < len(seen.stops) else None
        out = list(contents)
        for line, spans in seen.spans.items():
            for start, end in spans:
                out[line] = out[line].stylize(".transcript--hit-now" if line == now else ".transcript--hit", start, end)
        return out

    def _strips(self, head: Head, contents: list[Content], spaced: bool) -> list[Strip]:
        base = self.visual_style
        ground = base.rich_style
        styles = self._named_styles

        def style_of(name: object) -> object:
            known = styles.get(name)
            if known is None:
                known = styles[name] = self._style_of(name)  # type: ignore[arg-type]
            return known

        width = self._width - GUTTER
        side = self.get_visual_style("transcript--side").rich_style
        gutter = Segment("▌ ", side) if head.kind is Kind.PROMPT else Segment(" " * GUTTER, ground)
        marked = self.marks.get(head.key)
        star = Segment(f"{STAR} ", self.get_visual_style("transcript--cursor").rich_style)
        # Lines beside one that is too wide scroll with it.
        wide = any(content.cell_length > width for content in contents)
        out: list[Strip] = []
        for number, content in enumerate(contents):
            segments = [
                Segment(text, style.rich_style)
                for text, style in content.render(base, "", parse_style=style_of)  # type: ignore[arg-type]
            ]
            lead = Segment(" " * GUTTER, ground) if spaced and number == 0 else gutter
            if marked is not None and marked.bookmarked and number == int(spaced):
                lead = star
            still = still_cells(content) if wide else None
            if still is not None:
                whole = Strip([lead, *segments]).simplify()
                out.append(WideStrip(whole, whole.cell_length, still + GUTTER))
            elif (gap := width - sum(each.cell_length for each in segments)) >= 0:
                air = (Segment(" " * gap, ground),) if gap else ()
                out.append(Strip(Segment.simplify([lead, *segments, *air]), width + GUTTER))
            else:
                line = Strip(segments).adjust_cell_length(width, ground)
                out.append(Strip([lead, *line]).simplify())
        return out

    def notify_style_update(self) -> None:
        self._named_styles.clear()
        super().notify_style_update()

    def _style_of(self, name: str | VisualStyle) -> VisualStyle:
        if isinstance(name, str) and name.startswith("."):
            # As it is declared: Textual's own look-up loses grounds that are not see-through.
            styles = self.get_component_styles(name[1:])
            weights: dict[str, Any] = {each: True for each in _WEIGHTS if getattr(styles.text_style, each)}
            return VisualStyle(
                styles.background if styles.has_rule("background") else None,
                styles.color if styles.has_rule("color") else None,
                **weights,
            )
        return self._get_style(name)

    def scrolled(self) -> None:
        if self._missing:
            first, last = min(self._missing), max(self._missing)
            self._missing.clear()
            self.post_message(self.Wanted(max(0, first - AHEAD), min(len(self.heads) - 1, last + AHEAD)))
        first, last = self.in_sight()
        self.cursor = max(first, min(self.cursor, last))
        self.post_message(self.Moved())

    def arrived(self) -> None:
        """Texts have come: what stood in for them is drawn."""
        self.again()

    # -- painting

    def render_lines(self, crop: Region) -> list[Strip]:
        styles, width = self.styles, self._width
        padding = styles.padding
        across = padding.left + width + padding.right
        if (
            not width or not self.rows or crop.x or crop.width < across or padding.height or styles.gutter != padding
            or self.text_selection is not None or width != self.scrollable_content_region.width
        ):  # fmt: skip
            return super().render_lines(crop)
        base, background = self.background_colors
        ground, inner_style = self.visual_style.rich_style, VisualStyle(base + background).rich_style
        filters = tuple(self.get_line_filters())
        left, right = Segment(" " * padding.left, inner_style), Segment(" " * padding.right, inner_style)
        sign = "█" if self.has_focus else "▐"

        def finished(strip: Strip) -> Strip:
            strip = strip.adjust_cell_length(width, ground)
            strip = Strip([*([left] if padding.left else ()), *strip, *([right] if padding.right else ())], across)
            for each in filters:
                strip = strip.apply_filter(each, background)
            return strip

        look = (width, padding, ground, inner_style, background, filters)
        line = round(self.scroll_y) + crop.y
        end = min(line + crop.height, self._heights.total)
        out: list[Strip] = []
        row, inner = self._heights.find(line)
        while line < end and row < len(self.rows):
            strips = self.strips(row)
            aside = self.aside(row), self.line_aside(row)
            lines = self._painted.lines(row, strips, (look, aside, sign if row == self.cursor else ""))
            for at in range(inner, min(len(strips), inner + end - line)):
                kept = lines[at]
                if kept is None:
                    kept = lines[at] = finished(self._line(row, at, strips[at]))
                out.append(kept)
                line += 1
            row, inner = row + 1, 0
        if len(out) < crop.height:
            out += [finished(Strip.blank(width, ground))] * (crop.height - len(out))
        return out

    def render_line(self, y: int) -> Strip:
        # As above, and of each sign it is known where in the text it stands: the mouse selects by that.
        width, ground = self.scrollable_content_region.width, self.visual_style.rich_style
        line = round(self.scroll_y) + y
        if not self._width or line >= self._heights.total or not self.rows:
            return Strip.blank(width, ground)
        row, inner = self._heights.find(line)
        strips = self.strips(row)
        if inner >= len(strips):
            return Strip.blank(width, ground)
        strip = self._line(row, inner, strips[inner])
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(line)) is not None:
            strip = _selected(strip, span, self.screen.get_component_rich_style("screen--selection"))
        return strip.adjust_cell_length(width, ground).apply_offsets(0, line)

    def _line(self, row: int, inner: int, strip: Strip) -> Strip:
        """A line of a row as it is in sight, with the cursor's bar."""
        strip = self._in_sight(row, inner, strip)
        if row == self.cursor and not (inner == 0 and self._spaced(row)):
            bar = self.get_visual_style("transcript--cursor").rich_style
            sign = "█" if self.has_focus else "▐"
            starred = strip.text.startswith(STAR)
            strip = Strip([Segment(sign + (STAR if starred else " "), bar), *strip.crop(GUTTER)])
        return strip

    def painted(self, row: int) -> list[Strip]:
        """A row's lines as they are painted, sideways scrolled as they are."""
        return [self._in_sight(row, line, strip) for line, strip in enumerate(self.strips(row))]

    def _in_sight(self, row: int, line: int, strip: Strip) -> Strip:
        if not isinstance(strip, WideStrip):
            return strip
        return self.in_view(row, line, strip, self.get_visual_style("transcript--more").rich_style)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What is selected with the mouse, without the gutter."""
        first = selection.start.y if selection.start is not None else 0
        last = selection.end.y if selection.end is not None else self._heights.total - 1
        lines: list[str] = []
        for line in range(first, min(last, first + 5_000, self._heights.total - 1) + 1):
            row, inner = self._heights.find(line)
            strips = self.strips(row)
            text = self._in_sight(row, inner, strips[inner]).text if inner < len(strips) else ""
            start, end = selection.get_span(line) or (0, 0)
            lines.append(text[max(start, GUTTER) : len(text) if end < 0 else end].rstrip())
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()


def _selected(strip: Strip, span: tuple[int, int], style: Style) -> Strip:
    """A strip with some of its characters in another style; an end below 0 is the strip's end."""
    start, end = span
    segments: list[Segment] = []
    at = 0
    for text, own, _ in strip:
        low = min(max(start - at, 0), len(text))
        high = len(text) if end < 0 else min(max(end - at, low), len(text))
        for piece, inside in ((text[:low], False), (text[low:high], True), (text[high:], False)):
            if piece:
                segments.append(Segment(piece, (own or Style()) + style if inside else own))
        at += len(text)
    return Strip(segments, strip.cell_length)
