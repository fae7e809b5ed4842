"""Service tiers that no log states: taken from the agent's settings when a call is first read, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tally_tui.ledger.rows import Row
from tally_tui.model import Flag

KEPT = Flag.TIER | Flag.TIER_ASSUMED


class HomeTier(NamedTuple):
    """The tier that an agent's settings name, and since when they say so."""

    flags: int
    """Bits of `Flag.TIER`."""
    since: int
    """When the settings were last changed, ms."""


class AssumedTiers:
    """Decides on the tier of each call that has none, once: what was decided stays, whatever the settings say later."""

    def __init__(self) -> None:
        self._kept: dict[int, int] = {}

    def remember(self, rows: Iterable[Row]) -> None:
        """These rows are about to be read anew."""
        for row in rows:
            if row.flags & Flag.TIER_ASSUMED:
                self._kept[row.identity] = row.flags & KEPT

    def decide(self, home: HomeTier | None, sightings: Sequence[Any], known: Mapping[int, Sequence[Row]]) -> None:
        """Give the sightings (`logs.records.Sighting`) of one file whose tier is to be assumed the one they keep."""
        for seen in sightings:
            if not seen.flags & Flag.TIER_ASSUMED:
                continue
            kept = self._kept.get(seen.identity)
            for row in known.get(seen.identity, ()):
                if row.flags & Flag.TIER_ASSUMED:
                    kept = row.flags & KEPT if kept is None else max(kept, row.flags & KEPT)
            if kept is None and home is not None and seen.ts > home.since:
                kept = home.flags
            seen.flags |= kept or 0

    def forget(self) -> None:
        """What was read anew is in the ledger again."""
        self._kept.clear()
