"""From readings to windows: which ones are believed, where a window ends early, what was handed back inside it.

Several sessions report one limit, each its own last known figure; an idle one repeats a stale one. Inside
a window the highest reading therefore holds. A lower one counts only when the session that says it was
higher itself before, or when it is news and every session heard within five minutes is lower. Then:

    seven days   a fall of 25 points or more is a credit at once; a smaller one to 1 % or less (of 3 points at
                 least) is doubted until the next reading is at most half of what was; others are not believed
    five hours   a fall of 5 points or more is a credit

A reset told anew while the old one is still ahead begins a new window if the percentage fell; without a
fall the provider only moved the reset. Told an earlier reset again after that, the window goes on that it is of,
and what came in between was none: if the session that told the later reset tells it, or if its percentage rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from tally_tui.rules.windows import (
    FRESH_MS,
    HOUR_MS,
    LONG,
    MINUTE_MS,
    Cause,
    Drop,
    LimitKey,
    ManualCredit,
    Reading,
    Sample,
    Window,
    same_reset,
    steady_reset,
)

LARGE_DROP = 25.0
SHORT_DROP = 5.0
LEAST_DROP = 3.0
NOTHING = 1.0
_REPLICA = 1.0
_REMEMBERED = 50
"""So many readings of a reset that was given up are kept, to see whether its percentage rises."""


def windows(
    key: LimitKey, readings: Iterable[Reading], granted: Iterable[ManualCredit] = ()
) -> tuple[Window, ...]:
    """The windows that the readings of one limit tell of, oldest first; they do not overlap.

    The order of the arguments does not matter. A reading whose reset is past when it is told says nothing.
    """
    return windows_and_void(key, readings, granted)[0]


def windows_and_void(
    key: LimitKey, readings: Iterable[Reading], granted: Iterable[ManualCredit] = ()
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """As `windows`, and those that turned out to be none: their resets were taken back."""
    merger = _Merger(key)
    waiting = sorted(granted, key=lambda credit: credit.at)
    ordered = sorted(readings, key=lambda each: each.order)
    for reading, lasts in zip(ordered, _lasting(ordered), strict=True):
        # Whoever grants one at the instant of a reading has seen that reading.
        while waiting and waiting[0].at < reading.ts:
            merger.credit(waiting.pop(0))
        merger.lasts = lasts
        merger.take(reading)
    for credit in waiting:
        merger.credit(credit)
    return merger.finished(), tuple(merger.void)


def _lasting(ordered: Sequence[Reading]) -> list[int]:
    """Until when the session of each reading is known to have said the same: of a run its first and last are kept."""
    following: dict[str, Reading] = {}
    lasting = []
    for reading in reversed(ordered):
        after = following.get(reading.session)
        same = after and (round(after.percent, 1), after.resets_at is None) == (
            round(reading.percent, 1), reading.resets_at is None,
        )  # fmt: skip
        if after and same and same_reset(after.resets_at or 0, reading.resets_at or 0):
            lasting.append(after.ts)
        else:
            lasting.append(reading.ts)
        following[reading.session] = reading
    return lasting[::-1]


def window_at(found: Sequence[Window], at: int) -> Window | None:
    """The window that holds an instant."""
    return next((window for window in reversed(found) if window.start <= at < window.end), None)


def percent_at(window: Window, at: int) -> float:
    """What held at an instant: the newest believed reading until then; 0 before the first."""
    return next((sample.percent for sample in reversed(window.samples) if sample.ts <= at), 0.0)


class _Open(Struct):
    start: int
    end: int
    known_by: int
    """The reset by which the window is known: the first one told, steadied."""
    told_reset: int
    guessed: bool
    samples: list[Sample] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    highest: dict[str, float] = field(default_factory=dict)
    """Session → the most it said in this segment."""
    last: dict[str, tuple[int, float]] = field(default_factory=dict)
    """Session → until when it said what it said last, in whichever segment."""
    doubted: Sample | None = None
    fell_at: int = 0
    held: int = 0
    tellers: set[str] = field(default_factory=set)
    """The sessions that told its present reset."""

    @property
    def percent(self) -> float:
        return self.samples[-1].percent

    def believe(self, ts: int, percent: float) -> None:
        sample = Sample(ts, percent, len(self.drops))
        run = self.samples[-2:]
        # Of a run of equal readings the first and the last are enough.
        if len(run) == 2 and all((each.percent, each.segment) == (percent, sample.segment) for each in run):
            self.samples[-1] = sample
        else:
            self.samples.append(sample)


def _teller(reading: Reading) -> str:
    return reading.session or reading.teller


class _Merger:
    def __init__(self, key: LimitKey) -> None:
        self.key = key
        self.length = key.minutes * MINUTE_MS
        self.long = key.minutes >= LONG
        self.closed: list[Window] = []
        self.open: _Open | None = None
        self.void: list[Window] = []
        """Windows that were none: a reset before theirs was told again."""
        self.cut: list[_Open] = []
        """Those of `closed` whose reset was still ahead when another was told, as they were then."""
        self.again: list[Reading] = []
        """Readings that tell a reset again that another took the place of."""
        self.lasts = 0
        """Until when the session of the reading at hand said the same."""

    def take(self, reading: Reading) -> None:
        current, reset = self.open, reading.resets_at
        if reset is not None and reset <= reading.ts:
            if current:
                current.held += 1
        elif current is None:
            self._begin(reading)
        elif reset is not None and same_reset(reset, current.told_reset):
            current.tellers.add(_teller(reading))
            self._inside(current, reading)
        elif reset is not None and same_reset(reset, current.known_by):
            if reset < current.end:
                self._moved_back(current, reading, reset)
            self._inside(current, reading)
        elif reset is not None and self._told_before(current, reset):
            self._told_again(current, reading, reset)
        elif reading.ts >= current.end:
            self._begin(reading)
        elif reset is None:
            self._inside(current, reading)
        elif current.guessed:
            self._moved(current, reading.ts, reset)
            self._inside(current, reading)
        elif reset > current.end or self._knows_better(current, reading):
            self._other_reset(current, reading, reset)
        else:
            current.held += 1

    def credit(self, credit: ManualCredit) -> None:
        current = self.open
        if current and current.start <= credit.at < current.end and credit.percent < current.percent:
            self._fall(current, credit.at, credit.at, credit.percent, "manual", None)

    def finished(self) -> tuple[Window, ...]:
        self._close()
        return tuple(self.closed)

    def _begin(self, reading: Reading, start: int | None = None) -> None:
        self._close(cut_at=start)
        if reading.resets_at is None:
            end, told = reading.ts + self.length, reading.ts + self.length
        else:
            end, told = steady_reset(self.key, reading.resets_at), reading.resets_at
        end = max(end, reading.ts + 1)
        if start is None:
            start = min(end - self.length, reading.ts)
        if self.closed:
            start = max(start, self.closed[-1].end)
        self.open = _Open(start, end, end, told, reading.resets_at is None)
        self.open.believe(reading.ts, reading.percent)
        self.open.tellers.add(_teller(reading))
        self._heard(self.open, reading)
        self.again.clear()

    def _close(self, cut_at: int | None = None) -> None:
        current = self.open
        if current is None:
            return
        self.cut = [*self.cut, current] if cut_at is not None else []
        self.closed.append(self._window(current, cut_at))
        self.open = None

    def _window(self, current: _Open, cut_at: int | None = None) -> Window:
        return Window(
            key=self.key,
            start=current.start,
            end=current.end if cut_at is None else cut_at,
            samples=tuple(current.samples),
            drops=tuple(current.drops),
            cut=cut_at is not None,
            reset_at=current.known_by,
            held=current.held,
        )

    # -- a reset that was taken back

    def _told_before(self, current: _Open, reset: int) -> bool:
        """Whether a reset that is still ahead was given up for the present one, or is of a window that was none."""
        given_up = any(same_reset(reset, each.told_reset) for each in self.cut)
        return given_up or any(same_reset(reset, each.reset_at) and each.end > current.start for each in self.void)

    def _told_again(self, current: _Open, reading: Reading, reset: int) -> None:
        if not self._holds(current, reading, reset):
            current.held += 1
            return
        before = [each for each in self.again if same_reset(each.resets_at or 0, reset)]
        place = next((index for index, each in enumerate(self.cut) if same_reset(reset, each.told_reset)), None)
        if place is None:
            # The later one again, which had been taken back: it is a window after all.
            self.void = [each for each in self.void if not same_reset(reset, each.reset_at)]
            self._other_reset(current, reading, reset)
            return
        restored = self._restore(place)
        restored.tellers = {_teller(reading)}
        self.again.clear()
        for each in [*before, reading]:
            self._inside(restored, each)

    def _moved_back(self, current: _Open, reading: Reading, reset: int) -> None:
        """The reset was moved without a new window, and now is where it was before; if that is news."""
        if self._holds(current, reading, reset):
            self._moved(current, reading.ts, reset)
            current.tellers = {_teller(reading)}
            self.again.clear()

    def _restore(self, place: int) -> _Open:
        """The window goes on whose reset was given up; those since then were none."""
        assert self.open is not None
        restored, since = self.cut[place], len(self.cut) - place
        self.void += [*self.closed[len(self.closed) - since + 1 :], self._window(self.open)]
        del self.closed[len(self.closed) - since :]
        self.cut = self.cut[:place]
        self.open = restored
        return restored

    def _holds(self, current: _Open, reading: Reading, reset: int) -> bool:
        """Whether a reset that is told again is news, not what an idle session remembers; kept where it is not yet."""
        if _teller(reading) in current.tellers:
            return True
        told = [each for each in self.again if same_reset(each.resets_at or 0, reset)]
        most = max(
            (each.percent for each in self.cut if same_reset(reset, each.told_reset)), default=current.percent
        )
        rising = any(
            reading.percent > each.percent and (_teller(each) == _teller(reading) or reading.percent > most)
            for each in told
        )
        if not rising:
            self.again = [*self.again[-_REMEMBERED:], reading]
        return rising

    def _heard(self, current: _Open, reading: Reading) -> None:
        current.last[reading.session] = (max(reading.ts, self.lasts), reading.percent)
        most = current.highest.get(reading.session, reading.percent)
        current.highest[reading.session] = max(most, reading.percent)

    def _inside(self, current: _Open, reading: Reading) -> None:
        # Without its jitter a reset may lie a little before the last readings that tell it.
        reading = replace(reading, ts=min(reading.ts, current.end - 1))
        counts = self._counts(current, reading)
        if self._replica(current, reading):
            current.held += 1
            return
        self._heard(current, reading)
        percent, high = reading.percent, current.percent
        if round(percent, 1) >= round(high, 1):
            current.doubted = None
            current.believe(reading.ts, max(percent, high))
        elif counts:
            self._lower(current, reading)
        else:
            current.held += 1

    def _lower(self, current: _Open, reading: Reading) -> None:
        percent, drop = reading.percent, current.percent - reading.percent
        doubted = current.doubted
        if drop >= (LARGE_DROP if self.long else SHORT_DROP):
            self._fall(current, reading.ts, self._effective(current, reading.ts), percent, "credit", reading)
        elif self.long and doubted:
            current.doubted = None
            if percent <= current.percent / 2:
                self._fall(current, doubted.ts, self._effective(current, doubted.ts), doubted.percent, "zero", reading)
                current.believe(reading.ts, max(percent, doubted.percent))
            else:
                current.held += 1
        elif self.long and percent <= NOTHING and drop >= LEAST_DROP:
            current.doubted = Sample(reading.ts, percent, len(current.drops))
        else:
            current.held += 1

    def _fall(
        self, current: _Open, ts: int, effective: int, percent: float, cause: Cause, reading: Reading | None
    ) -> None:
        current.drops.append(Drop(effective, current.percent, percent, cause))
        current.highest = {reading.session: percent} if reading else {}
        current.doubted, current.fell_at = None, ts
        current.believe(ts, percent)

    def _effective(self, current: _Open, ts: int) -> int:
        """When a fall seen at `ts` took effect: rounded down, yet not before what was believed until then."""
        unit = HOUR_MS if self.long else 10 * MINUTE_MS
        return min(max(ts // unit * unit, current.samples[-1].ts, current.start + 1), ts)

    def _counts(self, current: _Open, reading: Reading) -> bool:
        """Whether a lower reading is more than an idle session's repetition."""
        if round(current.highest.get(reading.session, -1.0), 1) > round(reading.percent, 1):
            return True
        before = current.last.get(reading.session)
        if before and round(before[1], 1) == round(reading.percent, 1):
            return False
        return all(
            round(percent, 1) < round(current.percent, 1)
            for session, (ts, percent) in current.last.items()
            if session != reading.session and reading.ts - ts <= FRESH_MS
        )

    def _replica(self, current: _Open, reading: Reading) -> bool:
        """Whether it repeats, after a fall, what was before it."""
        if not current.drops or reading.percent <= current.percent + LEAST_DROP:
            return False
        if reading.session not in current.highest and reading.session in current.last:
            return abs(current.last[reading.session][1] - reading.percent) <= _REPLICA
        before = current.drops[-1].before
        return reading.ts - current.fell_at <= FRESH_MS and abs(before - reading.percent) <= _REPLICA

    def _knows_better(self, current: _Open, reading: Reading) -> bool:
        """Whether an earlier reset is news: this session told the present one itself, and no other does now."""
        if reading.session not in current.last:
            return False
        return all(
            session == reading.session or reading.ts - ts > FRESH_MS for session, (ts, _) in current.last.items()
        )

    def _other_reset(self, current: _Open, reading: Reading, reset: int) -> None:
        drop = current.percent - reading.percent
        fell = drop >= LEAST_DROP or (drop > 0 and reading.percent <= current.percent / 2)
        if fell:
            self._begin(reading, self._effective(current, reading.ts))
            return
        self._moved(current, reading.ts, reset)
        current.tellers = {_teller(reading)}
        self._inside(current, reading)

    def _moved(self, current: _Open, ts: int, reset: int) -> None:
        end = steady_reset(self.key, reset)
        after = min(self.closed[-1].end, ts) if self.closed else end - self.length
        if current.percent < NOTHING and not current.drops:
            # A window that is not used yet floats: its reset is always its whole length ahead.
            current.start, current.known_by = min(max(end - self.length, after), ts), end
            held = [sample for sample in current.samples if sample.ts >= current.start]
            current.samples = held or [Sample(current.start, current.percent, 0)]
        elif current.guessed:
            current.start, current.known_by = min(max(end - self.length, after), current.samples[0].ts), end
        current.end, current.told_reset, current.guessed = max(end, ts + 1), reset, False
