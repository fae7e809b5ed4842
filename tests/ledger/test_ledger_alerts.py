"""The latch: whatever is seen in whatever order by however many, each alert is one row, told once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tally_tui.ledger import alerts as kept
from tally_tui.ledger.alerts import Armed, Told
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.rules.alerts import Firing, Latch
from tally_tui.rules.windows import HOUR_MS

NOW = 1_795_305_600_000
ARMED = tuple(Armed("weekly", float(threshold)) for threshold in (50, 90, 95))
WEEK_MS = 168 * HOUR_MS


def firing(threshold: float, until: int = NOW + HOUR_MS, segment: int = 0, scope: str = "claude/claude/10080") -> Firing:
    return Firing("weekly", Latch("weekly", scope, until, segment, threshold), "warn", "claude", NOW, "window", 10_080)


@contextmanager
def ledger() -> Iterator[Path]:
    """A ledger whose rules have been in force for a while."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with closing(open_writer(path)) as db:
            kept.latch(db, (), ARMED, now_ms=NOW - HOUR_MS)
        yield path


LATCHES = st.tuples(
    st.sampled_from((50.0, 90.0, 95.0)),
    st.integers(0, 2).flatmap(lambda week: st.integers(-300, 300).map(lambda s: NOW + week * WEEK_MS + s * 1000)),
    st.integers(0, 1),
    st.sampled_from(("claude/claude/10080", "codex/codex/10080")),
)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(LATCHES, max_size=6), max_size=8))
def test_every_alert_is_one_row_and_is_told_at_most_once(looks: list[list[tuple[float, int, int, str]]]) -> None:
    with ledger() as path, closing(open_writer(path)) as one, closing(open_writer(path)) as other:
        told: list[int] = []
        for number, look in enumerate(looks):
            db = (one, other)[number % 2]
            firings = [firing(*each) for each in look]
            kept.latch(db, firings, ARMED, now_ms=NOW + number)
            assert kept.latch((other, one)[number % 2], firings, ARMED, now_ms=NOW + number) == ()
            told += [each.id for each in kept.claim(db, NOW + number)]
        assert len(told) == len(set(told))
        # Resets some minutes apart are one window.
        wanted = {
            (threshold, round((until - NOW) / WEEK_MS), segment, scope)
            for look in looks
            for threshold, until, segment, scope in look
        }
        rows = kept.alerts(one)
        found = [(row.threshold, round((row.until - NOW) / WEEK_MS), row.segment, row.scope) for row in rows]
        assert sorted(found) == sorted(wanted)


def test_a_jump_over_several_thresholds_tells_the_highest() -> None:
    with ledger() as path, closing(open_writer(path)) as db:
        new = kept.latch(db, [firing(50), firing(90), firing(95)], ARMED, now_ms=NOW)
        assert [each.told for each in new] == [Told.RECORDED, Told.RECORDED, Told.WAITING]
        assert [each.threshold for each in kept.claim(db, NOW)] == [95]


def test_another_window_and_another_segment_fire_again() -> None:
    with ledger() as path, closing(open_writer(path)) as db:
        kept.latch(db, [firing(90)], ARMED, now_ms=NOW)
        assert len(kept.latch(db, [firing(90, segment=1)], ARMED, now_ms=NOW)) == 1
        assert len(kept.latch(db, [firing(90, until=NOW + WEEK_MS)], ARMED, now_ms=NOW)) == 1
        assert kept.latch(db, [firing(90, until=NOW + HOUR_MS + 599_000)], ARMED, now_ms=NOW) == ()


def test_a_rule_switched_off_and_on_again_is_a_new_one() -> None:
    with ledger() as path, closing(open_writer(path)) as db:
        kept.latch(db, (), ARMED[:1], now_ms=NOW)
        (new,) = kept.latch(db, [firing(95)], ARMED, now_ms=NOW)
        assert new.told is Told.RECORDED


def test_a_terminal_and_the_other_channels_are_told_apart() -> None:
    with ledger() as path, closing(open_writer(path)) as db:
        kept.latch(db, [firing(90)], ARMED, now_ms=NOW)
        assert len(kept.claim(db, NOW)) == 1
        assert len(kept.claim_ringing(db, NOW + 1)) == 1
        assert kept.claim(db, NOW + 2) == kept.claim_ringing(db, NOW + 2) == ()
        with closing(open_reader(path)) as reader:
            assert kept.nothing_to_do(reader, [firing(90)], ARMED, NOW + 3)
            assert not kept.nothing_to_do(reader, [firing(95)], ARMED, NOW + 3)


def test_seen_alerts_stay_in_the_list() -> None:
    with ledger() as path, closing(open_writer(path)) as db:
        kept.latch(db, [firing(90), firing(50)], ARMED, now_ms=NOW)
        assert kept.acknowledge(db, 1, NOW + 5) == 1
        assert kept.acknowledge(db, None, NOW + 6) == 1
        assert {each.acknowledged_at for each in kept.alerts(db)} == {NOW + 5, NOW + 6}
        kept.note_problems(db, 1, ["command: no"])
        first = kept.one(db, 1)
        assert first is not None and first.problems == ("command: no",)
