"""What Codex windows come to in credits by the published rate card, and what is left of their allowance."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from msgspec import Struct

from tally_tui.ledger.ask import snapshot
from tally_tui.model import TIER_WORDS, Provider, Span
from tally_tui.reports.usage import usage
from tally_tui.reports.windows import home_of, newest_windows
from tally_tui.rules.credits import Capacity, Credits, Rate, added, capacity, credits_of
from tally_tui.rules.windows import Window


class CreditsRow(Struct, frozen=True):
    """One Codex window. Credits are integers of a billionth."""

    window: Window
    models: Mapping[str, Credits]
    """Model → what its calls of the window's newest segment come to, each at its own service tier."""
    total: Credits
    capacity: Capacity | None
    """The whole allowance and what is left; None where too little is used to tell, or a model has no rate."""


def window_credits(
    db: sqlite3.Connection,
    *,
    now_ms: int,
    tz: ZoneInfo,
    totals: Mapping[int, int] | None = None,
    overrides: Mapping[str, Rate] | None = None,
) -> tuple[CreditsRow, ...]:
    """The open windows of the Codex plan, by length.

    Args:
        db: the ledger.
        now_ms: the present instant.
        tz: the zone of the answer.
        totals: window minutes → the plan's whole allowance, where it is known: its capacity is then exact.
        overrides: rates of one's own by model.
    """
    rows = []
    with snapshot(db):
        for window, _ in newest_windows(db, now_ms):
            key = window.key
            if key.provider != "codex" or key.limit != "codex" or now_ms >= window.end:
                continue
            home = home_of(db, key.provider, key.root)
            of = [("provider", "codex"), *([] if home is None else [("home", home)])]
            parts: dict[str, list[Credits]] = {}
            for tier in _tiers(db):
                told = usage(
                    db, by=("model",), tz=tz, span=Span(window.segment_start, now_ms + 1), where=[*of, ("tier", tier)]
                )
                for row in told.rows:
                    parts.setdefault(row.label, []).append(credits_of(
                        row.key["model"] or "", row.figures.tokens, tier=tier, overrides=overrides
                    ))  # fmt: skip
            models = {model: added(several) for model, several in parts.items()}
            total = added(models.values())
            since = window.drops[-1].after if window.drops else 0.0
            used, whole = window.percent - since, (totals or {}).get(key.minutes)
            if whole is not None:
                left = capacity(total.nano, window.percent, whole)
            else:
                left = None if total.confidence == "unpriced" else capacity(total.nano, used)
            rows.append(CreditsRow(window, models, total, left))
    return tuple(rows)


def _tiers(db: sqlite3.Connection) -> list[str]:
    """The service tiers that any of Codex's calls was paid as."""
    found = db.execute("SELECT DISTINCT tier FROM facet WHERE provider = ? ORDER BY tier", (int(Provider.CODEX),))
    return [TIER_WORDS[tier] for (tier,) in found]
