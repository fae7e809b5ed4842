"""Everything a ledger says that could show in a report, to hold one ledger against another."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from tally_tui.ledger.open import open_reader
from tally_tui.ledger.verify import dangling, differences


def content(data: Path) -> list[tuple[Any, ...]]:
    """Everything that could show in a report, free of row numbers and of the order rows were made in."""
    with closing(sqlite3.connect(data / "ledger.db")) as db:
        calls = db.execute(
            """SELECT identity, replace(file.path, rtrim(file.path, replace(file.path, '/', '')), ''), offset,
                   session.name, root.name, model, folder.path, facet.branch, facet.version, status, reason,
                   inferred, facet.recorded, ts, call.lines, input, write_5m, write_1h, cache_read, output, reasoning,
                   searches, flags, cost, call.recorded, unobserved
               FROM call JOIN file ON file.id = call.file JOIN facet ON facet.id = call.facet
               JOIN session ON session.id = facet.session JOIN session AS root ON root.id = session.root
               LEFT JOIN folder ON folder.id = facet.folder ORDER BY 1, 2"""
        ).fetchall()
        readings = db.execute(
            """SELECT provider, limit_id, minutes, ts, percent, resets_at, plan, source, session,
                   replace(root, rtrim(root, replace(root, '/', '')), '') FROM reading ORDER BY 1, 2, 3, 4"""
        ).fetchall()
        skipped = db.execute("SELECT kind, name, sum(lines) FROM skipped GROUP BY 1, 2 ORDER BY 1, 2").fetchall()
    with closing(open_reader(data / "ledger.db")) as db:
        assert differences(db) == []
        assert dangling(db) == {}
    return [*calls, *readings, *skipped]


def differing(found: list[tuple[Any, ...]], wanted: list[tuple[Any, ...]]) -> str:
    """Only the rows that are not the same: the whole ledger in a message helps nobody."""
    lost, new = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    return "\n".join([*(f"lost {row}" for row in lost.elements()), *(f"new  {row}" for row in new.elements())])
