"""What stands on the screen is the page as it would be drawn from nothing, whatever was kept of it before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from textual.geometry import Region
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip
from textual.widget import Widget
from transcript_pages import MadePages, ReaderApp, long

from tally_tui.widgets.transcript.anchored import _thumb
from tally_tui.widgets.transcript.reader import Reader

KEYS = ("j", "j", "space", "}", "{", "J", "K", "z", "j", "enter", "G", "b", "g", "l", "w", "space")


def cells(strip: Strip) -> list[tuple[str, object]]:
    """Each sign with its colours and weights."""
    found: list[tuple[str, object]] = []
    for text, style, _ in strip:
        bare = None if style is None else (str(style.color), str(style.bgcolor), style._attributes)
        found += [(sign, bare) for sign in text]
    return found


def page(reader: Reader) -> list[list[tuple[str, object]]]:
    """The lines as the screen gets them, but for the column of the scrollbar."""
    width = reader.scrollable_content_region.width + reader.styles.padding.width
    strips = reader.render_lines(Region(0, 0, reader.outer_size.width, reader.outer_size.height))
    return [cells(strip)[:width] for strip in strips]


def from_nothing(reader: Reader) -> list[list[tuple[str, object]]]:
    """The same as Textual paints a widget that keeps nothing."""
    reader._styles_cache.clear()
    width = reader.scrollable_content_region.width + reader.styles.padding.width
    region = Region(0, 0, reader.outer_size.width, reader.outer_size.height)
    return [cells(strip)[:width] for strip in Widget.render_lines(reader, region)]


@pytest.mark.parametrize("theme", ["tally-dark", "ansi-dark"])
async def test_lines_that_were_kept_are_those_that_would_be_painted(theme: str) -> None:
    app = ReaderApp(MadePages(long(120)))
    async with app.run_test(size=(70, 24)) as pilot:
        app.theme = theme
        app.reader.styles.padding = (0, 0, 0, 1)
        await pilot.pause()
        app.reader.focus()
        for key in KEYS:
            await pilot.press(key)
            await pilot.pause()
            assert page(app.reader) == from_nothing(app.reader), key
        app.screen.set_focus(None)
        await pilot.pause()
        assert page(app.reader) == from_nothing(app.reader)


async def test_another_theme_paints_all_anew() -> None:
    app = ReaderApp(MadePages(long(40)))
    async with app.run_test(size=(70, 24)) as pilot:
        await pilot.pause()
        dark = page(app.reader)
        app.theme = "tally-light"
        await pilot.pause()
        light = page(app.reader)
        assert light != dark and light == from_nothing(app.reader)


async def test_the_mouse_knows_where_in_the_text_it_is() -> None:
    app = ReaderApp(MadePages(long(60)))
    async with app.run_test(size=(70, 24)) as pilot:
        await pilot.pause()
        app.reader.by(7)
        await pilot.pause()
        _, offset = app.screen.get_widget_and_offset_at(9, 4)
        assert offset is not None and (offset.x, offset.y) == (9, 11)


@given(
    cells=st.integers(1, 60), total=st.integers(1, 200_000), page=st.integers(1, 80), places=st.tuples(*[st.floats(0, 1)] * 2)
)  # fmt: skip
def test_the_scrollbar_looks_the_same_while_its_thumb_does(
    cells: int, total: int, page: int, places: tuple[float, float]
) -> None:
    window = page if page < total else 0
    one, other = (int(place * max(0, total - page) * 8) / 8 for place in places)

    def bar(position: float) -> object:
        colour = Color.parse("red")
        return ScrollBarRender.render_bar(
            cells, total, window, position, back_color=colour, bar_color=colour  # type: ignore[arg-type]
        ).segments

    if _thumb(cells, total, page, one) == _thumb(cells, total, page, other):
        assert bar(one) == bar(other)
