"""Made-up spend that hangs together: the same for the same hours, and sums that agree."""

from __future__ import annotations

import random
from datetime import datetime
from functools import cache

from tally_tui.model import NANO, Tokens
from tally_tui.reports.answers import Figures
from tally_tui.rules.zones import zone

NOW = "2026-11-19T14:37:00+01:00"
NOW_MS = round(datetime.fromisoformat(NOW).timestamp() * 1000)
ZONE = zone("Europe/Vienna")
HOUR, DAY = 3_600_000, 86_400_000
FIRST = NOW_MS - 400 * DAY

MODELS = {
    "claude-opus-4-8": 0.46,
    "claude-sonnet-5": 0.24,
    "gpt-5.5": 0.17,
    "claude-haiku-4-5": 0.05,
    "gpt-5-codex-mini": 0.05,
    "local-llama": 0.0,
}
PROJECTS = ("tally-tui", "atlas", "billing-api", "kitchen-display", "notes", "deploy", "dotfiles")
TITLES = (
    "Fix the parser's handling of torn lines",
    "Stacked chart in eighth blocks",
    "Migrate the invoices to the new schema",
    "Why is the build slow?",
    "Draft the release notes",
    "Worktree for the search rewrite",
    "Rotate the deploy keys",
    "Flaky test in the watcher",
    "Port the sync loop to threads",
    "Read the limits of the weekly window",
)
BRANCHES = ("main", "fix/torn-lines", "feature/heat-map", None, "release-2")


def figures(cost: float, calls: int, sessions: int = 1, unpriced: int = 0) -> Figures:
    """Sums that hang together: tokens follow from the cost in dollars."""
    read = int(cost * 900_000) + unpriced * 20_000
    tokens = Tokens(
        int(read * 0.03), int(read * 0.04), int(read * 0.01), read, int(read * 0.02), int(read * 0.004)
    )
    return Figures(calls, sessions, tokens, round(cost * NANO), unpriced, unpriced * 21_000)


def added(some: list[Figures]) -> Figures:
    def tokens(name: str) -> int:
        return sum(getattr(each.tokens, name) for each in some)

    return Figures(
        sum(each.calls for each in some),
        sum(each.sessions for each in some),
        Tokens(
            *(tokens(name) for name in ("input", "write_5m", "write_1h", "cache_read", "output", "reasoning"))
        ),
        sum(each.cost for each in some),
        sum(each.unpriced_calls for each in some),
        sum(each.unpriced_tokens for each in some),
    )


HOURS = (0, 0, 0, 0, 0, 0, 0, 1, 4, 7, 9, 8, 3, 6, 8, 9, 8, 6, 3, 2, 3, 2, 1, 0)
"""How busy each hour of a day is."""


@cache
def of_day(day: int, model: str) -> float:
    """Dollars (calls, of the model without a price) of a day counted from the epoch; none on quiet days."""
    dice = random.Random(f"{day} {model}")
    weekend = day % 7 in (2, 3)
    if day * DAY < FIRST or (weekend and random.Random(f"{day}").random() < 0.7) or dice.random() < 0.15:
        return 0.0
    if model == "local-llama":
        return float(dice.randrange(9))
    return 38.4 * MODELS[model] * (0.4 + dice.random() * 1.3) * (0.4 if weekend else 1)


def spend(start: int, end: int, model: str) -> Figures:
    """What a model cost in a stretch of whole hours or days; nothing in the future."""
    total = 0.0
    end = min(end, NOW_MS)
    for day in range((start + HOUR) // DAY, (end + HOUR - 1) // DAY + 1):
        # Midnight in Vienna's winter is an hour before midnight UTC.
        share = sum(
            weight
            * max(0, min(end, day * DAY + hour * HOUR) - max(start, day * DAY + (hour - 1) * HOUR))
            / HOUR
            for hour, weight in enumerate(HOURS)
        )
        total += of_day(day, model) * share / sum(HOURS)
    if total <= 0:
        return Figures()
    if model == "local-llama":
        return figures(0.0, round(total), 1, round(total)) if total >= 0.5 else Figures()
    return figures(total, max(1, int(total * 11)), max(1, int(total / 9)))
