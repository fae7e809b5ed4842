"""A ledger filled by hand, row by row: what the tests of questions ask about."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tally_tui.ledger import verify
from tally_tui.ledger.open import open_reader, open_writer
from tally_tui.model import PriceStatus, Provider, Reason, tier_of

MIDNIGHT = 1_795_305_600_000
"""2026-11-22T00:00:00Z, a slot's first millisecond: the day that most tests ask about."""


@dataclass
class Book:
    """Fills a ledger with sessions and calls; `reader` shows it to the code under test."""

    path: Path
    calls: list[dict[str, Any]] = field(default_factory=list)
    """Every call as told, with its session's names, for sums made in Python."""

    def __post_init__(self) -> None:
        self.db: sqlite3.Connection = open_writer(self.path)
        self._ids = count(1)
        self._sessions: dict[str, dict[str, Any]] = {}
        self._files: dict[str, int] = {}

    def folder(self, path: str, root: str | None = None) -> int:
        self.db.execute("INSERT OR IGNORE INTO folder (path, root, name) VALUES (?, ?, ?)", (path, root or path, path))
        return int(self.db.execute("SELECT id FROM folder WHERE path = ?", (path,)).fetchone()[0])

    def file(self, path: str, *, provider: Provider = Provider.CLAUDE, gone_at: int | None = None) -> int:
        if path not in self._files:
            self.db.execute(
                "INSERT INTO file (provider, path, device, inode, size, mtime_ns, gone_at) "
                "VALUES (?, ?, 1, ?, 1, 1, ?)",
                (provider, path, next(self._ids), gone_at),
            )
            self._files[path] = int(self.db.execute("SELECT last_insert_rowid()").fetchone()[0])
        return self._files[path]

    def session(
        self,
        name: str,
        *,
        provider: Provider = Provider.CLAUDE,
        parent: str | None = None,
        folder: str | None = None,
        home: str = "",
        **facts: Any,
    ) -> int:
        """A session; `home` is the account's home folder above its logs, '' for the usual one."""
        above = self._sessions[parent] if parent else None
        facts = {"kind": "subagent" if parent else "main", **facts}
        number = next(self._ids)
        root = above["root"] if above else number
        columns = {
            "id": number,
            "provider": provider,
            "name": name,
            "parent": above["id"] if above else None,
            "root": root,
            "folder": self.folder(folder) if folder else None,
            **facts,
        }
        self.db.execute(
            f"INSERT INTO session ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            tuple(columns.values()),
        )
        self._sessions[name] = {
            **columns,
            "folder_path": folder,
            "home": home,
            "root_name": above["root_name"] if above else name,
        }
        return number

    def call(
        self,
        session: str,
        ts: int,
        *,
        model: str = "claude-opus-4-8",
        folder: str | None = None,
        branch: str | None = None,
        version: str | None = None,
        status: PriceStatus = PriceStatus.PRICED,
        reason: Reason = Reason.COUNTED,
        inferred: bool = False,
        file: str | None = None,
        input: int = 100,  # noqa: A002
        write_5m: int = 0,
        write_1h: int = 0,
        cache_read: int = 0,
        output: int = 10,
        reasoning: int = 0,
        searches: int = 0,
        flags: int = 0,
        cost: int = 1_000_000,
        recorded: int | None = None,
        unobserved: int = 0,
        lines: int = 1,
        offset: int = 0,
        home: str | None = None,
    ) -> int:
        """One call; costs in nano-dollars. `recorded` None: the log states no cost; `home` None: as its session's."""
        owner = self._sessions[session]
        facet = self._facet(
            owner, model, self.folder(folder) if folder else None, branch, version, status, reason, inferred,
            recorded is not None, owner["home"] if home is None else home, tier_of(flags),
        )  # fmt: skip
        number = next(self._ids)
        file_id = self.file(file or f"/logs/{session}.jsonl", provider=Provider(owner["provider"]))
        cost = 0 if status is PriceStatus.UNPRICED else cost
        self.db.execute(
            "INSERT INTO call (id, identity, file, offset, facet, ts, lines, input, write_5m, write_1h, cache_read, output, "
            "reasoning, searches, flags, cost, recorded, unobserved, vector, turn) "
            f"VALUES ({', '.join('?' * 20)})",
            (
                number, number * 7919, file_id, offset, facet, ts, lines, input, write_5m, write_1h,
                cache_read, output, reasoning, searches, flags, cost, recorded or 0, unobserved, None, None,
            ),
        )  # fmt: skip
        self.calls.append(
            {
                "ts": ts, "session": session, "root": owner["root_name"], "provider": owner["provider"],
                "model": model, "folder": folder or owner["folder_path"], "branch": branch,
                "version": version, "status": status, "reason": reason, "inferred": inferred,
                "input": input, "write_5m": write_5m,
                "write_1h": write_1h, "cache_read": cache_read, "output": output, "reasoning": reasoning,
                "cost": cost, "recorded": recorded, "unobserved": unobserved, "kind": owner["kind"],
            }
        )  # fmt: skip
        return number

    def reader(self) -> sqlite3.Connection:
        """The ledger as asked so far, its rollups in step."""
        verify.rebuild(self.db)
        return open_reader(self.path)

    def _facet(self, owner: dict[str, Any], *facts: Any) -> int:
        row = (owner["id"], owner["provider"], *facts)
        names = "session, provider, model, folder, branch, version, status, reason, inferred, recorded, home, tier"
        same = " AND ".join(f"{name} IS ?" for name in names.split(", "))
        found = self.db.execute(f"SELECT id FROM facet WHERE {same}", row).fetchone()
        if not found:
            marks = ", ".join("?" * len(row))
            found = self.db.execute(
                f"INSERT INTO facet ({names}) VALUES ({marks}) RETURNING id", row
            ).fetchone()
        return int(found[0])
