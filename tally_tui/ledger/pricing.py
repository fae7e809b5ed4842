"""What a call's row costs, by the price book in force, and pricing all rows again when it changes."""

from __future__ import annotations

from msgspec.structs import replace

from tally_tui.ledger.rows import Row
from tally_tui.model import Flag, PriceStatus, Provider, tier_of
from tally_tui.rules.prices import PriceBook, Rates, with_assumed_tier

_SPEEDS = {Flag.SPEED_STANDARD: "standard", Flag.SPEED_FAST: "fast"}
_TIERS = {Flag.TIER_BATCH: "batch", Flag.TIER_FLEX: "flex", Flag.TIER_PRIORITY: "priority"}
_KEPT = 20_000


class Pricing:
    """A price book behind a cache: most calls are priced like the one before."""

    def __init__(self, book: PriceBook) -> None:
        self.book = book
        self._rates: dict[tuple[int, str, int], Rates] = {}

    def rates(self, provider: int, model: str, flags: int, ts: int) -> Rates:
        """The rates of a call with these price flags at an instant (ms)."""
        flags &= Flag.PRICE
        key = (provider, model, flags)
        rates = self._rates.get(key)
        if rates is None or not rates.since <= ts < rates.until:
            if len(self._rates) > _KEPT:
                self._rates.clear()
            speed, tier = _SPEEDS.get(flags & Flag.SPEED), _TIERS.get(flags & Flag.TIER)
            region = "us" if flags & Flag.REGION_US else None
            rates = self.book.vector(Provider(provider), model, ts, speed, tier, region)
            if flags & Flag.TIER_ASSUMED and tier:
                rates = with_assumed_tier(rates)
            self._rates[key] = rates
        return rates

    def cost(
        self, provider: int, model: str, flags: int, ts: int,
        given: int, write_5m: int, write_1h: int, cache_read: int, output: int, searches: int,
    ) -> tuple[int, int]:  # fmt: skip
        """(price status, nano-dollars) of a call; 0 when unpriced."""
        rates = self.rates(provider, model, flags, ts)
        if rates.status is PriceStatus.UNPRICED:
            return int(PriceStatus.UNPRICED), 0
        return int(rates.status), rates.cost(given, write_5m, write_1h, cache_read, output, searches)

    def priced(self, row: Row) -> Row:
        """The row at its price; a duplicate costs nothing."""
        facet = row.facet
        status, cost = self.cost(
            facet.provider, facet.model, row.flags, row.ts,
            row.input, row.write_5m, row.write_1h, row.cache_read, row.output, row.searches,
        )  # fmt: skip
        if facet.reason:
            cost = 0
        tier = tier_of(row.flags)
        if cost == row.cost and status == facet.status and tier == facet.tier:
            return row
        return replace(row, cost=cost, facet=facet._replace(status=status, tier=tier))
