"""What all screens share: help, the palette, themes, and text that nobody obeys."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from conversation_source import ConversationSource
from fake_source import FakeSource
from made_up import NOW
from on_screen import app_on, press, running, seen, settled
from textual.binding import Binding
from textual.command import CommandPalette

from tally_tui.app import TallyApp
from tally_tui.config import Settings
from tally_tui.query import FIELDS, LEDGER
from tally_tui.screens.commands import ThemeCommands, UsageCommands
from tally_tui.screens.explain import ExplainScreen
from tally_tui.screens.help import HelpScreen, sections
from tally_tui.screens.usage import UsageScreen
from tally_tui.widgets.columns import Columns
from tally_tui.widgets.filter_bar import FilterInput
from tally_tui.widgets.table import VirtualTable
from tally_tui.widgets.title_bar import TitleBar

OURS = (TallyApp, UsageScreen, ExplainScreen, HelpScreen, VirtualTable, Columns, FilterInput)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TALLY_NOW", NOW)
    return iter(())


@pytest.mark.parametrize("owner", OURS, ids=lambda each: each.__name__)
def test_every_key_can_be_changed_and_is_explained(owner: type) -> None:
    for binding in owner.__dict__["BINDINGS"]:
        assert isinstance(binding, Binding) and binding.id and binding.description


def test_no_two_keys_share_an_id() -> None:
    ids = [binding.id for owner in OURS for binding in owner.__dict__["BINDINGS"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("owner", OURS, ids=lambda each: each.__name__)
def test_no_key_is_dead(owner: type) -> None:
    for binding in owner.__dict__["BINDINGS"]:
        name = binding.action.split("(")[0]
        assert hasattr(owner, f"action_{name}"), binding


async def test_help_names_every_key_that_works_here() -> None:
    async with running(size=(100, 44)) as pilot:
        found = sections(pilot.app.screen, pilot.app.screen.focused)
        assert [title for title, _, _ in found] == ["Table", "Usage", "Everywhere"]
        told = {what for _, _, entries in found for _, what in entries}
        for binding in (*UsageScreen.BINDINGS, *TallyApp.BINDINGS, *VirtualTable.BINDINGS):
            assert isinstance(binding, Binding)
            assert (binding.tooltip or binding.description) in told
        assert "Rows and columns" in await press(pilot, "question_mark")
        assert "Rows and columns" not in await press(pilot, "escape")


async def test_help_names_a_key_once() -> None:
    async with running(ConversationSource()) as pilot:
        await press(pilot, "2", "enter")
        found = sections(pilot.app.screen, pilot.app.screen.focused)
        keys = [keys.split() for _, _, entries in found for keys, _ in entries]
        assert ["+"] in keys and all(len(set(each)) == len(each) for each in keys)


async def test_help_tells_of_every_field_of_the_language() -> None:
    async with running(size=(100, 140)) as pilot:
        text = await press(pilot, "question_mark")
        for field in FIELDS.values():
            if field.name in LEDGER:
                assert field.example in text
        assert "is:unpriced" in text and "is:error" not in text


async def test_help_follows_the_focus() -> None:
    async with running() as pilot:
        assert "Choose a column" in await press(pilot, "shift+tab", "question_mark")


async def test_the_palette_does_what_it_says() -> None:
    async with running(size=(100, 44)) as pilot:
        await press(pilot, "ctrl+p")
        assert isinstance(pilot.app.screen, CommandPalette)
        await press(pilot, *"group by proj")
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("enter") if isinstance(pilot.app.screen, CommandPalette) else None
        await settled(pilot)
        assert "by project" in seen(pilot)


async def test_palette_names_are_a_noun_and_a_verb_and_can_be_run() -> None:
    async with running() as pilot:
        names = []
        for provider in (UsageCommands, ThemeCommands):
            for name, _, run in provider(pilot.app.screen).entries():
                assert re.fullmatch(r"[a-z]+: .+", name) and callable(run)
                names.append(name)
        assert {"usage: Group by model", "period: Week", "theme: tally-light", "copy: Table as Markdown"} <= {
            *names
        }
        assert len(names) == len(set(names))


async def test_markdown_from_the_palette() -> None:
    async with running() as pilot:
        entries = {name: run for name, _, run in UsageCommands(pilot.app.screen).entries()}
        entries["copy: Table as Markdown"]()
        await settled(pilot)
        head, rule, first, *_ = pilot.app.clipboard.splitlines()
        assert head.startswith("| model | calls |") and set(rule) <= set("| -") and "claude" in first


@pytest.mark.parametrize(
    ("variables", "theme"),
    [
        ({"NO_COLOR": "1"}, "ansi-dark"),
        ({"TERM": "linux", "COLORTERM": ""}, "ansi-dark"),
        ({"TERM": "xterm-16color", "COLORTERM": ""}, "ansi-dark"),
        ({"TERM": "vt220-w", "COLORTERM": ""}, "ansi-dark"),
        ({"TERM": "xterm-16color", "COLORTERM": "truecolor"}, "tally-dark"),
        ({"TERM": "screen-256color", "COLORTERM": ""}, "tally-dark"),
        ({}, "tally-dark"),
    ],
)
def test_few_colours_take_a_theme_that_is_readable(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], theme: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    app = app_on(FakeSource())
    assert app.theme == theme and app.native_ansi_color == (theme == "ansi-dark")


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "tally-dark", "tally-light"])
def test_what_is_well_and_what_is_wrong_have_two_colours(theme: str) -> None:
    app = app_on(FakeSource(), theme=theme)
    colours = app.get_css_variables()
    for kind in ("", "text-"):
        assert len({colours[f"{kind}{name}"] for name in ("success", "warning", "error")}) == 3


def test_a_persons_own_theme_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert app_on(FakeSource(), theme="nord").theme == "nord"


async def test_an_unknown_theme_or_zone_is_said_and_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Mars/Olympus")
    app = TallyApp(FakeSource(), Settings(theme="mauve", given=frozenset({"theme"})))
    async with app.run_test(size=(100, 44)) as pilot:
        await settled(pilot)
        said = " ".join(each.message for each in app._notifications)
        assert "no theme 'mauve'" in said and "Mars/Olympus" in said
        assert app.theme == "tally-dark" and "This month" in seen(pilot)


@pytest.mark.parametrize("theme", ["tally-light", "ansi-light", "nord", "textual-dark", "gruvbox", "dracula"])
async def test_any_theme_draws_the_whole_screen(theme: str) -> None:
    async with running(size=(140, 44), theme=theme) as pilot:
        assert "claude-opus-4-8" in seen(pilot) and "streak" in seen(pilot)


async def test_no_colour_still_tells_models_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(size=(100, 44)) as pilot:
        text = await press(pilot, "w")
        assert "█ opus-4-8" in text and "▓ sonnet-5" in text and "▒ gpt-5.5" in text
        styles = [
            segment.style for strip in pilot.app.screen._compositor.render_strips() for segment in strip
        ]
        filtered = pilot.app.get_line_filters()
        assert filtered and styles


HOSTILE = "\x1b[31m\x1b]0;owned\x07\x9b2J\u202e[/b][@click=app.quit]\ud800\x00"


@pytest.mark.parametrize(
    "keys", [[], ["enter"], ["enter", "enter"], ["x"], ["b", "b"]], ids=lambda each: "-".join(each)
)
async def test_hostile_text_is_shown_and_not_obeyed(keys: list[str]) -> None:
    async with running(FakeSource(hostile=HOSTILE), size=(140, 44)) as pilot:
        text = await press(pilot, *keys)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
        assert "[/b]" in text or "x" in keys
        text.encode("utf-8")


async def test_quitting_stops_the_source() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        await pilot.press("q")
    assert source.done[-1] == "stop" or "stop" in source.done
    assert pilot.app.return_value is None


async def test_a_filter_may_hold_any_letter_that_is_a_key_elsewhere() -> None:
    async with running() as pilot:
        text = await press(pilot, "slash", *"q/x?1 dw", "enter")
        assert "/ q/x?1 dw" in text


async def test_a_screen_is_the_current_one_when_its_parts_are_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    # As Textual starts an app on Python 3.12 and later: new tasks run at once. A headless app does not do it by itself.
    asyncio.get_running_loop().set_task_factory(getattr(asyncio, "eager_task_factory", None))
    current: dict[str, bool] = {}
    mounted = TitleBar.on_mount

    def on_mount(self: TitleBar) -> None:
        current[type(self.screen).__name__] = any(screen is self.screen for screen in self.app.screen_stack)
        mounted(self)

    monkeypatch.setattr(TitleBar, "on_mount", on_mount)
    async with running(ConversationSource()) as pilot:
        await press(pilot, "2", "3", "4", "1")
    assert current == {f"{name}Screen": True for name in ("Usage", "Conversations", "Budgets", "Alerts")}
