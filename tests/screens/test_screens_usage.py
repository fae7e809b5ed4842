"""The Usage screen under somebody's fingers."""

from __future__ import annotations

import pytest
from conversation_source import ConversationSource
from fake_source import LIVE, NOTHING, READING, FakeSource
from made_up import NOW, NOW_MS
from on_screen import line_with, press, running, seen, settled, toasts

from tally_tui.app import DEMO
from tally_tui.records import changed as replace
from tally_tui.reports.answers import Calls
from tally_tui.requests import CallsRequest, SessionsRequest, UsageRequest
from tally_tui.rules.zones import local, zone
from tally_tui.screens.conversations import ConversationsScreen
from tally_tui.screens.usage import UsageScreen
from tally_tui.trouble import Trouble
from tally_tui.widgets.cards import Card
from tally_tui.widgets.table import VirtualTable

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


def charted(source: FakeSource) -> UsageRequest:
    """What the chart asked last."""
    return next(
        each for each in reversed(source.asked) if isinstance(each, UsageRequest) and each.slot == "chart"
    )


async def test_first_frame_needs_no_answer() -> None:
    source = FakeSource(held=True)
    async with running(source) as pilot:
        assert "Today" in seen(pilot) and "░░░" in seen(pilot) and "$" not in seen(pilot)
        source.release()
        await settled(pilot)
        assert "claude-opus-4-8" in seen(pilot) and "░░░░" not in line_with(seen(pilot), "claude-opus-4-8")


async def test_cards_say_cost_tokens_and_change_with_a_sign() -> None:
    async with running() as pilot:
        text = seen(pilot)
        for word in ("Last 10 min", "Last hour", "Today", "This week", "This month", "▲ +", "▼ −", "= same"):
            assert word in text


@pytest.mark.parametrize(
    ("key", "title", "cut"),
    [
        ("d", "Today · Thu 19 Nov", ("hour", "model")),
        ("w", "This week · 16–22 Nov", ("day", "model")),
        ("m", "This month · Nov 2026", ("day", "model")),
        ("y", "This year · 2026", ("month", "model")),
        ("a", "All time", ("month", "model")),
    ],
)
async def test_period_keys(key: str, title: str, cut: tuple[str, str]) -> None:
    source = FakeSource()
    async with running(source) as pilot:
        assert title in await press(pilot, key)
        assert charted(source).by == cut


async def test_walking_and_coming_back() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        assert "Last month · Oct 2026" in await press(pilot, "h")
        since = charted(source).span.since
        assert (
            since is not None
            and local(since, zone("Europe/Vienna")).isoformat() == "2026-10-01T00:00:00+02:00"
        )
        assert "This month" in await press(pilot, "l")
        assert "Aug 2026" in await press(pilot, "h", "h", "h")
        assert "This month" in await press(pilot, "t")


async def test_drilling_down_to_calls_and_back() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        text = await press(pilot, "down", "enter")
        assert "by model › claude-sonnet-5" in text and "1,234 sessions" in text
        asked = source.asked[-1]
        assert isinstance(asked, SessionsRequest) and asked.where == (("model", "claude-sonnet-5"),)
        text = await press(pilot, "enter")
        assert "› Fix the parser's han" in line_with(text, "by model ›")
        assert "since 2026-03-13" in text and "0a.jsonl at byte 81,920" in text
        asked = source.asked[-1]
        assert isinstance(asked, CallsRequest) and asked.where[0] == ("model", "claude-sonnet-5")
        await press(pilot, "escape")
        text = await press(pilot, "escape")
        assert "›  " in text and "by model" in text and "claude-opus-4-8" in text
        assert pilot.app.screen.query_one(VirtualTable).cursor == 1


async def test_breaking_down_by_other_things() -> None:
    async with running() as pilot:
        text = await press(pilot, "b")
        assert "by project" in text and "kitchen-display" in text
        text = await press(pilot, "b")
        assert "by session" in text and "1,234 sessions" in text
        assert "by model" in await press(pilot, "B", "B")
        assert "by day" in await press(pilot, "B")


async def test_a_value_the_logs_do_not_say_has_a_name() -> None:
    async with running() as pilot:
        assert "(not in the logs)" in await press(pilot, "b", "b", "b")


async def test_sorting_by_key_and_by_header() -> None:
    async with running() as pilot:
        assert "Cost▼" in seen(pilot)
        assert "Tokens▼" in await press(pilot, "s")
        assert "Tokens▲" in await press(pilot, "S")
        table = pilot.app.screen.query_one(VirtualTable)
        await pilot.click(table, offset=(2, 0))
        await settled(pilot)
        assert "Model▲" in seen(pilot)
        names = [
            line.split()[0]
            for line in seen(pilot).splitlines()
            if line.strip().startswith(("claude-", "gpt-"))
        ]
        assert names == sorted(names)


async def test_unpriced_is_never_a_silent_zero() -> None:
    async with running() as pilot:
        assert "unpriced" in line_with(seen(pilot), "local-llama")
        text = await press(pilot, "end")
        assert "without a price: tokens counted, cost not" in text


async def test_a_hundred_thousand_sessions_come_in_pages() -> None:
    source = FakeSource(sessions=120_000)
    async with running(source) as pilot:
        await press(pilot, "b", "b")
        text = await press(pilot, "G")
        assert "120,000 sessions" in text
        assert pilot.app.screen.query_one(VirtualTable).cursor == 119_999
        last = source.session(119_999)
        assert last.title[:12] in text and "…\n" not in text
        asked = [each for each in source.asked if isinstance(each, SessionsRequest)]
        assert max(each.limit for each in asked) <= 400 and asked[-1].offset > 119_000


async def test_filter_points_at_the_word() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        await press(pilot, "slash", *"modle:opus")
        text = await press(pilot, "enter")
        at = line_with(text, "modle:opus").index("modle")
        assert line_with(text, "^^^^^^").index("^") == at
        assert "Did you mean model:" in text
        assert all(getattr(each, "query", "") == "" for each in source.asked)


async def test_filter_applies_to_everything_and_escape_clears_it() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        text = await press(pilot, "slash", *"model:opus", "enter")
        assert "/ model:opus" in text and "claude-sonnet-5" not in text
        newest = {each.slot: each for each in source.asked}
        assert {newest[slot].query for slot in ("now", "chart", "table")} == {"model:opus"}
        text = await press(pilot, "escape")
        assert "model:opus" not in text and "claude-sonnet-5" in text


async def test_while_a_filter_is_typed_the_footer_shows_the_keys_of_the_line() -> None:
    async with running() as pilot:
        text = await press(pilot, "slash", *"file:a", "slash", "b")
        assert text.splitlines()[-1].split() == "⏎ Apply esc Leave".split()
        assert "file:a/b" in text


async def test_escape_leaves_the_filter_as_it_was() -> None:
    async with running() as pilot:
        text = await press(pilot, "slash", *"model:opus", "escape")
        assert "model:opus" not in text and "claude-sonnet-5" in text


async def test_no_match_says_what_to_do() -> None:
    async with running() as pilot:
        text = await press(pilot, "b", "b", "slash", *"nothing", "enter")
        assert "No call matches  nothing" in text and "Esc clears it" in text


async def test_copying_gives_exact_numbers() -> None:
    async with running(FakeSource(hostile="\x1b]0;owned\x07")) as pilot:
        await press(pilot, "c")
        assert "Copied 6 rows, by model, as tab-separated text." in toasts(pilot)
        head, first, *_ = pilot.app.clipboard.splitlines()
        assert head.startswith("model\tcalls\tsessions\tinput_tokens") and "cost_usd" in head
        assert "\x1b" not in first and "claude-" in first
        assert len(first.split("\t")) == len(head.split("\t"))


async def test_copying_more_than_is_at_hand_fetches_the_rest() -> None:
    async with running() as pilot:
        await press(pilot, "b", "b", "c")
        assert "Copied 1,234 rows, by session, as tab-separated text." in toasts(pilot)
        assert len(pilot.app.clipboard.splitlines()) == 1_235


async def test_explain_leads_to_the_calls_behind_a_line() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        text = await press(pilot, "x")
        assert "≥ $512.66" in text and "14,120 lines" in text and "1,087" in text
        await press(pilot, "down", "enter")
        asked = source.asked[-1]
        assert isinstance(asked, CallsRequest) and asked.query == "reason:copy"
        assert "not counted: copy" in seen(pilot) and "by model › 1,087 copies" in seen(pilot)


async def test_explain_keeps_to_the_filter() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        await press(pilot, "slash", *"model:opus", "enter", "x", "down", "enter")
        asked = source.asked[-1]
        assert isinstance(asked, CallsRequest) and asked.query == "model:opus reason:copy"
        await press(pilot, "escape", "x", "enter")
        asked = source.asked[-1]
        assert isinstance(asked, CallsRequest) and asked.query == "model:opus"


async def test_explain_stays_where_nothing_stands_behind_a_line() -> None:
    async with running() as pilot:
        text = await press(pilot, "x", "end", "enter")
        assert "How this total came about" in text
        assert "How this total" not in await press(pilot, "escape")


async def test_nothing_to_show_offers_the_demo() -> None:
    async with running(FakeSource(NOTHING)) as pilot:
        text = seen(pilot)
        assert "~/.codex/archived_sessions" in text and "D shows a demo" in text
        assert "Explain" not in text.splitlines()[-1] and "Demo" in text.splitlines()[-1]
        await pilot.press("D")
        await pilot.pause()
    assert pilot.app.return_value == DEMO


async def test_at_forty_columns_the_hint_names_keys_that_do_something() -> None:
    source = FakeSource(NOTHING)
    async with running(source, (40, 20)) as pilot:
        assert seen(pilot).splitlines()[-1].split() == "? help D demo r look again q quit".split()
        source.say(FakeSource().status)
        await settled(pilot)
        assert "/ filter  b by" in seen(pilot).splitlines()[-1]


async def test_after_the_help_page_no_hidden_filter_line_eats_the_keys() -> None:
    async with running(FakeSource(NOTHING)) as pilot:
        await pilot.press("question_mark")
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("D")
        await pilot.pause()
    assert pilot.app.return_value == DEMO


async def test_the_first_call_ends_the_empty_screen() -> None:
    source = FakeSource(NOTHING)
    async with running(source) as pilot:
        source.say(FakeSource().status)
        await settled(pilot)
        assert "No usage" not in seen(pilot) and "claude-opus-4-8" in seen(pilot)
        assert pilot.app.focused is pilot.app.screen.query_one(VirtualTable)


async def test_a_failure_keeps_what_was_shown() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        source.fail = Trouble("The ledger is busy.", "Nothing was lost.", "Press r.")
        text = await press(pilot, "h")
        assert "The ledger is busy. Nothing was lost. Press r." in text and "claude-opus-4-8" in text
        assert "The ledger is busy" not in await press(pilot, "escape")
        source.fail = None
        assert "The ledger is busy" not in await press(pilot, "t")


async def test_a_backlog_shows_how_far_it_is_and_stops() -> None:
    source = FakeSource(READING)
    async with running(source) as pilot:
        text = seen(pilot)
        for part in ("35 %", "1,204/5,012 files", "431 MB/1.24 GB", "31,022 calls", "12s left", "X stops"):
            assert part in text
        text = await press(pilot, "X")
        assert "cancel" in source.done and "What was read is kept; r goes on." in text
        await press(pilot, "r")
        assert "sync" in source.done


async def test_new_calls_move_the_cards() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        assert "$77.77" not in seen(pilot)
        source.grow = 77.77
        source.release()
        await settled(pilot)
        assert "$77.77" in seen(pilot)


async def test_the_heat_map_is_asked_for_only_while_it_shows() -> None:
    source = FakeSource()
    async with running(source, size=(80, 44)) as pilot:
        assert "heat" not in source.open
        assert "streak" in await press(pilot, "v")
        assert "heat" in source.open
        assert "streak" not in await press(pilot, "v")
        assert "heat" not in source.open
        await pilot.resize_terminal(140, 44)
        await settled(pilot)
        assert "streak" in seen(pilot) and "heat" in source.open


async def test_tokens_instead_of_dollars() -> None:
    async with running() as pilot:
        before = sum(isinstance(each, UsageRequest) for each in pilot.app.store.source.asked)  # type: ignore[attr-defined]
        text = await press(pilot, "u")
        assert "60M┤" in text or "M┤" in text
        after = sum(isinstance(each, UsageRequest) for each in pilot.app.store.source.asked)  # type: ignore[attr-defined]
        assert before == after


async def test_the_mouse_reaches_cards_bars_and_rows() -> None:
    async with running(size=(100, 44)) as pilot:
        screen = pilot.app.screen
        await pilot.click("#card-this-week")
        await settled(pilot)
        assert "This week · 16–22 Nov" in seen(pilot)
        await pilot.click("#columns", offset=(8, 6))
        await settled(pilot)
        assert "Mon 16 Nov" in seen(pilot).splitlines()[0]
        table = screen.query_one(VirtualTable)
        await pilot.click(table, offset=(3, 3))
        await settled(pilot)
        assert table.cursor == 2
        await pilot.double_click(table, offset=(3, 3))
        await settled(pilot)
        assert "by model › " in seen(pilot)


async def test_a_column_tells_its_figures() -> None:
    async with running() as pilot:
        text = await press(pilot, "w", "shift+tab", "right", "right")
        assert "Tue 17 Nov  $" in text and "▲" in text
        assert "Yesterday · Wed 18 Nov" in (await press(pilot, "right", "enter")).splitlines()[0]


async def test_every_column_can_be_reached_in_a_panel() -> None:
    async with running(size=(40, 44)) as pilot:
        assert "Output" not in seen(pilot) and "›" in line_with(seen(pilot), "Model")
        text = await press(pilot, *["right"] * 9)
        assert "Output" in text and "claude-opus-4" in text


async def test_a_short_terminal_scrolls_to_the_table() -> None:
    async with running(size=(80, 14)) as pilot:
        assert "Today" in seen(pilot)
        assert "claude-opus-4-8" in await press(pilot, "down")


async def test_a_live_session_opens() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        await pilot.click("Live", offset=(4, 0))
        await settled(pilot)
        asked = source.asked[-1]
        assert isinstance(asked, CallsRequest) and asked.where == (("session", source.session(0).session),)
        assert asked.span.since is None


async def test_answers_to_older_questions_are_not_shown() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        old = charted(source)
        await press(pilot, "h")
        screen = pilot.app.screen
        assert isinstance(screen, UsageScreen)
        shown = screen._charted
        source.answer(old)
        await settled(pilot)
        assert screen._charted == shown and shown != old


async def test_midnight_moves_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as pilot:
        await press(pilot, "d")
        monkeypatch.setenv("TALLY_NOW", str((NOW_MS + 34_000_000) / 1000))
        screen = pilot.app.screen
        assert isinstance(screen, UsageScreen)
        screen._minute()
        await settled(pilot)
        assert "Today · Fri 20 Nov" not in seen(pilot)
        monkeypatch.setenv("TALLY_NOW", "2026-11-20T00:00:30+01:00")
        screen._minute()
        await settled(pilot)
        assert "Today · Fri 20 Nov" in seen(pilot)


async def test_cards_say_more_on_hover() -> None:
    async with running() as pilot:
        tip = str(pilot.app.screen.query_one("#card-today", Card).tooltip)
        assert "calls" in tip and "yesterday until this time of day" in tip


async def test_enter_on_a_call_reads_what_it_said_and_escape_leads_back_to_the_call() -> None:
    async with running(ConversationSource()) as pilot:
        await press(pilot, "b", "b", "enter", "j", "j")
        usage = pilot.app.screen
        assert isinstance(usage, UsageScreen)
        call = usage.drill.call
        assert call is not None and "enter" in usage.active_bindings
        await press(pilot, "enter")
        await settled(pilot)
        there = pilot.app.screen
        assert isinstance(there, ConversationsScreen) and there.has_class("-reading")
        assert there.pane.session is not None and there.pane.session.session == call.root_session
        target = there.pane.hits.target
        assert target is None or (target.file, target.offset) == (call.file, call.offset)
        await press(pilot, "escape")
        assert pilot.app.screen is usage and usage.drill.call == call and usage.drill.table.has_focus
        await press(pilot, "2")
        assert not there.has_class("-reading"), "what was left is left"
        await press(pilot, "enter", "escape")
        assert pilot.app.screen is there, "a session from the list leads back to the list"


async def test_copying_one_row_says_so() -> None:
    async with running() as pilot:
        await press(pilot, "b", "b", "enter")
        screen = pilot.app.screen
        assert isinstance(screen, UsageScreen) and isinstance(screen.drill.answer, Calls)
        screen.drill.answer = replace(screen.drill.answer, rows=screen.drill.answer.rows[:1], total_rows=1)
        await press(pilot, "c")
        assert any(said.startswith("Copied 1 row, ") for said in toasts(pilot))


async def test_nothing_is_no_figure_while_logs_are_still_read() -> None:
    reading = replace(READING, unread=True, kept_calls=None)
    source = FakeSource(reading)
    async with running(source) as pilot:
        await press(pilot, "d", "[")
        await pilot.press("slash", *"model:none", "enter")
        await settled(pilot)
        for word in ("$0.00", "No calls", "No call matches", "0 models"):
            assert word not in seen(pilot)
        assert "still being read" in seen(pilot) and "░░░" in seen(pilot)
        source.say(replace(LIVE, unread=False))
        await settled(pilot)
        assert "No call matches" in seen(pilot) and "$0.00" in seen(pilot) and "░░░" not in seen(pilot)


async def test_what_is_read_so_far_says_so() -> None:
    source = FakeSource(replace(READING, unread=True))
    async with running(source) as pilot:
        assert "so far" in line_with(seen(pilot), "models ·") and "▲ +" not in seen(pilot)
        source.say(replace(LIVE, unread=False))
        await settled(pilot)
        assert "so far" not in line_with(seen(pilot), "models ·") and "▲ +" in seen(pilot)


async def test_the_chart_is_of_what_the_table_is_of() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        assert charted(source).by == ("day", "model") and charted(source).where == ()
        await press(pilot, "b")
        assert charted(source).by == ("day", "project")
        fields: tuple[str, ...] = ("project",)
        for below in ("folder", "session", "model"):
            await press(pilot, "enter")
            assert charted(source).by == ("day", below)
            assert tuple(field for field, _ in charted(source).where) == fields
            table = next(each for each in reversed(source.asked) if each.slot == "table")
            assert charted(source).where == table.where  # type: ignore[union-attr]
            fields += (below,)
        await press(pilot, "escape", "escape", "escape")
        assert charted(source).by == ("day", "project") and charted(source).where == ()
        count = sum(each.slot == "chart" for each in source.asked)
        await press(pilot, "s")
        assert sum(each.slot == "chart" for each in source.asked) == count
