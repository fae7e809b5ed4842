from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.model import Span
from tally_tui.rules import periods
from tally_tui.rules.periods import KINDS, BadZoneError, bounds, key, label, offsets, ticks, zone
from tally_tui.rules.zones import EARLIEST, LATEST

NAMES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Havana",
    "Pacific/Chatham",
    "Asia/Beirut",
)
ZONES = st.sampled_from(NAMES).map(ZoneInfo)
INSTANTS = st.integers(0, 2_145_916_800_000)  # 1970 to 2038
CHANGES = {
    name: [piece[0] for piece in offsets(Span(0, 2_145_916_800_000), ZoneInfo(name))][1:] or [0]
    for name in NAMES
}
# Half of the instants lie within a day of a clock change, where periods are odd.
CASES = ZONES.flatmap(
    lambda tz: st.tuples(
        st.just(tz),
        INSTANTS
        | st.builds(int.__add__, st.sampled_from(CHANGES[tz.key]), st.integers(-86_400_000, 86_400_000)),
    )
)
BERLIN = ZoneInfo("Europe/Berlin")


def ms(text: str, tz: str = "Europe/Berlin") -> int:
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(tz))).timestamp() * 1000)


@given(CASES, st.sampled_from(KINDS), st.integers(0, 6))
def test_a_period_holds_its_instant_and_touches_its_neighbours(case, kind, week_start):
    tz, instant = case
    start, end = bounds(kind, instant, tz, week_start)
    assert start <= instant < end
    assert bounds(kind, start, tz, week_start) == bounds(kind, end - 1, tz, week_start) == (start, end)
    assert bounds(kind, end, tz, week_start)[0] == end
    assert bounds(kind, start - 1, tz, week_start)[1] == start


@given(CASES, st.sampled_from(KINDS))
def test_neighbouring_periods_have_different_keys_in_the_order_of_time(case, kind):
    tz, instant = case
    first, second = bounds(kind, instant, tz)
    keys = key(kind, first, tz), key(kind, second, tz)
    assert keys[0] != keys[1]
    if kind != "hour":
        assert keys[0] < keys[1]


@given(CASES, st.sampled_from(KINDS), st.integers(-30, 30))
def test_stepping_there_and_back_ends_where_it_began(case, kind, n):
    tz, instant = case
    start = bounds(kind, instant, tz)[0]
    there = periods.step(kind, start, n, tz)
    assert (there > start) == (n > 0) or n == 0
    assert periods.step(kind, there, -n, tz) == start


@given(ZONES, INSTANTS, st.integers(1, 3_000 * 86_400_000), st.data())
def test_offsets_are_those_of_the_zone_at_any_instant(tz, since, length, data):
    span = Span(since, since + length)
    pieces = offsets(span, tz)
    assert pieces[0][0] == span.since and pieces[-1][1] == span.until
    for (_, end, ahead), (start, _, then) in pairwise(pieces):
        assert end == start and ahead != then
    probes = [
        data.draw(st.integers(since, since + length - 1)),
        *(p[0] for p in pieces),
        *(p[1] - 1 for p in pieces),
    ]
    for at in probes:
        ahead = next(piece[2] for piece in pieces if piece[0] <= at < piece[1])
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
        assert utc.astimezone(tz).utcoffset() == timedelta(seconds=ahead)


def test_offsets_over_two_changes_of_a_year():
    assert offsets(Span(ms("2026-01-01"), ms("2027-01-01")), BERLIN) == [
        (ms("2026-01-01"), ms("2026-03-29T01:00Z"), 3600),
        (ms("2026-03-29T01:00Z"), ms("2026-10-25T01:00Z"), 7200),
        (ms("2026-10-25T01:00Z"), ms("2027-01-01"), 3600),
    ]


def test_a_change_at_the_first_instant_of_a_year_belongs_to_that_year():
    # Kiritimati went from -10 to +14 at the end of 1994.
    tz = ZoneInfo("Pacific/Kiritimati")
    change = ms("1995-01-01T00:00", "Pacific/Kiritimati")
    assert [piece[2] for piece in offsets(Span(change - 86_400_000 * 30, change + 1), tz)] == [
        -36_000,
        50_400,
    ]


def test_an_empty_span_has_no_pieces_and_an_open_one_is_refused():
    assert offsets(Span(5, 5), BERLIN) == []
    with pytest.raises(ValueError):
        offsets(Span(None, 5), BERLIN)


def test_a_day_is_as_long_as_its_clock_makes_it():
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)):
        span = Span(*bounds("day", ms(day), BERLIN))
        starts = ticks("day", span, BERLIN)
        assert len(starts) == hours and starts[0] == span.since
        assert len({key("hour", each, BERLIN) for each in starts}) == hours


def test_the_doubled_hour_is_two_hours_that_can_be_told_apart():
    first, second = ms("2026-10-25T00:00Z"), ms("2026-10-25T01:00Z")
    assert key("hour", first, BERLIN) == "2026-10-25T02:00+02:00"
    assert key("hour", second, BERLIN) == "2026-10-25T02:00+01:00"
    assert label("hour", first, BERLIN) == "02:00 +02:00"
    assert label("hour", second + 3_600_000, BERLIN) == "03:00"


def test_half_an_hour_of_summer_time():
    howe = ZoneInfo("Australia/Lord_Howe")
    starts = ticks("day", Span(*bounds("day", ms("2026-04-05T12:00", "Australia/Lord_Howe"), howe)), howe)
    keys = [key("hour", each, howe) for each in starts]
    assert keys[1:4] == ["2026-04-05T01:00+11:00", "2026-04-05T01:30+10:30", "2026-04-05T02:00+10:30"]


def test_days_whose_midnight_does_not_exist():
    paulo = ZoneInfo("America/Sao_Paulo")
    start, end = bounds("day", ms("2018-11-04T12:00", "America/Sao_Paulo"), paulo)
    assert (start, end - start) == (ms("2018-11-04T03:00Z"), 23 * 3_600_000)
    assert key("day", start, paulo) == "2018-11-04"


def test_a_day_that_was_skipped_altogether():
    apia = ZoneInfo("Pacific/Apia")
    start = bounds("day", ms("2011-12-29T12:00", "Pacific/Apia"), apia)[0]
    assert key("day", periods.step("day", start, 1, apia), apia) == "2011-12-31"
    assert periods.step("day", periods.step("day", start, 1, apia), -1, apia) == start


@pytest.mark.parametrize(
    ("kind", "shown", "said"),
    [
        ("hour", "2026-11-22T09:00+01:00", "09:00"),
        ("day", "2026-11-22", "Sun 22 Nov"),
        ("week", "2026-11-16", "16–22 Nov"),
        ("month", "2026-11", "Nov 2026"),
        ("year", "2026", "2026"),
    ],
)
def test_keys_and_labels(kind, shown, said):
    start = bounds(kind, ms("2026-11-22T09:40"), BERLIN)[0]
    assert (key(kind, start, BERLIN), label(kind, start, BERLIN)) == (shown, said)


def test_a_week_begins_on_the_day_one_wants():
    sunday = bounds("week", ms("2026-11-24T09:40"), BERLIN, 6)[0]
    assert key("week", sunday, BERLIN) == "2026-11-22"
    assert label("week", bounds("week", ms("2026-10-31"), BERLIN)[0], BERLIN) == "26 Oct–1 Nov"


@pytest.mark.parametrize(
    ("kind", "now", "since", "until"),
    [
        ("hour", "2026-11-22T14:20", "2026-11-22T13:00", "2026-11-22T13:20"),
        ("day", "2026-11-22T14:00", "2026-11-21", "2026-11-21T14:00"),
        ("day", "2026-03-29T14:00", "2026-03-28", "2026-03-28T14:00"),  # a 23-hour day: the clock counts
        ("day", "2026-03-30T02:30", "2026-03-29", "2026-03-29T03:30"),  # 02:30 was skipped
        ("week", "2026-11-18T08:00", "2026-11-09", "2026-11-11T08:00"),
        ("month", "2026-11-22T08:00", "2026-10-01", "2026-10-22T08:00"),
        ("month", "2026-10-31T08:00", "2026-09-01", "2026-10-01"),
        ("month", "2026-03-30T08:00", "2026-02-01", "2026-03-01"),
        ("month", "2026-01-15T08:00", "2025-12-01", "2025-12-15T08:00"),
        ("year", "2026-11-22T08:00", "2025-01-01", "2025-11-22T08:00"),
        ("year", "2028-02-29T08:00", "2027-01-01", "2027-03-01"),
    ],
)
def test_the_same_part_of_the_period_before(kind, now, since, until):
    assert periods.same_part_before(kind, ms(now), BERLIN) == Span(ms(since), ms(until))


@given(CASES, st.sampled_from(KINDS))
def test_the_same_part_lies_within_the_period_before(case, kind):
    tz, now = case
    start = bounds(kind, now, tz)[0]
    before = bounds(kind, start - 1, tz)
    part = periods.same_part_before(kind, now, tz)
    assert part.since == before[0] and part.until is not None and before[0] <= part.until <= before[1]


def test_what_a_chart_is_cut_into():
    def count(kind: periods.Kind, since: str, until: str) -> int:
        return len(ticks(kind, Span(ms(since), ms(until)), BERLIN))

    assert count("hour", "2026-11-22T08:00", "2026-11-22T09:00") == 4
    assert count("week", "2026-11-16", "2026-11-23") == 7
    assert count("month", "2028-02-01", "2028-03-01") == 29
    assert count("year", "2026-01-01", "2027-01-01") == 12
    assert count("all", "2026-01-15", "2026-11-22") == 11
    assert count("all", "2020-01-15", "2026-11-22") == 7
    assert periods.part_of("all", Span(ms("2020-01-15"), ms("2026-11-22")), BERLIN) == "year"


@pytest.mark.parametrize("instant", [-(10**17), EARLIEST, LATEST - 1, LATEST, 10**17])
@pytest.mark.parametrize("name", NAMES)
def test_absurd_instants_are_no_crash(instant, name):
    tz = ZoneInfo(name)
    for kind in KINDS:
        start, _ = bounds(kind, instant, tz)
        assert key(kind, start, tz) and label(kind, start, tz)
    assert ticks("year", Span(LATEST - 1, LATEST + 10**12), tz)
    assert offsets(Span(instant, instant + 86_400_000), tz)


def test_the_zone_that_tz_names(monkeypatch):
    for value, name, hour in (
        ("Asia/Tokyo", "Asia/Tokyo", 9),
        (":Asia/Tokyo", "Asia/Tokyo", 9),
        ("", "UTC", 0),
        ("JST-9", "JST-9", 9),
    ):
        monkeypatch.setenv("TZ", value)
        for asked in (None, "local"):
            assert zone(asked).key == name
            assert datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone(asked)).hour == hour


def test_a_rule_in_tz_changes_its_clock(monkeypatch):
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    assert offsets(Span(ms("2026-01-01"), ms("2027-01-01")), zone()) == offsets(
        Span(ms("2026-01-01"), ms("2027-01-01")), BERLIN
    )


def test_without_tz_there_still_is_a_zone(monkeypatch):
    monkeypatch.delenv("TZ", raising=False)
    assert zone() is not None and zone("UTC").key == "UTC"


def test_a_fixed_offset_is_a_zone():
    assert offsets(Span(0, 1), zone("+05:45")) == [(0, 1, 20_700)]
    assert offsets(Span(0, 1), zone("-0330")) == [(0, 1, -12_600)]
    assert offsets(Span(0, 1), zone("UTC+2")) == [(0, 1, 7200)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("Middle-earth", "such as"),
        ("../etc/passwd", "such as"),
        ("/etc/passwd", "such as"),
        ("a\0b", "such as"),
        ("+99:00", "such as"),
    ],
)
def test_a_zone_that_is_none_suggests_one(name, hint):
    with pytest.raises(BadZoneError) as caught:
        zone(name)
    assert hint in str(caught.value)


def test_a_bad_tz_says_where_it_comes_from(monkeypatch):
    monkeypatch.setenv("TZ", "Mars/Olympus")
    with pytest.raises(BadZoneError, match="TZ is set to it"):
        zone()
