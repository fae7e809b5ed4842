from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import Span
from tally_tui.rules import dates
from tally_tui.rules.dates import BadDateError, instant
from tally_tui.rules.periods import bounds
from tally_tui.rules.zones import EARLIEST, LATEST, offset, zone

BERLIN = ZoneInfo("Europe/Berlin")


def ms(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)).timestamp() * 1000)


NOW = ms("2026-11-22T14:30")  # a Sunday


@pytest.mark.parametrize(
    ("word", "since", "until"),
    [
        ("now", "2026-11-22T14:30", "2026-11-22T14:30"),
        ("today", "2026-11-22", "2026-11-23"),
        ("yesterday", "2026-11-21", "2026-11-22"),
        ("this-week", "2026-11-16", "2026-11-23"),
        ("last-week", "2026-11-09", "2026-11-16"),
        ("Last Week", "2026-11-09", "2026-11-16"),
        ("last_month", "2026-10-01", "2026-11-01"),
        ("this-month", "2026-11-01", "2026-12-01"),
        ("this-year", "2026-01-01", "2027-01-01"),
        ("last-year", "2025-01-01", "2026-01-01"),
        ("last-hour", "2026-11-22T13:00", "2026-11-22T14:00"),
        ("2026-11-01", "2026-11-01", "2026-11-02"),
        ("20261101", "2026-11-01", "2026-11-02"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("7d", "2026-11-15T14:30", "2026-11-15T14:30"),
        ("3w", "2026-11-01T14:30", "2026-11-01T14:30"),
        ("12h", "2026-11-22T02:30", "2026-11-22T02:30"),
        ("90m", "2026-11-22T13:00", "2026-11-22T13:00"),
        ("1mo", "2026-10-22T14:30", "2026-10-22T14:30"),
        ("2y", "2024-11-22T14:30", "2024-11-22T14:30"),
        ("2026-11-01T08:00", "2026-11-01T08:00", "2026-11-01T08:00"),
        ("2026-11-01 08:00", "2026-11-01T08:00", "2026-11-01T08:00"),
        ("2026-11-01T08:00Z", "2026-11-01T08:00+00:00", "2026-11-01T08:00+00:00"),
        ("2026-11-01t08:00:00.250-05:00", "2026-11-01T08:00:00.250-05:00", "2026-11-01T08:00:00.250-05:00"),
    ],
)
def test_words_for_dates(word, since, until):
    assert dates.instant(word, now=NOW, tz=BERLIN) == ms(since)
    assert dates.instant(word, now=NOW, tz=BERLIN, end=True) == ms(until)


def test_days_ago_are_the_same_time_on_the_clock_and_hours_are_hours():
    after = ms("2026-10-26T12:00")  # the clocks went back on the 25th
    assert dates.instant("2d", now=after, tz=BERLIN) == ms("2026-10-24T12:00")
    assert dates.instant("48h", now=after, tz=BERLIN) == ms("2026-10-24T13:00")


def test_a_month_ago_is_never_in_the_wrong_month():
    assert dates.instant("1mo", now=ms("2026-03-31T12:00"), tz=BERLIN) == ms("2026-02-28T12:00")
    assert dates.instant("1mo", now=ms("2026-01-31T12:00"), tz=BERLIN) == ms("2025-12-31T12:00")


def test_a_week_begins_on_the_day_one_wants():
    assert dates.instant("this-week", now=NOW, tz=BERLIN, week_start=6) == ms("2026-11-22")


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("yestreday", "yesterday"),
        ("lastweek", "last-week"),
        ("2026/11/1", "2026-11-01"),
        ("2026-1-5", "2026-01-05"),
        ("2026-13", "01 to 12"),
        ("2026-02-30", "28 days"),
        ("2028-02-30", "29 days"),
        ("7days", "7d"),
        ("2 hours ago", "2h"),
        ("3months", "3mo"),
        ("soon", "last-week"),
        ("", "last-week"),
        ("0000", ""),
        ("999999999d", "30d"),
        ("999999999y", "30d"),
        ("999999999w", "30d"),
        ("2026-11-01T25:00", "2026-11-01"),
    ],
)
def test_what_is_no_date_says_what_to_write(word, hint):
    with pytest.raises(BadDateError) as caught:
        dates.instant(word, now=NOW, tz=BERLIN)
    assert hint in caught.value.suggestion


@given(
    st.text(max_size=14)
    | st.from_regex(r"\d{1,5}[-/]?\d{0,3}[-/]?\d{0,3}[a-zT:Z]{0,4}\d{0,4}", fullmatch=True)
)
def test_any_text_is_a_date_or_a_bad_date(word):
    for end in (False, True):
        try:
            assert isinstance(dates.instant(word, now=NOW, tz=BERLIN, end=end), int)
        except BadDateError as error:
            assert error.message


def test_a_span_includes_its_last_day():
    assert dates.span("2026-11-01", "2026-11-01", now=NOW, tz=BERLIN) == Span(
        ms("2026-11-01"), ms("2026-11-02")
    )
    assert dates.span(None, None, now=NOW, tz=BERLIN) == Span()
    assert dates.span("7d", None, now=NOW, tz=BERLIN) == Span(ms("2026-11-15T14:30"), None)


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(BadDateError) as caught:
        dates.span("today", "yesterday", now=NOW, tz=BERLIN)
    assert caught.value.word == "yesterday"


@given(
    name=st.sampled_from(sorted(available_timezones())) | st.sampled_from(["+23:59", "-23:59", "+14:00", "-12", "UTC"]),
    word=st.sampled_from(
        """0001 0001-01 0001-01-01 00010101 9999 9999-12 9999-12-31 0001-01-01T00:00 9999-12-31T23:59 0001-01-01T00:00Z
        0001-01-01T00:00+23:59 9999-12-31T23:59-23:59 2000y 24000mo 999999999d 999999999s 8000w 1969-12-31 1582-10-10""".split()
    ),
    end=st.booleans(),
)
def test_the_ends_of_time_are_dates_in_every_zone(name: str, word: str, end: bool) -> None:
    tz = zone(name)
    try:
        at = instant(word, now=NOW, tz=tz, end=end)
    except BadDateError:
        return
    assert EARLIEST <= at <= LATEST
    start, until = bounds("day", at, tz)
    assert start <= until
    assert offset(at, tz) is not None
