"""Time zones: which one to show times in, and where its clocks change."""

from __future__ import annotations

import os
import re
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.model import Span

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS: Final = 86_400_000
EARLIEST: Final = -62_135_424_000_000
"""0001-01-03T00:00Z in epoch milliseconds: earlier instants have no local time in some zone."""
LATEST: Final = 253_402_041_600_000
"""9999-12-29T00:00Z in epoch milliseconds: later instants have no local time in some zone."""

_LOCALTIME: Final = Path("/etc/localtime")
_FIXED: Final = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?", re.IGNORECASE)
_POSIX: Final = re.compile(r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,2}(?::\d\d){0,2}\S*")


class BadZoneError(ValueError):
    """No such time zone; `suggestion` says what to write instead ('' where nothing is close)."""

    def __init__(self, name: str, suggestion: str = "") -> None:
        self.name = name
        self.suggestion = suggestion
        super().__init__(f"{name!r} is no time zone" + (f"; {suggestion}" if suggestion else ""))


def zone(name: str | None = None) -> ZoneInfo:
    """The time zone to cut days in.

    An IANA name, `UTC` or a fixed offset (`+05:30`); None or `local`: what `TZ` says, else the
    machine's own, else UTC.

    Raises:
        BadZoneError: there is no such zone, or `TZ` names none.
    """
    if name is None or name.strip().lower() in ("", "local"):
        wanted = os.environ.get("TZ")
        if wanted is None:
            return _machine()
        return _environment(wanted.removeprefix(":"))
    return _named(name.strip())


def _named(name: str) -> ZoneInfo:
    if name.upper() in ("UTC", "Z"):
        # A machine without a time zone database still knows UTC.
        return _ruled("UTC", "UTC0")
    fixed = _FIXED.fullmatch(name)
    if fixed:
        sign, hours, minutes = fixed[1], int(fixed[2]), int(fixed[3] or 0)
        if hours < 24 and minutes < 60:
            shown = f"{sign}{hours:02d}:{minutes:02d}"
            # A rule counts westwards.
            west = "-" if sign == "+" else ""
            return _ruled(shown, f"<{sign}{hours:02d}{minutes:02d}>{west}{hours}:{minutes:02d}")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadZoneError(name, _suggestion(name)) from error


def _environment(wanted: str) -> ZoneInfo:
    """`TZ` may also be empty (UTC), a file, or a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`."""
    if not wanted:
        return _ruled("UTC", "UTC0")
    if wanted.startswith("/"):
        found = _from_file(Path(wanted))
        if found:
            return found
        raise BadZoneError(wanted, "TZ names a file that holds no time zone")
    try:
        return ZoneInfo(wanted)
    except (KeyError, ValueError, OSError) as error:
        # The sign of such a rule is the other way round: `UTC-3` is three hours ahead.
        if _POSIX.fullmatch(wanted):
            try:
                return _ruled(wanted, wanted)
            except ValueError:
                pass
        raise BadZoneError(wanted, f"TZ is set to it; {_suggestion(wanted)}") from error


def _machine() -> ZoneInfo:
    return _from_file(_LOCALTIME) or _ruled("UTC", "UTC0")


def _from_file(path: Path) -> ZoneInfo | None:
    """The zone that a file (or the link it is) stands for, by its name where the name can be told."""
    try:
        linked = re.search(r"/zoneinfo[^/]*/(?:posix/|right/)?(.+)$", os.path.realpath(path))
        if linked:
            try:
                return _named(linked[1].removeprefix("Etc/UTC") or "UTC")
            except BadZoneError:
                pass
        with path.open("rb") as file:
            return ZoneInfo.from_file(file, key="local")
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=64)
def _ruled(name: str, rule: str) -> ZoneInfo:
    """A zone from a POSIX rule, as a time zone file with nothing but that rule.

    Raises:
        ValueError: the rule is none.
    """
    header = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4)
    block = header + struct.pack(">lbB4s", 0, 0, 0, b"UTC\0")
    return ZoneInfo.from_file(BytesIO(block + block + b"\n" + rule.encode("ascii") + b"\n"), key=name)


def _suggestion(name: str) -> str:
    import difflib
    import zoneinfo

    known = zoneinfo.available_timezones()
    folded = {each.lower(): each for each in known}
    cities = {each.lower().rpartition("/")[2]: each for each in sorted(known)}
    wanted = name.lower().replace(" ", "_")
    close = folded.get(wanted) or cities.get(wanted.rpartition("/")[2])
    if close is None:
        near = difflib.get_close_matches(wanted, [*folded, *cities], 1, 0.75)
        close = (folded.get(near[0]) or cities.get(near[0])) if near else None
    return f"did you mean {close}?" if close else "write a name such as Europe/Berlin, or UTC"


def local(instant: int, tz: ZoneInfo) -> datetime:
    """The local date and time at an instant (epoch milliseconds), which is kept within the calendar."""
    return (EPOCH + timedelta(milliseconds=min(max(instant, EARLIEST), LATEST))).astimezone(tz)


def epoch_ms(moment: datetime) -> int:
    """Epoch milliseconds of a moment that knows its zone."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def offset(instant: int, tz: ZoneInfo) -> int:
    """Seconds that local time is ahead of UTC at an instant (epoch milliseconds)."""
    ahead = local(instant, tz).utcoffset()
    assert ahead is not None
    return ahead // timedelta(seconds=1)


def offsets(span: Span, tz: ZoneInfo) -> list[tuple[int, int, int]]:
    """The pieces of a span in which the offset stays the same: (from ms, until ms, offset in seconds).

    The pieces tile the span, oldest first, and neighbours differ; an empty span has none.

    Raises:
        ValueError: the span is open-ended.
    """
    if span.since is None or span.until is None:
        raise ValueError("only a span with both ends has pieces")
    since, until = span.since, span.until
    if since >= until:
        return []
    years = range(local(since, _ruled("UTC", "UTC0")).year, local(until, _ruled("UTC", "UTC0")).year + 1)
    changes = [each for year in years for each in _changes(tz, year) if since < each[0] < until]
    starts = [(since, offset(since, tz)), *changes]
    ends = [at for at, _ in changes] + [until]
    return [(start, end, ahead) for (start, ahead), end in zip(starts, ends, strict=True)]


@lru_cache(maxsize=1024)
def _changes(tz: ZoneInfo, year: int) -> tuple[tuple[int, int], ...]:
    """The instants of a UTC year at which the offset changes, each with the offset from then on."""
    start = min(max(epoch_ms(datetime(year, 1, 1, tzinfo=UTC)), EARLIEST), LATEST)
    end = min(epoch_ms(datetime(year + 1, 1, 1, tzinfo=UTC)), LATEST) if year < 9999 else LATEST
    found: list[tuple[int, int]] = []
    # The millisecond before belongs to the year before: a change at the very start is this year's.
    at, ahead = start - 1, offset(start - 1, tz)
    while at < end - 1:
        # No zone has changed its offset twice within a week since 1970, so a day's stride sees every change.
        then = min(at + DAY_MS, end - 1)
        later = offset(then, tz)
        if later != ahead:
            found.append((change_between(at, then, tz), later))
        at, ahead = then, later
    return tuple(found)


def change_between(before: int, after: int, tz: ZoneInfo) -> int:
    """The first instant whose offset is no longer that of `before`; it is known to differ by `after` (ms)."""
    old = offset(before, tz)
    while after - before > 1:
        middle = (before + after) // 2
        if offset(middle, tz) == old:
            before = middle
        else:
            after = middle
    return after
