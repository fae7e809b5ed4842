"""The Alerts screen under the fingers: the list, its detail, deeds and their undoing, rules, channels, the sign."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from made_alerts import AlertSource, made_alerts, trial
from made_up import HOUR, NOW, NOW_MS
from on_screen import line_with, press, running, seen, settled, toasts
from textual.pilot import Pilot

from tally_tui.actions import Acknowledge, SetAlert, SnoozeAlerts, Unacknowledge
from tally_tui.record.alert_words import title
from tally_tui.records import changed as replace
from tally_tui.rules.figures import ago
from tally_tui.screens.alerts import AlertsScreen
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.widgets.alerts.feed import FeedRows

WIDE = (140, 40)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


@asynccontextmanager
async def on_alerts(source: AlertSource, size: tuple[int, int] = (80, 40)) -> AsyncIterator[Pilot[str]]:
    async with running(source, size=size) as pilot:
        await press(pilot, "4")
        await looked(pilot)
        yield pilot


def told(text: str) -> str:
    """What stands on the right of the screen, or on all of it, as one line."""
    return " ".join(word for line in text.splitlines() for word in line.split("▏")[-1].split())


def set_last(source: AlertSource) -> tuple[str, object]:
    """The setting that was changed last, and to what."""
    deed = source.deeds[-1]
    assert isinstance(deed, SetAlert)
    return deed.name, deed.value


async def typed(pilot: Pilot[str], *keys: str) -> str:
    """Keys in haste; returns what then stands on the screen."""
    await pilot.press(*keys)
    await settled(pilot)
    return seen(pilot)


async def looked(pilot: Pilot[str]) -> str:
    """Until the detail has followed the cursor."""
    screen = pilot.app.screen
    assert isinstance(screen, AlertsScreen)
    for _ in range(100):
        await settled(pilot)
        known = screen._detail.row if screen._detail is not None else None
        if screen.chosen is None or (known is not None and known.alert.id == screen.chosen.alert.id):
            break
        await pilot.pause(0.01)
    await settled(pilot)
    return seen(pilot)


async def test_the_list_tells_what_fired_how_grave_it_is_and_what_is_unread() -> None:
    async with on_alerts(AlertSource()) as pilot:
        text = seen(pilot)
    first = line_with(text, "● ‼ critical")
    assert "Claude was stopped" in first and "12m" in first and "tally-tui" in first
    assert "● ▲ warn" in line_with(text, "7 days at 95%")
    assert line_with(text, "i info").strip().startswith("i info")


async def test_the_alert_under_the_cursor_says_what_to_do_who_was_told_and_what_failed() -> None:
    async with on_alerts(AlertSource(), (80, 60)) as pilot:
        text = seen(pilot)
        assert "→ Wait until 16:37, when the window resets (in 2h 00m)" in text
        assert "o Open the turn that crossed it" in text
        assert "✓ app" in text and "✗ desktop: the desktop cannot be reached" in text
        assert "percent used  ╌ 100%  ▲ fired" in text
        await press(pilot, "j", "j")
        text = await looked(pilot)
        assert "▲ warn  Claude: 5 hours at 90%" in text and "when the 5-hour window resets" in text


async def test_opening_reads_the_turn_that_crossed_it() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        await press(pilot, "o")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.pane.session is not None and screen.pane.session.session.startswith("00000000")
        target = screen.pane.hits.target
        assert target is not None and (target.offset, target.length) == (4_096, 900)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, AlertsScreen), "back to the alert"


@pytest.mark.parametrize(
    ("moves", "gone", "says"),
    [(0, True, "log of that session is gone"), (4, False, "No turn of a conversation brought this about")],
)
async def test_what_cannot_be_opened_says_why(moves: int, gone: bool, says: str) -> None:
    async with on_alerts(AlertSource(gone=gone)) as pilot:
        await typed(pilot, *("j" * moves))
        await looked(pilot)
        await press(pilot, "enter")
        assert says in toasts(pilot)[-1]
        assert isinstance(pilot.app.screen, AlertsScreen)


async def test_marking_as_seen_one_and_all_and_taking_it_back() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        assert "▲ 6!" in seen(pilot)
        text = await press(pilot, "a")
        assert source.deeds == [Acknowledge((14,), NOW_MS)]
        assert "▲ 5!" in text and not line_with(text, "was stopped").strip().startswith("●")
        text = await press(pilot, "A")
        assert source.deeds[-1:] == [Acknowledge((), NOW_MS)] and "▲ 5" not in text
        text = await press(pilot, "u")
        assert source.deeds[-1:] == [Unacknowledge(NOW_MS, ())]
        await press(pilot, "u")
        assert source.deeds[-1:] == [Unacknowledge(NOW_MS, (14,))]
        await press(pilot, "u")
        assert toasts(pilot)[-1] == "Nothing to take back."


async def test_snoozing_the_rule_under_the_cursor_says_until_when() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        await press(pilot, "j")
        text = await press(pilot, "z")
        assert "Claude, 7 days: for an hour, until 15:37" in text
        assert "Claude, 7 days: till tomorrow, until Fri 08:00" in text
        assert "Everything: for a week, until 26 Nov 14:37" in text
        text = await press(pilot, "j", "enter")
        deed = source.deeds[-1]
        assert isinstance(deed, SnoozeAlerts) and deed.rule == "weekly"
        assert "Claude, 7 days: only recorded until Fri 08:00" in toasts(pilot)[-1]
        assert "– Claude, 7 days: only recorded until Fri 08:00" in text
        assert "Claude, 7 days: tell again now (snoozed until Fri 08:00)" in await press(pilot, "z")


async def test_rules_are_switched_and_edited_in_place() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        text = await press(pilot, "tab")
        assert "50, 80, 95 %" in line_with(text, "Claude, 7 days") and "– off" in line_with(text, "Expiring logs")
        await press(pilot, "j", "space")
        assert set_last(source) == ("weekly.on", False)
        text = await press(pilot, "e", "x")
        assert "✗" in text and "'95x' is no number above 0" in text
        await press(pilot, "enter")
        assert len(source.deeds) == 1
        text = await press(pilot, "backspace")
        assert "✓ 50, 80, 95 %" in text
        await typed(pilot, *", 120")
        assert "120 is beyond what a limit goes to" in seen(pilot)
        await typed(pilot, *["backspace"] * 5, "enter")
        assert set_last(source) == ("weekly.thresholds", (50, 80, 95))
        await press(pilot, "backspace")
        assert set_last(source) == ("weekly.thresholds", None)


@pytest.mark.parametrize(
    ("width", "below"), [(40, "14 Nov 17 19 Nov 14:07 21"), (80, "14 Nov 16 17 18 19 Nov 14:07 21 Nov")]
)
async def test_the_chart_of_a_week_has_dates_below_it(width: int, below: str) -> None:
    """A weekday alone would stand at both ends of it."""
    async with on_alerts(AlertSource(), (width, 50)) as pilot:
        await press(pilot, "j")
        lines = (await looked(pilot)).splitlines()
    (axis,) = [place for place, line in enumerate(lines) if "└" in line and "▲" in line]
    assert " ".join(lines[axis + 1].split()) == below
    assert "┬" in lines[axis]


@pytest.mark.parametrize(("width", "keys"), [(40, "Enter keeps  Esc leaves"), (80, "⏎ Keep esc Leave")])
async def test_while_a_rule_is_edited_the_keys_are_the_editors(width: int, keys: str) -> None:
    async with on_alerts(AlertSource(), (width, 40)) as pilot:
        before = (await press(pilot, "tab", "j")).splitlines()[-1]
        assert (await press(pilot, "e")).splitlines()[-1].strip().startswith(keys)
        assert "ilter" not in seen(pilot).splitlines()[-1]
        assert (await press(pilot, "escape")).splitlines()[-1] == before


async def test_what_has_no_thresholds_of_its_own_says_where_they_are() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        await typed(pilot, "tab", *("j" * 4), "e")
        assert "3 leads to the budgets" in toasts(pilot)[-1]
        text = await press(pilot, "G", "enter")
        assert "notify-send" in text and "✓ runs notify-send · {title} · {text}" in text
        await press(pilot, "escape", "k", "space")
        assert "apprise in config.toml" in toasts(pilot)[-1]
        await press(pilot, "k", "space")
        assert set_last(source) == ("desktop", False)


@pytest.mark.parametrize("size", [(40, 40), (80, 30), (140, 40)])
async def test_the_rule_under_the_cursor_is_told_in_full_with_its_settings_name(size: tuple[int, int]) -> None:
    async with on_alerts(AlertSource(), size) as pilot:
        text = told(await press(pilot, "tab", "j"))
        assert "Claude, 7 days alerts.weekly" in text
        assert "Speaks when so much of Claude's 7-day limit is used: 50, 80, 95 %" in text
        assert "by default 90, 95 %" in text
        assert "Bell alerts.bell the terminal's bell" in told(await typed(pilot, *("j" * 14)))


async def test_there_is_nothing_to_open_in_milestones() -> None:
    async with on_alerts(AlertSource()) as pilot:
        text = await press(pilot, "tab", "tab")
        assert "Open" not in text.splitlines()[-1]
        assert await press(pilot, "enter") == text


async def test_in_a_panel_severities_are_signs_and_titles_have_their_room() -> None:
    async with on_alerts(AlertSource(), (40, 40)) as pilot:
        line = line_with(seen(pilot), "12m")
        assert "● ‼ Claude was stopped by" in line and "critical" not in line


async def test_quiet_hours_are_edited_and_shown() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        text = await typed(pilot, "tab", *("j" * 13), "e")
        assert "22:00-07:30" in text
        await typed(pilot, *["backspace"] * 11, *"12:00-16:00", "enter")
        assert set_last(source) == ("quiet", "12:00-16:00")
        source.rules = replace(source.rules, quiet=(720, 960))
        source.release()
        await settled(pilot)
        assert "– quiet hours 12:00–16:00: alerts are recorded, not told" in seen(pilot)


async def test_milestones_of_each_window_with_what_a_percent_cost() -> None:
    async with on_alerts(AlertSource()) as pilot:
        text = await press(pilot, "tab", "tab")
        assert "‹ Claude, 5 hours ›  1 of 2" in text and "95.6 % now · resets 16:37" in text
        assert "95 %" in text and "$ per 1 %, week by week" in text and "▲ +15 %" in text
        text = await press(pilot, "right_square_bracket")
        assert "‹ Claude, 7 days ›" in text and "40 %" in line_with(text, "94 %")


async def test_the_test_shows_what_each_channel_came_to_and_stops_when_left() -> None:
    source = AlertSource()
    async with on_alerts(source, (100, 44)) as pilot:
        text = await press(pilot, "t")
        assert "Trying every channel" in text and "sending" in line_with(text, "command")
        assert "Claude was stopped by its limit" in text
        source.test_goes_on(trial(done=True))
        await settled(pilot)
        text = seen(pilot)
        assert "✗ desktop" in text and "the desktop cannot be reached" in text
        assert "✓ command" in text and "Channels tried" in text
        await press(pilot, "escape")
        assert "drop channel-test" in source.done


async def test_filtering_by_words_and_what_matches_nothing() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        await typed(pilot, "slash", *"weekly", "enter")
        assert source.open["alerts"].query == "weekly"  # type: ignore[union-attr]
        text = await press(pilot, "escape")
        assert "Claude was stopped" in text
        text = await typed(pilot, "slash", *"severity:grave", "enter")
        assert "^^^^^" in text and "does not know 'grave'" in text
        await typed(pilot, "escape", "slash", *"nothing-like-it", "enter")
        assert "No alert matches" in seen(pilot)


async def test_the_demo_says_that_it_fires_none() -> None:
    async with running(AlertSource(alerts=()), size=(80, 40), demo=True) as pilot:
        await press(pilot, "4")
        await looked(pilot)
        text = " ".join(seen(pilot).split())
        assert "The demo fires no alerts" in text and "On your own logs these make one: Claude" in text


async def test_nothing_yet_says_what_would_fire_and_how_to_set_it_up() -> None:
    source = AlertSource(alerts=())
    source.rules = replace(source.rules, readings=False, budgets=())
    async with on_alerts(source) as pilot:
        text = seen(pilot)
        assert "No alert yet" in text and "tally-tui setup" in text and "7-day limit 50, 80, 95 %" in text
        assert "t tries every channel" in text
        source.rules = replace(source.rules, on=False)
        source.release()
        await settled(pilot)
        assert "Alerts are switched off" in seen(pilot)


async def test_a_broken_settings_file_is_told() -> None:
    source = AlertSource()
    source.rules = replace(source.rules, problems=("line 3: no TOML",), unreadable=True)
    async with on_alerts(source) as pilot:
        assert "✗ config.toml, line 3: no TOML" in seen(pilot)


async def test_the_sign_stands_on_every_screen_follows_what_comes_and_leads_here() -> None:
    source = AlertSource()
    async with running(source, size=(100, 30)) as pilot:
        assert "▲ 6!" in seen(pilot).splitlines()[0]
        source.fire(replace(made_alerts()[1], id=99, fired_at=NOW_MS))
        await settled(pilot)
        top = seen(pilot).splitlines()[0]
        assert "▲ 7!" in top
        await press(pilot, "2")
        assert "▲ 7!" in seen(pilot).splitlines()[0]
        await pilot.click(offset=(seen(pilot).splitlines()[0].index("▲ 7!") + 1, 0))
        await settled(pilot)
        assert isinstance(pilot.app.screen, AlertsScreen)


@pytest.mark.parametrize("mode", ["budgets", "alerts"])
async def test_what_comes_before_a_screen_is_built_breaks_nothing(mode: str) -> None:
    source = AlertSource()
    async with running(source, size=(100, 30)) as pilot:
        app: Any = pilot.app
        app.switch_mode(mode)
        source.say(replace(source.status, message="words"))
        app.on_store_changed()
        await settled(pilot)
        assert "● live" in seen(pilot).splitlines()[0]


async def test_without_unread_alerts_there_is_no_sign() -> None:
    async with running(AlertSource(alerts=()), size=(100, 30)) as pilot:
        assert "▲" not in seen(pilot).splitlines()[0]


async def test_the_cursor_stays_on_its_alert_when_another_comes_in() -> None:
    source = AlertSource()
    async with on_alerts(source) as pilot:
        await press(pilot, "j", "j")
        await looked(pilot)
        source.fire(replace(made_alerts()[0], id=99, fired_at=NOW_MS - HOUR // 60))
        await settled(pilot)
        screen: Any = pilot.app.screen
        assert screen.chosen.alert.id == 12


async def test_on_a_wide_screen_all_stands_side_by_side() -> None:
    async with on_alerts(AlertSource(), WIDE) as pilot:
        text = seen(pilot)
        assert "Claude was stopped" in text and "Quiet hours" in text and "‹ Claude, 5 hours ›" in text
        await press(pilot, "tab", "j", "z")
        assert "Claude, 5 hours: for an hour" not in seen(pilot) and "Claude, 7 days: for an hour" in seen(pilot)


async def test_hostile_text_reaches_no_terminal() -> None:
    async with on_alerts(AlertSource(hostile="\x1b]0;owned\x07[/b]")) as pilot:
        await typed(pilot, *("j" * 9))
        text = await looked(pilot)
        assert "\x1b" not in text and "␛]0;owned" in text


@pytest.mark.parametrize("size", [(40, 40), (40, 24), (80, 24), (140, 24)])
async def test_no_size_breaks_a_pane(size: tuple[int, int]) -> None:
    async with on_alerts(AlertSource(), size) as pilot:
        for _ in range(4):
            text = await press(pilot, "tab")
            assert all(len(line) <= size[0] for line in text.splitlines())
        assert "Alerts" in text


async def test_the_palette_knows_the_verbs() -> None:
    async with on_alerts(AlertSource()) as pilot:
        await pilot.press("ctrl+p")
        await typed(pilot, *"alerts: mile")
        for _ in range(50):
            if "alerts: Milestones" in seen(pilot):
                break
            await pilot.pause(0.05)
        await press(pilot, "down", "enter")
        assert "‹ Claude, 5 hours ›" in seen(pilot)


async def test_ages_go_on_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    source = AlertSource()
    async with on_alerts(source, WIDE) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, AlertsScreen) and isinstance(screen.table.rows, FeedRows)
        first = screen.table.rows.answer.rows[0].alert
        for passed in (7_000, 8_000, 90_000):
            monkeypatch.setenv("TALLY_NOW", str((first.fired_at + passed) / 1000))
            screen._tick()
            await settled(pilot)
            assert f" {ago(passed).removesuffix(' ago')} " in line_with(seen(pilot), title(first)[:20])
            assert ago(passed) in seen(pilot)
