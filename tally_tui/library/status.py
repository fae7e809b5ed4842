"""How much is searchable, and how much room the library takes."""

from __future__ import annotations

import contextlib
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from tally_tui.library.files import standings
from tally_tui.library.shards import read_shard, shard_paths, telling


class LibraryStatus(Struct, frozen=True):
    """What the library holds."""

    messages: int
    """Lines of logs that can be found."""
    files: int
    files_gone: int
    """Logs of them that no longer exist."""
    bytes: int
    """On disk, with what SQLite keeps beside a shard."""
    shards: int


def status(folder: Path) -> LibraryStatus:
    """What a library holds; all zero where there is none.

    Raises:
        LibraryError: a shard cannot be read.
    """
    files = standings(folder).values()
    messages = size = 0
    shards = shard_paths(folder)
    for path in shards:
        db = read_shard(path)
        if db is not None:
            with closing(db), telling(path):
                messages += db.execute("SELECT coalesce(sum(messages), 0) FROM file").fetchone()[0]
        for suffix in ("", "-wal"):
            with contextlib.suppress(OSError):
                size += path.with_name(path.name + suffix).stat().st_size
    gone = sum(each.file.gone_at is not None for each in files)
    return LibraryStatus(messages, len(files), gone, size, len(shards))
