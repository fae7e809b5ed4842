"""A home for alerts: readings by hand, looks by fresh processes, a command that writes down what it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tally_tui.clock import iso, parse_instant
from tally_tui.ledger.alerts import Alert, alerts
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.ledger.readings import Taken, add

LOOK = "from tally_tui.record.alerting import check; check()"
DYING = """
import os, signal
import tally_tui.ledger.alerts as kept
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
kept.claim = die
from tally_tui.record.alerting import check
check()
die()
"""
"""A look that is killed when what is new stands in the ledger, and nobody has been told; at its end if nothing is."""
NOTED = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + chr(10))"


@dataclass
class AlertHome:
    """Folders of a test; `told` is what the command channel was run with, a line each."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TALLY_DATA_DIR": str(self.folder / "data"),
            "TALLY_CONFIG_DIR": str(self.folder / "config"),
            "CLAUDE_CONFIG_DIR": str(self.folder / "claude"),
            "CODEX_HOME": str(self.folder / "codex"),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }

    @property
    def ledger(self) -> Path:
        return self.folder / "data" / "ledger.db"

    def settings(self, alerts: str = "", rest: str = "") -> None:
        """Write the settings: of `[alerts]`, besides the command channel, and what stands around it."""
        words = [sys.executable, "-c", NOTED, str(self.folder / "told")]
        words += ["{axis}", "{provider}", "{threshold}", "{severity}"]
        path = self.folder / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        command = json.dumps(words)
        path.write_text(
            f'time_zone = "UTC"\n{rest}\n[alerts]\nnotification = "off"\ncommand = {command}\n{alerts}\n'
        )

    def read(
        self, at: str, percent: float, resets_at: str, minutes: int = 10_080, limit: str = "claude", root: str = ""
    ) -> None:
        """A reading of Claude's, as a status line hands it over."""
        with closing(open_writer(self.ledger)) as db:
            resets = parse_instant(resets_at)
            add(db, [Taken(1, limit, minutes, parse_instant(at), percent, resets, "record", "s1", root)])

    def look(self, at: str, program: str = LOOK) -> subprocess.CompletedProcess[str]:
        """A look by a process of its own."""
        return subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **self.environment, "TALLY_NOW": at},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
            start_new_session=True,
        )

    def race(self, at: str, *programs: str) -> None:
        """Processes that reach their first line, wait for each other there, and go on at the same moment."""
        several = [
            subprocess.Popen(
                [sys.executable, "-c", f"import sys; print('here', flush=True); sys.stdin.read()\n{program}"],
                env={**os.environ, **self.environment, "TALLY_NOW": at},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            for program in programs
        ]
        for each in several:
            assert each.stdout is not None and each.stdout.readline() == b"here\n"
        for each in several:
            assert each.stdin is not None
            each.stdin.close()
        assert [each.wait(180) for each in several] == [0] * len(several)
        for each in several:
            assert each.stdout is not None
            each.stdout.close()

    @property
    def told(self) -> list[str]:
        path = self.folder / "told"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def alerts(self) -> list[Alert]:
        """By id."""
        with closing(open_reader(self.ledger)) as db:
            return sorted(alerts(db), key=lambda each: each.id)


def later(at: str, minutes: float) -> str:
    return iso(parse_instant(at) + round(minutes * 60_000))
