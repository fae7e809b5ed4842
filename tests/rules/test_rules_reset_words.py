"""Resets as agents' screens word them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.clock import iso, parse_instant
from tally_tui.rules.reset_words import reset_instant
from tally_tui.rules.windows import DAY_MS

VIENNA = ZoneInfo("Europe/Vienna")
NOW = parse_instant("2026-06-04T14:00:00Z")
"""Four in the afternoon in Vienna."""

#   words                 minutes  means (UTC)
WORDS = [
    ("6:50 PM", 300, "2026-06-04T16:50"),
    ("18:50", 300, "2026-06-04T16:50"),
    ("6 pm", 300, "2026-06-04T16:00"),
    ("3:30 PM", 1_440, "2026-06-05T13:30"),  # past today: tomorrow's
    ("12:15 AM", 1_440, "2026-06-04T22:15"),
    ("09:00 on 7 Jun", 10_080, "2026-06-07T07:00"),
    ("Jun 7, 9:00 AM", 10_080, "2026-06-07T07:00"),
    ("7th June 09:00", 10_080, "2026-06-07T07:00"),
    ("2 days", 10_080, "2026-06-06T14:00"),
    ("2h 5m", 300, "2026-06-04T16:05"),
    ("about 90 minutes", 300, "2026-06-04T15:30"),
    ("Jun 7", 10_080, None),  # a day is no instant
    ("09:00 on 7 Aug", 10_080, None),  # further ahead than the window is long
    ("25:00", 300, None),
    ("13 pm", 300, None),
    ("09:00 on 31 Jun", 10_080, None),
    ("soon", 300, None),
    ("", 300, None),
    (None, 300, None),
]


@pytest.mark.parametrize(("words", "minutes", "means"), WORDS)
def test_when_a_limit_resets(words: str | None, minutes: int, means: str | None) -> None:
    found = reset_instant(words, minutes=minutes, now_ms=NOW, tz=VIENNA)
    assert (found and iso(found)[:16]) == means


def test_a_day_in_january_told_in_december_is_next_years() -> None:
    now = parse_instant("2026-12-30T12:00:00Z")
    found = reset_instant("10:00 on 2 Jan", minutes=10_080, now_ms=now, tz=ZoneInfo("UTC"))
    assert found and iso(found)[:16] == "2027-01-02T10:00"


@given(st.text(max_size=40) | st.from_regex(r"\d{1,2}:\d{2} ?(am|pm)? ?(on)? ?\d{0,2} ?(jan|feb|jun)?"))
def test_no_words_break_it_and_none_lead_out_of_the_window(words: str) -> None:
    found = reset_instant(words, minutes=300, now_ms=NOW, tz=VIENNA)
    assert found is None or NOW < found <= NOW + 300 * 60_000 + DAY_MS
