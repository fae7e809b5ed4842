"""An independent, naive count of both agents' logs, all in memory, sharing no code with the program.

It exists to disagree: the program's totals must equal these on any logs. Slow and plain on purpose.

    python tests/naive_counter.py CLAUDE_DIR CODEX_DIR [TIME_ZONE]
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent))  # the other naive_ modules stand beside this one

from naive_claude import claude
from naive_codex import codex

KINDS = ("calls", "input", "write_5m", "write_1h", "cache_read", "output", "reasoning", "searches")


def count(claude_roots=(), codex_homes=(), tz="UTC"):
    """Everything there is to know: calls, and their sums by model, session, root session and local day."""
    skipped = Counter()
    calls, reasons, events = claude(claude_roots, skipped)
    more, others = codex(codex_homes, skipped)
    calls += more
    zone = ZoneInfo(tz)
    sums = {name: defaultdict(lambda: [0] * len(KINDS)) for name in ("model", "session", "root", "day")}
    for call in calls:
        day = (
            "unknown"
            if call["at"] is None
            else datetime.fromtimestamp(call["at"] / 1000, zone).date().isoformat()
        )
        for name, key in (
            ("model", call["model"]),
            ("session", call["session"]),
            ("root", call["root"]),
            ("day", day),
        ):
            row = sums[name][f"{call['provider']} {key}"]
            row[:] = [old + new for old, new in zip(row, call["tokens"], strict=True)]
    totals = [sum(column) for column in zip(*(call["tokens"] for call in calls), strict=True)] or [0] * len(
        KINDS
    )
    return {
        "calls": calls,
        "timezone": tz,
        "totals": dict(zip(KINDS, totals, strict=True)),
        "total_tokens": sum(totals[1:6]),
        "duplicates": {"claude": dict(reasons), "codex": dict(others)},
        "limit_events": events,
        "inferred": sum(call["inferred"] for call in calls),
        "unobserved": sum(call["unobserved"] for call in calls),
        "skipped": dict(skipped),
        **{
            f"by_{name}": {key: dict(zip(KINDS, row, strict=True)) for key, row in sorted(rows.items())}
            for name, rows in sums.items()
        },
    }


if __name__ == "__main__":
    answer = count(sys.argv[1].split(","), sys.argv[2].split(","), *sys.argv[3:4])
    del answer["calls"]
    json.dump(answer, sys.stdout, indent=1)
    print()
