"""Small conversations in both agents' logs, a library made of them, and questions to it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from small_logs import at, write

from tally_tui.config import Settings
from tally_tui.ingest.indexing import IndexResult, index
from tally_tui.ingest.sync import sync
from tally_tui.ledger.open import open_reader
from tally_tui.library.reader import Library
from tally_tui.model import Span
from tally_tui.query import LIBRARY, parse
from tally_tui.reports.search import SearchAnswer, search

Line = dict[str, Any]
NOW = 1_775_000_000_000


def line(session: str, minute: int, kind: str, content: Any, **more: Any) -> Line:
    message: Line = {"role": kind, "content": content}
    if kind == "assistant":
        usage = {"input_tokens": 5, "output_tokens": 5}
        message |= {"id": f"msg-{session}-{minute}", "model": more.pop("model", "claude-sonnet-4-6"), "usage": usage}
    return {
        "type": kind, "sessionId": session, "cwd": more.pop("cwd", "/home/dev/harbour"), "gitBranch": "main",
        "version": "2.1.9", "timestamp": at(minute), "uuid": f"{session}-{minute}-{kind}",
        "requestId": f"r-{session}-{minute}", "message": message,
    } | more  # fmt: skip


def said(session: str, minute: int, text: str, **more: Any) -> Line:
    return line(session, minute, "user", text, **more)


def replied(session: str, minute: int, text: str, **more: Any) -> Line:
    return line(session, minute, "assistant", [{"type": "text", "text": text}], **more)


def thought(session: str, minute: int, text: str) -> Line:
    return line(session, minute, "assistant", [{"type": "thinking", "thinking": text, "signature": "s"}])


def called(session: str, minute: int, tool: str, **given: Any) -> Line:
    block = {"type": "tool_use", "id": f"call-{session}-{minute}", "name": tool, "input": given}
    return line(session, minute, "assistant", [block])


def answered(session: str, minute: int, call_minute: int, text: str, failed: bool = False) -> Line:
    block = {"type": "tool_result", "tool_use_id": f"call-{session}-{call_minute}", "content": text, "is_error": failed}
    return line(session, minute, "user", [block])


@dataclass(frozen=True)
class Talks:
    """A home folder whose conversations can be searched."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "claude" / "projects" / "-home-dev-harbour"

    @property
    def shards(self) -> Path:
        return self.folder / "data" / "library"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CLAUDE_CONFIG_DIR": str(self.folder / "claude"),
            "CODEX_HOME": str(self.folder / "codex"),
            "TALLY_DATA_DIR": str(self.folder / "data"),
            "TALLY_CONFIG_DIR": str(self.folder / "config"),
        }

    def write(self, session: str, *lines: Line | bytes) -> Path:
        path = self.project / f"{session}.jsonl"
        write(path, list(lines))
        return path

    def append(self, session: str, *lines: Line) -> None:
        with (self.project / f"{session}.jsonl").open("ab") as log:
            log.write(b"".join(json.dumps(each).encode() + b"\n" for each in lines))

    def index(self, **options: Any) -> IndexResult:
        with patch.dict(os.environ, self.environment):
            return index(Settings(), **options)

    def account(self) -> None:
        with patch.dict(os.environ, self.environment):
            sync(Settings())

    @contextmanager
    def ledger(self) -> Iterator[sqlite3.Connection | None]:
        path = self.folder / "data" / "ledger.db"
        if not path.exists():
            yield None
            return
        with closing(open_reader(path)) as db:
            yield db

    def ask(self, text: str, *, limit: int = 50, **options: Any) -> SearchAnswer:
        query = parse(text, now=NOW, tz=ZoneInfo("UTC"), allow=LIBRARY)
        with Library(self.shards) as library, self.ledger() as ledger:
            return search(library, ledger, query, limit=limit, **options)

    def found(self, text: str, **options: Any) -> list[str]:
        """The snippets, in the order of the answer."""
        return [hit.snippet for hit in self.ask(text, **options).hits]

    def content(self) -> list[tuple[Any, ...]]:
        """All that can be found, free of shards, numbers and order."""
        rows = []
        with Library(self.shards) as library:
            for shard in library.shards:
                for file, offset, length, ts, facet, session, name, flags in shard.db.execute(
                    "SELECT file, offset, length, ts, facet, session, name, flags FROM doc"
                ):
                    log = Path(library.files[file].path).name
                    named = shard.name(name) if name else ""
                    rows.append((log, offset, length, ts, facet, shard.name(session), named, flags))
        return sorted(rows)


def span(since: int, until: int) -> Span:
    return Span(since, until)
