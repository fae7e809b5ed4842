"""What is measured on: synthetic logs of a given size and a large ledger, made once and kept in a folder."""

from __future__ import annotations

import os
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.bench.measuring import PYTHON, run

CALLS = 1_000_000
DAYS = 200
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of both agents' logs."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What makes the program read these logs, and nothing of the person's own."""
        return {
            "CLAUDE_CONFIG_DIR": str(self.folder / "claude"),
            "CODEX_HOME": str(self.folder / "codex"),
            "TALLY_CONFIG_DIR": str(self.folder / "config"),
            "TZ": "UTC",
        }

    @property
    def files(self) -> list[Path]:
        return sorted(path for kind in ("claude", "codex") for path in (self.folder / kind).rglob("*.jsonl*"))

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.files)

    def warm(self) -> None:
        """Bring all of it into the system's page cache."""
        for path in self.files:
            with path.open("rb", buffering=0) as file:
                while file.read(1 << 20):
                    pass


def corpus(keep: Path, megabytes: int) -> Corpus:
    """Logs of about that size, written by the program's own generator."""
    folder = keep / f"logs-{megabytes}"
    if not (folder / "truth.json").exists():
        print(f"writing {megabytes} MB of logs …", file=sys.stderr)
        run([PYTHON, "-m", "tally_tui.demo", str(folder), "--mb", str(megabytes)])
    return Corpus(folder)


def many_files(keep: Path, count: int) -> Corpus:
    """That many small logs: the beginnings of those of the largest corpus."""
    folder = keep / f"logs-{count}-files"
    whole = corpus(keep, 4000)
    if not folder.exists():
        for path in whole.files[:count]:
            short = folder / path.relative_to(whole.folder)
            short.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as lines:
                short.write_bytes(b"".join(line for line, _ in zip(lines, range(4), strict=False)))
    return Corpus(folder)


def no_logs(keep: Path) -> Corpus:
    """A machine whose logs are all gone."""
    folder = keep / "logs-none"
    (folder / "claude" / "projects").mkdir(parents=True, exist_ok=True)
    (folder / "codex" / "sessions").mkdir(parents=True, exist_ok=True)
    return Corpus(folder)


def large_ledger(keep: Path) -> Path:
    """A data folder with a ledger of a million calls over 200 days, written by the program's own writer."""
    folder = keep / f"ledger-{CALLS}"
    if (folder / "done").exists():
        return folder
    print(f"writing a ledger of {CALLS:,} calls …", file=sys.stderr)
    for left in folder.glob("ledger.db*"):
        left.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**no_logs(keep).environment, "TALLY_DATA_DIR": str(folder)}
    with patch.dict(os.environ, environment):
        _fill()
    (folder / "done").touch()
    return folder


def _fill() -> None:
    from tally_tui.config import Settings
    from tally_tui.ingest.sync import Ingestor
    from tally_tui.ledger import files
    from tally_tui.ledger.write import Told
    from tally_tui.model import Provider

    dice = random.Random(20)
    now = time.time_ns() // 1_000_000
    with Ingestor(Settings()) as ingestor:
        db, writer = ingestor.db, ingestor.writer()
        ingestor.run()  # notes the prices in force
        left, session = CALLS, 0
        while left > 0:
            db.execute("BEGIN IMMEDIATE")
            told = []
            for _ in range(40):
                session += 1
                provider = Provider.CODEX if dice.random() < 0.15 else Provider.CLAUDE
                file = files.add_file(db, provider, f"/logs/{session}.jsonl")
                # Most calls are of the last weeks, as logs are; none is of the last minutes.
                ago = int(DAYS * _DAY_MS * dice.random() ** 1.5) + 5_500_000
                count = min(left, dice.randrange(60, 440))
                calls = [_sighting(dice, provider, session, number, now - ago) for number in range(count)]
                left -= len(calls)
                told.append(Told(file, provider, calls, []))
            writer.apply(told)
            db.execute("COMMIT")
        db.execute("UPDATE file SET gone_at = ?", (now,))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sighting(dice: random.Random, provider: int, session: int, number: int, began: int) -> object:
    from tally_tui.logs.records import Sighting
    from tally_tui.model import Provider

    models: tuple[str, ...] = ("gpt-5.5", "gpt-5.3-codex")
    if provider == Provider.CLAUDE:
        models = ("claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5-20251001")
    project = f"/work/project-{session % 45}"
    model = models[session % len(models)]
    return Sighting(
        dice.getrandbits(63), f"session-{session}", number * 2_000, began + number * 11_000, model, project,
        f"branch-{session % 7}", f"2.1.{session % 30}", dice.randrange(2_000), dice.randrange(4_000), 0,
        dice.randrange(160_000), dice.randrange(3_000), 0, 0, 0,
    )  # fmt: skip
