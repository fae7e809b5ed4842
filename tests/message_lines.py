"""Reading the items of whole logs and of single lines, for tests of the message parsers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tally_tui.logs.message_reading import parse_items
from tally_tui.logs.messages import Item
from tally_tui.model import Provider


@dataclass
class Read:
    """All that a log said."""

    items: list[Item] = field(default_factory=list)
    lines: int = 0
    known: Counter[str] = field(default_factory=Counter)
    paired: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    @property
    def accounted(self) -> int:
        """Lines that gave an item, say again what one says, or are known to hold none."""
        return (
            len({item.offset for item in self.items})
            + self.known.total()
            + self.paired.total()
            + self.skipped.total()
        )

    def kinds(self) -> list[str]:
        return [item.kind.word for item in self.items]


def read(path: Path, provider: Provider, limit: int = 1 << 20, details: bool = False) -> Read:
    found, cursor, state = Read(), 0, b""
    while True:
        chunk = parse_items(str(path), provider, cursor, state, limit, details)
        found.items += chunk.items
        found.lines += chunk.lines
        found.known.update(chunk.known)
        found.paired.update(chunk.paired)
        found.skipped.update({name: count for name, (count, _) in chunk.skipped.items()})
        assert chunk.cursor >= cursor
        if chunk.at_end or chunk.cursor == cursor:
            return found
        cursor, state = chunk.cursor, chunk.state


def log(folder: Path, lines: Sequence[dict[str, Any]], name: str = "one.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
