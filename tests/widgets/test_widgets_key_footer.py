"""The keys at the bottom: the right ones, made anew only where others are to be shown."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Button, Footer
from textual.widgets._footer import FooterKey

from tally_tui.widgets.key_footer import KeyFooter


class Other(Button):
    BINDINGS = [Binding("o", "press", "Other")]


class Keys(App[None]):
    BINDINGS = [Binding("a", "first", "First"), Binding("b", "second", "Second")]
    can_second = True

    def compose(self) -> ComposeResult:
        yield Button("one", id="one")
        yield Button("two", id="two")
        yield Other("three", id="three")
        yield self.footer()

    def footer(self) -> Footer:
        return KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.can_second if action == "second" else True

    @property
    def shown(self) -> list[tuple[str, bool, frozenset[str]]]:
        return [(key.description, key.has_class("-disabled"), key.classes) for key in self.query(FooterKey)]


class Textuals(Keys):
    def footer(self) -> Footer:
        return Footer(compact=True, show_command_palette=False)


async def test_it_shows_what_textuals_footer_shows() -> None:
    shown = []
    for kind in (Keys, Textuals):
        app = kind()
        async with app.run_test() as pilot:
            states = []
            for place in ("#one", "#three", "#two"):
                app.query_one(place).focus()
                await pilot.pause()
                await pilot.pause()
                states.append(app.shown)
            app.can_second = False
            app.refresh_bindings()
            await pilot.pause()
            await pilot.pause()
            states.append(app.shown)
            shown.append(states)
    assert shown[0] == shown[1]
    assert [description for description, *_ in shown[0][1]] != [description for description, *_ in shown[0][0]]


async def test_keys_that_stay_are_not_made_anew() -> None:
    app = Keys()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.pause()
        before = list(app.query(FooterKey))
        app.query_one("#two").focus()
        app.refresh_bindings()
        await pilot.pause()
        await pilot.pause()
        assert list(app.query(FooterKey)) == before


class Many(App[None]):
    BINDINGS = [Binding("question_mark", "help_panel", "Help", key_display="?"), Binding("q", "quit", "Quit")]

    class Page(Screen[None]):
        BINDINGS = [
            *(Binding(key, f"walk('{key}')", "Walk", group=Binding.Group("Period", compact=True)) for key in "dw"),
            Binding("a", "first", "First"),
            Binding("b", "second", "Second"),
        ]

        def compose(self) -> ComposeResult:
            yield KeyFooter()

    def on_mount(self) -> None:
        self.push_screen(self.Page())

    def words(self) -> list[str]:
        """What is in sight, and every bit of it whole."""
        shown = [each for each in self.screen.query("FooterKey, FooterLabel") if each.display and each.parent.display]
        assert all(each.region.right <= self.size.width for each in shown)
        return [getattr(each, "description", "") or str(each.render()).strip() for each in shown]


async def test_where_there_is_no_room_the_screens_last_keys_go_first_and_help_stays() -> None:
    app = Many()
    async with app.run_test(size=(80, 5)) as pilot:
        await pilot.pause()
        await pilot.pause()
        shown = []
        for width in (80, 41, 40, 31, 23, 80):
            await pilot.resize_terminal(width, 5)
            await pilot.pause()
            shown.append(app.words())
    everything = ["d", "w", "Period", "First", "Second", "Help", "Quit"]
    assert shown == [
        everything,
        everything,
        ["d", "w", "Period", "First", "Help", "Quit"],
        ["d", "w", "Period", "Help", "Quit"],
        ["Help", "Quit"],
        everything,
    ]
