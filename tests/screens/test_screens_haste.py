"""Fingers that are faster than the answers, and words that are longer than the screen."""

from __future__ import annotations

import pytest
from fake_source import FakeSource
from made_up import NOW, NOW_MS
from on_screen import press, running, seen, settled

from tally_tui.records import changed as replace
from tally_tui.reports.answers import LimitGauge
from tally_tui.screens.drill import Drill
from tally_tui.store import Phase, SyncStatus
from tally_tui.widgets.filter_bar import FilterInput

HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLY_NOW", NOW)


async def test_enter_pressed_twice_opens_once() -> None:
    source = FakeSource()
    async with running(source) as pilot:
        source.held = True
        await press(pilot, "enter", "enter", "enter")
        drill = pilot.app.screen.query_one(Drill)
        assert len(drill.levels) == 2
        source.release()
        await settled(pilot)
        assert "Last call" in seen(pilot)
        await press(pilot, "escape")
        assert len(drill.levels) == 1 and "Share" in seen(pilot)


async def test_a_filter_is_gone_on_with_not_typed_over() -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"opus", "enter", "slash", "8")
        assert pilot.app.screen.query_one(FilterInput).value == "opus8"


@pytest.mark.parametrize("width", [40, 60, 80, 140])
async def test_what_an_empty_table_says_is_whole(width: int) -> None:
    async with running(size=(width, 44)) as pilot:
        await press(pilot, "slash", *"model:nobody-has-such-a-one", "enter")
        said = " ".join(seen(pilot).split())
        assert "No call matches" in said and "Esc clears it." in said


@pytest.mark.parametrize(
    ("width", "more"), [(40, ""), (48, ", since 09:28"), (80, ", since 09:28; this window shows what it finds")]
)
async def test_who_else_reads_is_told_on_one_line(width: int, more: str) -> None:
    who = "Logs read by process 41234"
    status = SyncStatus(Phase.WAITING, message=f"{who}, since 09:28; this window shows what it finds")
    async with running(FakeSource(status), size=(width, 44)) as pilot:
        lines = [line.strip() for line in seen(pilot).splitlines()]
        assert f"◌ {who}{more}" in lines


async def test_a_gauge_is_cut_as_the_status_line_is(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource()
    now, at = source.now(), NOW_MS
    week = LimitGauge("codex", "codex", 10_080, 23.5, at, at + 5 * DAY, None)
    nearly = replace(week, minutes=300, percent=99.6)
    monkeypatch.setattr(source, "now", lambda query: replace(now, limits=(nearly, week)))
    async with running(source, size=(80, 44)) as pilot:
        text = seen(pilot)
        assert "▏ 23 % ✓" in text and "▏ 99 % ‼" in text


@pytest.mark.parametrize("width", [40, 48, 60, 66, 80, 100, 140])
@pytest.mark.parametrize("projected", [None, 47.0, 1223.0])
async def test_every_gauge_is_seen_at_every_width(
    width: int, projected: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = FakeSource()
    now, at = source.now(), NOW_MS
    week = LimitGauge("codex", "codex", 10_080, 39.0, at, at + 5 * DAY + 16 * HOUR, projected)
    full = replace(week, minutes=300, percent=100.0, resets_ms=at + 3 * HOUR)
    monkeypatch.setattr(source, "now", lambda query: replace(now, limits=(full, week)))
    async with running(source, size=(width, 44)) as pilot:
        text = seen(pilot)
        for part in ("codex 5h", "codex 7d", "resets in 3h 00m", "resets in 5d 16h"):
            assert part in text
        # No word is left for a line of its own, and what is used up cannot become fuller.
        assert not {"then", "by then", "%"} & {line.strip() for line in text.splitlines()}
        assert text.count("→") == (projected is not None)
