"""A home in which every rule has spoken, in every severity: for tests, and to look at.

`python tests/alert_story.py FOLDER` fills a folder and prints the environment to open it with.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from unittest import mock

from tally_tui.clock import iso, parse_instant
from tally_tui.ledger import alerts as kept
from tally_tui.ledger.alerts import Alert
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.ledger.readings import Taken, add
from tally_tui.model import NANO
from tally_tui.rules.alerts import Firing, Latch

NOW = "2026-03-05T12:00:00Z"
HOUR = 3_600_000
DAY = 24 * HOUR
SETTINGS = """# what I watch
time_zone = "UTC"

[alerts]
notification = "osc9"
command = ["false"]  # always fails

[alerts.weekly]
thresholds = [50, 80, 95]  # early

[alerts.burn_rate]
thresholds = [1.2]

[alerts.quota]
thresholds = [20, 40]

[alerts.costly_call]
thresholds = [0.4, 1]

[alerts.costly_session]
thresholds = [2, 20]

[[budgets]]
name = "month"
amount = 30
unit = "usd"
period = "calendar-month"
thresholds = [50, 100]
projected = true

[[budgets]]
name = "orbit only"
amount = 5
unit = "usd"
project = "*o*"
period = "calendar-week"
thresholds = [80, 100]
"""


def story(folder: Path) -> dict[str, str]:
    """Fill a folder with made-up logs, readings and the looks that went on meanwhile; its environment."""
    from tally_tui.demo.month import write_demo

    environment = {
        "TALLY_DATA_DIR": str(folder / "data"),
        "TALLY_CONFIG_DIR": str(folder / "config"),
        "CLAUDE_CONFIG_DIR": str(folder / "logs" / "claude"),
        "CODEX_HOME": str(folder / "logs" / "codex"),
        "TALLY_NOW": NOW,
    }
    now = parse_instant(NOW)
    write_demo(folder / "logs", now)
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "config.toml").write_text(SETTINGS)
    with mock.patch.dict(os.environ, environment):
        subprocess.run([sys.executable, "-m", "tally_tui", "sync"], check=True, stdout=subprocess.DEVNULL)
        _read_and_look(now)
    return environment


def _read_and_look(now: int) -> None:
    from tally_tui import config, paths
    from tally_tui.record import alerting

    settings = config.load()
    week, five = now + 2 * DAY, now + 2 * HOUR
    alerting.check(now - 4 * DAY, settings=settings, ring=lambda notices: None)
    readings = [(now - 4 * DAY + step * 4 * HOUR, 20 + step * 3.3, week, 10_080) for step in range(24)]
    readings += [(now - 150 * 60_000 + step * 10 * 60_000, 10 + step * 6.2, five, 300) for step in range(15)]
    for at, percent, resets, minutes in sorted(readings):
        with closing(open_writer(paths.ledger_path())) as db:
            add(db, [Taken(1, "claude", minutes, at, min(100.0, percent), resets, "statusline", _session(db, at))])
        alerting.check(at, settings=settings, ring=lambda notices: None)
    alerting.check(now, settings=settings, ring=lambda notices: None)
    with closing(open_writer(paths.ledger_path(), full=True)) as db:
        # What no made-up log brings about.
        kept.latch(db, _rest(db, now), [], now_ms=now)
        kept.latch(db, _rest(db, now)[:1], [], now_ms=now)
        db.execute("UPDATE alert SET told = 1, rung = 1 WHERE latched_at >= ?", (now - HOUR,))
        kept.note_told(db, [each.id for each in kept.alerts(db) if each.told is kept.Told.TOLD], ["app", "terminal"])


def _session(db: object, at: int) -> str:
    row = db.execute(  # type: ignore[attr-defined]
        "SELECT s.name FROM call c JOIN facet f ON f.id = c.facet JOIN session s ON s.id = f.session "
        "WHERE f.provider = 1 AND s.parent IS NULL AND c.ts <= ? ORDER BY c.ts DESC LIMIT 1",
        (at,),
    ).fetchone()
    return str(row[0]) if row else ""


def _rest(db: object, now: int) -> list[Firing]:
    return [
        Firing(
            "limit_hit", Latch("limit_hit", "claude", now + 2 * HOUR, 0, 100), "critical", "claude", now - HOUR,
            "window", None, {"text": "You've hit your limit · resets 2pm", "resets_at": now + 2 * HOUR,
                             "session": _session(db, now - HOUR)},
        ),
        Firing(
            "price_missing", Latch("price_missing", "local-llama", 0, 0, 1), "info", "codex", now - 2 * HOUR, "model",
            None, {"model": "local-llama", "calls": 14, "tokens": 81_000},
        ),
        Firing(
            "retention", Latch("retention", "claude", now + 3 * DAY, 0, 3), "warn", "claude", now - 3 * HOUR,
            "calendar-week", None, {"files": 12, "deleted_from": now + 9 * HOUR},
        ),
        Firing(
            "burn_rate", Latch("burn_rate", "claude", now + 12 * HOUR, 0, 3), "warn", "claude", now - 4 * HOUR, "day",
            None, {"rate_nano": 12 * NANO, "usual_nano": 3 * NANO, "times": 4.0},
        ),
    ]  # fmt: skip


def alerts_of(environment: dict[str, str]) -> tuple[Alert, ...]:
    """What fired, newest first."""
    with closing(open_reader(Path(environment["TALLY_DATA_DIR"]) / "ledger.db")) as db:
        return kept.alerts(db)


if __name__ == "__main__":
    made = story(Path(sys.argv[1]))
    print(" ".join(f"{name}={shlex.quote(value)}" for name, value in made.items()))
    for each in alerts_of(made):
        print(iso(each.fired_at)[:16], each.severity, each.axis, each.threshold, each.told.name, json.dumps(each.numbers))
