"""Reading logs into a fresh ledger and summing it up, for tests of counting."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tally_tui.config import Settings
from tally_tui.ingest.sync import SyncResult, sync


@dataclass(frozen=True)
class Home:
    """A home folder with logs, and where the ledger goes."""

    claude: str
    codex: str
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CLAUDE_CONFIG_DIR": self.claude,
            "CODEX_HOME": self.codex,
            "TALLY_DATA_DIR": str(self.data),
            "TALLY_CONFIG_DIR": str(self.data / "config"),
        }

    def sync(self, **options: Any) -> SyncResult:
        with patch.dict(os.environ, self.environment):
            return sync(Settings(), **options)

    def sums(self) -> Sums:
        return Sums.of(self.data / "ledger.db")


@dataclass(frozen=True)
class Sums:
    """What a ledger says, by plain SQL over its calls (no rollups)."""

    calls: int
    tokens: int
    cost: str
    inclusive_input: int
    cached: int
    output: int
    unobserved: int
    duplicates: Mapping[str, int]
    models: tuple[str, ...]
    by_session: Mapping[str, tuple[int, int]]

    @classmethod
    def of(cls, path: Path) -> Sums:
        reasons = ("counted", "copy", "replay", "repeat", "record", "archive")
        with closing(sqlite3.connect(path)) as db:
            joined = "call JOIN facet ON facet.id = call.facet"
            row = db.execute(
                f"""SELECT count(*), coalesce(sum(input + write_5m + write_1h + cache_read + output), 0),
                    coalesce(sum(cost), 0), coalesce(sum(input + write_5m + write_1h + cache_read), 0),
                    coalesce(sum(cache_read), 0), coalesce(sum(output), 0), coalesce(sum(unobserved), 0)
                    FROM {joined} WHERE reason = 0"""
            ).fetchone()
            again = db.execute(f"SELECT reason, count(*) FROM {joined} WHERE reason > 0 GROUP BY 1")
            models = db.execute(f"SELECT model FROM {joined} WHERE reason = 0 ORDER BY ts, offset")
            sessions = db.execute(
                f"""SELECT root.name, count(*), sum(input + write_5m + write_1h + cache_read + output)
                    FROM {joined} JOIN session ON session.id = facet.session
                    JOIN session AS root ON root.id = session.root
                    WHERE reason = 0 GROUP BY 1"""
            )
            cost = Decimal(row[2]).scaleb(-9).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
            return cls(
                row[0], row[1], str(cost), *row[3:],
                {reasons[reason]: count for reason, count in again},
                tuple(model for (model,) in models),
                {name: (calls, tokens) for name, calls, tokens in sessions},
            )  # fmt: skip
