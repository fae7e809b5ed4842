"""A home folder with the small sessions, a spilled result beside them, and its archive."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from conversation_logs import MAIN, OTHER, THREAD, codex_sessions, main_session
from ledger_sums import Home, Sums

from tally_tui.archive.keeping import Result, drop, keep
from tally_tui.config import Settings
from tally_tui.ingest.indexing import index
from tally_tui.ledger.archived import copies
from tally_tui.ledger.open import open_reader
from tally_tui.logs.lines import open_log
from tally_tui.model import Provider
from tally_tui.reports.conversation import Conversation, conversation
from tally_tui.reports.conversation_files import find_session

__all__ = ["MAIN", "OTHER", "THREAD", "Kept"]


@dataclass(frozen=True)
class Kept:
    """The home, and what is done with its archive."""

    folder: Path
    home: Home

    @classmethod
    def made(cls, folder: Path) -> Kept:
        main_session(folder / "claude" / "projects")
        codex_sessions(folder / "codex")
        spilled = folder / "claude" / "projects" / "-home-mira-harbour" / MAIN / "tool-results" / "big.txt"
        spilled.parent.mkdir(parents=True)
        spilled.write_bytes(b"every boat\n" * 9_000)
        home = Home(str(folder / "claude"), str(folder / "codex"), folder / "data")
        home.sync()
        return cls(folder, home)

    @property
    def log(self) -> Path:
        """The log of the session with everything in it."""
        return self.folder / "claude" / "projects" / "-home-mira-harbour" / f"{MAIN}.jsonl"

    @property
    def rollout(self) -> Path:
        return next((self.folder / "codex").rglob(f"*{THREAD}.jsonl"))

    @property
    def archive(self) -> Path:
        return self.folder / "data" / "archive"

    @contextmanager
    def environment(self) -> Iterator[None]:
        with patch.dict(os.environ, self.home.environment):
            yield

    @contextmanager
    def db(self) -> Iterator[sqlite3.Connection]:
        with closing(open_reader(self.home.data / "ledger.db")) as db:
            yield db

    def keep(self, *names: str, **more: Any) -> Result:
        with self.db() as db:
            sessions = [find_session(db, name) for name in names]
        with self.environment():
            return keep(sessions, **more)

    def drop(self, name: str) -> Result:
        provider = Provider.CODEX if name == THREAD else Provider.CLAUDE
        with self.environment():
            return drop([(provider, name)])

    def index(self, rebuild: bool = False) -> None:
        with self.environment():
            index(Settings(), rebuild=rebuild)

    def read(self, name: str = MAIN) -> Conversation:
        with self.db() as db:
            return conversation(db, name)

    def copies(self) -> dict[str, bytes]:
        """Original path → what its copy holds."""
        with self.db() as db:
            return {each.path: text_of(self.archive / each.copy) for each in copies(db)}

    def originals(self, name: str = MAIN) -> dict[str, bytes]:
        """Every file of the session, as it lies."""
        folder = self.log.parent
        files = [folder / f"{name}.jsonl", *(each for each in (folder / name).rglob("*") if each.is_file())]
        return {str(each): each.read_bytes() for each in files}

    def parts(self) -> list[Path]:
        """What an interruption left."""
        return list(self.archive.rglob("*.part"))

    def sums(self) -> Sums:
        return self.home.sums()


def text_of(path: Path) -> bytes:
    """What a copy holds, uncompressed."""
    with open_log(str(path)) as log:
        return log.read()


def after(count: int, error: Exception) -> Callable[..., Any]:
    """Does nothing so many times, then raises."""
    left = [count]

    def go(*_: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise error

    return go
