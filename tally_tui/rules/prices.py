"""What a call costs: model, tokens, moment and circumstances → nano-dollars, and in words which price.

A request larger than a tier's threshold is priced at that tier as a whole. Each call is rounded once,
half to even, to nano-dollars; sums add rounded calls, so that every grouping agrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from tally_tui.config import PriceOverride
from tally_tui.model import PriceStatus, Provider, Tokens
from tally_tui.rules import price_table
from tally_tui.rules.model_names import ModelName, normalise
from tally_tui.rules.other_models import Found
from tally_tui.rules.price_table import ALWAYS, FOREVER, Hours, Period, Row, Table, Tier

RULES_VERSION: Final = 2
"""Counted up when the same table would give other costs: the ledger then prices its calls again."""

VARIANTS: Final = frozenset({"fast", "priority", "flex", "batch"})
FAST_NAMES: Final = ("priority", "fast")
"""Codex's fast mode is OpenAI's priority tier: either name is the price of both."""
NOWHERE: Final = frozenset({"", "global", "not_available"})
"""What logs say of the region when none was asked for."""

_DAY_MS: Final = 86_400_000
_CACHE_LIMIT: Final = 20_000
"""Names come from the logs: a hostile one must not make the cache grow without end."""


class Price(Struct, frozen=True):
    """What one call costs."""

    cost: int | None
    """Nano-dollars; None when no price is known."""
    status: PriceStatus
    rate: str
    """The price used, for people: `claude-sonnet-4-5 · over 200k`."""


class Rates(Struct, frozen=True):
    """The price of one model under given circumstances, from `since` until `until` (epoch ms).

    Rates are pico-dollars per token and per web search. A prompt of more than `limit` tokens is
    priced at `longer` instead.
    """

    status: PriceStatus
    rate: str
    since: int
    until: int
    input: int
    write_5m: int
    write_1h: int
    cache_read: int
    output: int
    search: int
    limit: int
    longer: Rates | None
    hours: tuple[tuple[int, int, Rates], ...] = ()
    """(from, until, rates): parts of each day (UTC, milliseconds since midnight) that cost something else."""

    def at(self, instant: int) -> Rates:
        """The rates of an instant in this period, holding until the time of day changes them."""
        if not self.hours:
            return self
        day = instant - instant % _DAY_MS
        edges = [day, day + _DAY_MS, *(day + edge for since, until, _ in self.hours for edge in (since, until))]
        inside = next((rates for since, until, rates in self.hours if since <= instant - day < until), self)
        since = max(self.since, *(edge for edge in edges if edge <= instant))
        until = min(self.until, *(edge for edge in edges if edge > instant))
        return replace(inside, since=since, until=until, hours=())

    def cost(
        self,
        input: int,  # noqa: A002  # the house's word for it
        write_5m: int,
        write_1h: int,
        cache_read: int,
        output: int,
        searches: int = 0,
    ) -> int:
        """Nano-dollars of one call; 0 when `status` is UNPRICED, which is then no price."""
        if self.longer is not None and input + write_5m + write_1h + cache_read > self.limit:
            return self.longer.cost(input, write_5m, write_1h, cache_read, output, searches)
        pico = (
            input * self.input
            + write_5m * self.write_5m
            + write_1h * self.write_1h
            + cache_read * self.cache_read
            + output * self.output
            + searches * self.search
        )
        nano, rest = divmod(pico, 1000)
        if rest >= 500 and (rest > 500 or nano & 1):
            return nano + 1
        return nano

    def for_prompt(self, prompt: int) -> Rates:
        """The tier that a prompt of so many tokens is priced at."""
        rates = self
        while rates.longer is not None and prompt > rates.limit:
            rates = rates.longer
        return rates


UNPRICED: Final = Rates(
    PriceStatus.UNPRICED, "no price is known", ALWAYS, FOREVER, 0, 0, 0, 0, 0, 0, FOREVER, None
)


class PriceBook:
    """All prices in force: a table, and a person's own prices before it."""

    def __init__(self, overrides: Sequence[PriceOverride] = (), table: Table | None = None) -> None:
        self.table = table or price_table.shipped()
        self.overrides = tuple(overrides)
        self._chains: dict[tuple[Provider, str, str | None, str | None, str | None], tuple[Rates, ...]] = {}

    @property
    def as_of(self) -> str:
        """The day the table's prices were last checked, `2026-10-26`."""
        return self.table.as_of.isoformat()

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when any call could cost something else."""
        own = repr((RULES_VERSION, self.overrides)).encode()
        return blake2b(self.table.digest + own, digest_size=8).hexdigest()

    def find(self, provider: Provider, model: str) -> Row | None:
        """The table's row of a logged model id: the provider's own models first.

        A gateway can put another provider's model behind an agent; its id is then that model's.
        """
        found = self._find(provider, model)
        return found.row if found else None

    def _find(self, provider: Provider, model: str) -> Found[Row] | None:
        for own in (True, False):
            for spelling in normalise(model).spellings:
                for row in self.table.rows:
                    if (row.provider is provider) is own and row.matches(spelling):
                        return Found(row, "")
        return self.table.others.find(model)

    def vector(
        self,
        provider: Provider,
        model: str,
        at_ms: int,
        speed: str | None = None,
        tier: str | None = None,
        region: str | None = None,
    ) -> Rates:
        """The rates of a call made at an instant: cached, so that pricing a call costs about a microsecond.

        `speed`, `tier` and `region` are what the log says (`fast`; `standard`, `priority`, `batch` …;
        `inference_geo`). A model without a price gives UNPRICED.
        """
        key = (provider, model, speed, tier, region)
        chain = self._chains.get(key)
        if chain is None:
            if len(self._chains) >= _CACHE_LIMIT:
                self._chains.clear()
            chain = self._chains[key] = self._chain(provider, model, speed, tier, region)
        for rates in chain:
            if at_ms >= rates.since:
                return rates.at(at_ms)
        return chain[-1].at(at_ms)

    def price(
        self,
        provider: Provider,
        model: str,
        tokens: Tokens,
        *,
        at: int,
        speed: str | None = None,
        tier: str | None = None,
        region: str | None = None,
        searches: int = 0,
    ) -> Price:
        """What one call costs, and which price that is. `at` is in epoch milliseconds."""
        rates = self.vector(provider, model, at, speed, tier, region).for_prompt(tokens.prompt)
        if rates.status is PriceStatus.UNPRICED:
            return Price(None, rates.status, rates.rate)
        cost = rates.cost(
            tokens.input, tokens.write_5m, tokens.write_1h, tokens.cache_read, tokens.output, searches
        )
        return Price(cost, rates.status, rates.rate)

    def _chain(
        self, provider: Provider, model: str, speed: str | None, tier: str | None, region: str | None
    ) -> tuple[Rates, ...]:
        """The rates of every period, newest first; the last one holds for all that is older."""
        name = normalise(model)
        found = self._find(provider, model)
        row, stands_in = found or (None, "")
        asked = _variant(name, speed, tier)
        known = row.of_variant(asked) if row else ()
        if not known and row and asked in FAST_NAMES and (provider is Provider.CODEX or asked == "fast"):
            # One tier of OpenAI's under two names, also where another agent calls its models.
            known = next((periods for each in FAST_NAMES if (periods := row.of_variant(each))), ())
        missing = f"no {asked} price is known: standard" if asked and not known else ""
        periods = known or (row.of_variant("") if row else ())
        label = row.id if row else name.bare
        own = self._own(provider, model, row) if not asked or missing else []
        chain = [_Dated(period, label) for period in periods if not own or period.since < own[0].period.since]
        chain += own
        if not chain:
            return (UNPRICED,)
        plain = row.of_variant("") if row and known and asked else ()
        place, factor, unsure = self._region(row, name, region)
        rates: list[Rates] = []
        until = FOREVER
        for dated in reversed(chain):
            words = [asked + _times(dated.period, plain)] if asked and not missing else []
            times = Fraction(1) if dated.whole_id else factor
            words += [f"{place} ×{float(times):g}"] if times != 1 else []
            words += [f"since {_day(dated.period.since)}"] if dated.period.since != ALWAYS else []
            notes = [note for note in (dated.period.estimated, missing, unsure, stands_in) if note]
            words += [f"estimated: {'; '.join(notes)}"] if notes else []
            rates.append(_rates(dated, words, times, until, bool(notes)))
            if dated.period.hours:
                hours = tuple(
                    (part.since, part.until, _rates(dated.of(part), words, times, until, bool(notes)))
                    for part in dated.period.hours
                )
                rates[-1] = replace(rates[-1], hours=hours)
            until = dated.period.since
        if until != ALWAYS and not periods:
            # A person's own price has a first day, and nothing is known of the time before.
            rates.append(replace(UNPRICED, until=until))
        return tuple(rates)

    def _own(self, provider: Provider, model: str, row: Row | None) -> list[_Dated]:
        """A person's own prices of this model, oldest first."""
        name = normalise(model)
        answers_to = {*name.spellings, row.id if row else name.bare}
        found = []
        for override in self.overrides:
            theirs = normalise(override.model)
            if override.model != model and (theirs.region or theirs.bare not in answers_to):
                continue
            search = row.of_variant("")[-1].search if row else self.table.search[provider]
            period = _own_period(override, provider, search)
            found.append(_Dated(period, f"{row.id if row else name.bare} · your price", bool(theirs.region)))
        return sorted(found, key=lambda dated: (dated.period.since, dated.whole_id))

    def _region(self, row: Row | None, name: ModelName, geo: str | None) -> tuple[str, Fraction, str]:
        """Where the call ran, what that multiplies its token prices by, and why if that is not known."""
        asked = [("profile", name.region), ("geo", (geo or "").lower())]
        by, place = next((each for each in asked if each[1] not in NOWHERE), ("", ""))
        rules = [each for each in self.table.multipliers if row and each.provider is row.provider]
        if not place or row is None or row.provider is None or (by == "geo" and not rules):
            return "", Fraction(1), ""
        for rule in rules:
            if rule.by == by and place in rule.regions:
                return place, Fraction(1) if row.id in rule.excepted else rule.factor, ""
        return place, Fraction(1), f"the price in region {place} is not known"


class _Dated(Struct, frozen=True):
    """A period of a chain, and whose it is."""

    period: Period
    label: str
    whole_id: bool = False
    """The price was given for the id with its region: nothing is to be added for that."""

    def of(self, part: Hours) -> _Dated:
        """The same for a part of the day."""
        label = f"{self.label} · {_clock(part.since)}–{_clock(part.until)} UTC"
        return replace(self, period=self.period._replace(tiers=part.tiers, hours=()), label=label)


def _variant(name: ModelName, speed: str | None, tier: str | None) -> str:
    if name.fast or speed == "fast":
        return "fast"
    return tier if tier in VARIANTS else ""


def _own_period(override: PriceOverride, provider: Provider, search: int) -> Period:
    """A person's own price as a period; what it leaves out follows from its input price."""
    claude = provider is Provider.CLAUDE
    start = ALWAYS if override.since is None else price_table.midnight(override.since)
    pico = override.input * 1000

    def given(nano: int | None, otherwise: Fraction) -> int:
        return round(pico * otherwise) if nano is None else nano * 1000

    write_5m = given(override.cache_write_5m, Fraction(5, 4) if claude else Fraction(1))
    write_1h = given(override.cache_write_1h, Fraction(2) if claude else Fraction(1))
    read = given(override.cache_read, Fraction(1, 10))
    tier = Tier(0, pico, write_5m, write_1h, read, override.output * 1000)
    return Period("", start, (tier,), search)


def _rates(dated: _Dated, words: list[str], factor: Fraction, until: int, unsure: bool) -> Rates:
    period = dated.period
    longer: Rates | None = None
    limit = FOREVER
    for tier in reversed(period.tiers):
        said = [dated.label, *([f"over {tier.above // 1000}k"] if tier.above else []), *words]
        longer = Rates(
            status=PriceStatus.ESTIMATED if unsure else PriceStatus.PRICED,
            rate=" · ".join(said),
            since=period.since,
            until=until,
            input=round(tier.input * factor),
            write_5m=round(tier.write_5m * factor),
            write_1h=round(tier.write_1h * factor),
            cache_read=round(tier.cache_read * factor),
            output=round(tier.output * factor),
            search=period.search,
            limit=limit,
            longer=longer,
        )
        limit = tier.above
    assert longer is not None
    return longer


def _times(period: Period, plain: Sequence[Period]) -> str:
    """` ×2` where a variant is the same multiple of the standard price for input and output."""
    standard = next((each for each in reversed(plain) if each.since <= period.since), None)
    if standard is None or not standard.tiers[0].input or not standard.tiers[0].output:
        return ""
    ratio = Fraction(period.tiers[0].input, standard.tiers[0].input)
    if ratio != Fraction(period.tiers[0].output, standard.tiers[0].output):
        return ""
    return f" ×{float(ratio):g}"


def _clock(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}"


def _day(instant: int) -> str:
    return f"{datetime.fromtimestamp(instant / 1000, UTC):%Y-%m-%d}"


def with_assumed_tier(rates: Rates) -> Rates:
    """The same rates where the service tier is the one in the agent's settings: no log states it."""
    note = "; " if "estimated: " in rates.rate else " · estimated: "
    return replace(
        rates,
        status=PriceStatus.UNPRICED if rates.status is PriceStatus.UNPRICED else PriceStatus.ESTIMATED,
        rate=f"{rates.rate}{note}the tier is that of the agent's settings",
        longer=with_assumed_tier(rates.longer) if rates.longer is not None else None,
    )


@lru_cache(maxsize=1)
def shipped_book() -> PriceBook:
    """The table that comes with this program, without anyone's own prices."""
    return PriceBook()


def price(
    provider: Provider,
    model: str,
    tokens: Tokens,
    *,
    at: int,
    speed: str | None = None,
    tier: str | None = None,
    region: str | None = None,
    searches: int = 0,
) -> Price:
    """What one call costs at the shipped prices; `PriceBook.price` takes a person's own into account."""
    return shipped_book().price(
        provider, model, tokens, at=at, speed=speed, tier=tier, region=region, searches=searches
    )
