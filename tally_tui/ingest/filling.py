"""Logs → shards: here, and in a second process that fills a shard of its own.

`python -m tally_tui.ingest.filling` is that process: orders in on standard input, a line of progress
out for every transaction. It ends, keeping what it has committed, when its standard input closes.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tally_tui.ingest.cycle_search import no_cycle_search
from tally_tui.ingest.helper import unexpected
from tally_tui.ingest.texts import read_docs
from tally_tui.library.shards import LibraryError, next_path
from tally_tui.library.write import ShardWriter, Stand, Stretch
from tally_tui.logs.lines import TAIL, UnreadableLogError, fingerprint, is_compressed
from tally_tui.model import Provider

BATCH_CHARS: Final = 6 << 20
"""Characters of text that one transaction takes up: what is in memory is bounded by it."""
BATCH_DOCS: Final = 8_000
BATCH_SECONDS: Final = 1.0
GRACE_S: float = 1.5
"""What is under way when the second process is told to stop may take so long; it is done again by the next pass."""
_LENGTH = struct.Struct("<I")


class Order(msgspec.Struct, array_like=True):
    """A file to read from `cursor` on, as it lay on disk."""

    id: int
    provider: int
    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int
    cursor: int
    head: bytes
    state: bytes
    place: str = ""
    """What tells its session from unrelated ones of the same id (`ledger.schema`, `file.place`)."""

    @property
    def left(self) -> int:
        """Bytes to read."""
        return max(0, self.size - self.cursor)


class Done(msgspec.Struct, array_like=True):
    """What a transaction took up, and files that could not be read."""

    files: int = 0
    bytes: int = 0
    messages: int = 0
    problems: list[str] = []


class Filler:
    """Reads ordered files into shards, one transaction for several stretches."""

    def __init__(self, folder: Path, writer: ShardWriter, told: Callable[[Done], None]) -> None:
        self._folder = folder
        self.writer = writer
        self._told = told
        self._batch: list[Stretch] = []
        self._chars = self._docs = 0
        self._done = Done()
        self._committed = time.monotonic()

    def take(self, order: Order, stop: Callable[[], bool]) -> bool:
        """Read one file to its end; False when stopped before it."""
        cursor, state = order.cursor, order.state
        while True:
            try:
                changed_ms = order.mtime_ns // 1_000_000
                stretch = read_docs(order.path, Provider(order.provider), cursor, state, changed_ms, order.place)
            except Exception as error:
                # Also what should not be: one file must not keep all others from being indexed.
                expected = isinstance(error, UnreadableLogError)
                self._done.problems.append(str(error) if expected else unexpected(order.path, error))
                self._done.files += 1
                # Not tried again until it changes.
                self._add(Stretch(self._stand(order, cursor, state, at_end=True), ()), 0)
                return True
            if stretch.skipped:
                self._done.problems.append(f"{order.path}: lines that could not be indexed: {stretch.skipped}")
            stand = self._stand(order, stretch.cursor, stretch.state, at_end=stretch.at_end)
            self._done.bytes += stretch.cursor - cursor
            self._done.files += stretch.at_end
            self._add(Stretch(stand, stretch.docs), sum(len(doc.text) for doc in stretch.docs))
            if stretch.at_end:
                return True
            if stop():
                return False
            cursor, state = stretch.cursor, stretch.state

    def commit(self) -> None:
        """Write what is gathered."""
        if self._batch:
            self._done.messages = self._write(self._batch)
            done, self._done = self._done, Done()
            self._batch, self._chars, self._docs = [], 0, 0
            self._told(done)
            if self.writer.is_full:
                hot = self.writer.hot
                self.writer.finish(full=True)
                self.writer.close()
                self.writer = ShardWriter(next_path(self._folder), hot=hot)
        self._committed = time.monotonic()

    def _write(self, batch: list[Stretch]) -> int:
        """Write stretches; returns their messages. What a shard refuses is left out and named among the problems."""
        try:
            return self.writer.add(batch)
        except LibraryError:
            raise
        except Exception as error:
            if len(batch) > 1:
                return sum(self._write([stretch]) for stretch in batch)
            [stretch] = batch
            if len(stretch.docs) > 1:
                half = len(stretch.docs) // 2
                parts = stretch.docs[:half], stretch.docs[half:]
                return sum(self._write([Stretch(stretch.stand, part)]) for part in parts)
            self._done.problems.append(f"{stretch.stand.path}: a text could not be indexed ({type(error).__name__})")
            return self.writer.add([Stretch(stretch.stand, ())])

    def finish(self, stopped: bool) -> None:
        """Leave the shard as small and quick as can be, if there was time, and close it."""
        if not stopped:
            self.writer.finish()
        self.writer.close()

    def close(self) -> None:
        """Close the shard; what is gathered and not committed is let go."""
        self.writer.close()

    def _add(self, stretch: Stretch, chars: int) -> None:
        self._batch.append(stretch)
        self._chars += chars
        self._docs += len(stretch.docs)
        late = time.monotonic() - self._committed > BATCH_SECONDS
        if self._chars >= BATCH_CHARS or self._docs >= BATCH_DOCS or len(self._batch) >= 500 or late:
            self.commit()

    @staticmethod
    def _stand(order: Order, cursor: int, state: bytes, *, at_end: bool) -> Stand:
        return Stand(
            order.id, order.provider, order.path, order.device, order.inode, order.size if at_end else -1,
            order.mtime_ns, cursor, order.head, _tail(order.path, cursor), state,
        )  # fmt: skip


def _tail(path: str, cursor: int) -> bytes | None:
    """A fingerprint of the last bytes read: what comes behind them later continues them, or it does not."""
    if is_compressed(path) or not cursor:
        return None
    try:
        with Path(path).open("rb", buffering=0) as log:
            log.seek(max(0, cursor - TAIL))
            return fingerprint(log.read(min(TAIL, cursor)))
    except OSError:
        return None


def fill(filler: Filler, orders: Iterable[Order], stop: Callable[[], bool]) -> bool:
    """Read all ordered files in this process; True when stopped before the end."""
    for order in orders:
        if not filler.take(order, stop) or stop():
            filler.commit()
            return True
    filler.commit()
    return False


def shares(orders: Sequence[Order]) -> tuple[list[Order], list[Order]]:
    """The orders in two lists of about as many bytes, each in the order given."""
    lists: tuple[list[Order], list[Order]] = ([], [])
    weights = [0, 0]
    for order in orders:
        lighter = int(weights[1] < weights[0])
        lists[lighter].append(order)
        weights[lighter] += order.left
    return lists


class Helper:
    """The second process: fills a shard of its own from its share of the orders.

    It holds on to `lock` (a descriptor), so that nobody else writes the library while it lives.
    """

    def __init__(self, folder: Path, orders: Sequence[Order], told: Callable[[Done], None], lock: int | None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tally_tui.ingest.filling", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Out of reach of the terminal's Ctrl-C, and yet in the session of who started it: as nice as that is.
            process_group=0,
            pass_fds=() if lock is None else (lock,),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._told = told
        self._buffer = b""
        self._over = False
        data = msgspec.msgpack.encode(orders)
        with contextlib.suppress(OSError):  # a dead helper shows when its answers end
            self._orders.write(_LENGTH.pack(len(data)) + data)
            self._orders.flush()

    def __enter__(self) -> Helper:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._orders.close()
        self._answers.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def listen(self, seconds: float = 0) -> None:
        """Pass on what it has done, waiting at most so long for the first news."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._answers, selectors.EVENT_READ)
            while not self._over and ready.select(seconds):
                data = os.read(self._answers.fileno(), 1 << 16)
                self._over = not data
                *lines, self._buffer = (self._buffer + data).split(b"\n")
                for line in lines:
                    self._told(msgspec.json.decode(line, type=Done))
                seconds = 0

    def finish(self, stop: Callable[[], bool]) -> bool:
        """Wait until it is done; False when it died, or was stopped, with work left."""
        while not self._over:
            if stop():
                with contextlib.suppress(OSError):
                    self._orders.close()
            self.listen(0.1)
        return self._process.wait() == 0


def main() -> None:
    """The second process."""
    size = _LENGTH.unpack(sys.stdin.buffer.read(_LENGTH.size))[0]
    orders = msgspec.msgpack.decode(sys.stdin.buffer.read(size), type=list[Order])
    told_to_stop = threading.Event()

    def listen() -> None:
        with contextlib.suppress(OSError):
            sys.stdin.buffer.read()
        told_to_stop.set()
        # It holds the library's lock: whoever started it may have died, and nobody waits for a step that takes longer.
        time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()

    def tell(done: Done) -> None:
        try:
            sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
            sys.stdout.buffer.flush()
        except OSError:
            told_to_stop.set()

    folder = Path(sys.argv[1])
    filler = Filler(folder, ShardWriter(next_path(folder), hot=False), tell)
    with no_cycle_search():
        stopped = fill(filler, orders, told_to_stop.is_set)
    filler.finish(stopped)
    # The thread that listens may be inside a read that only the other end can finish.
    sys.stdout.flush()
    os._exit(int(stopped))


if __name__ == "__main__":
    main()
