"""Stretches of logs parsed here, or by helper processes when there is much to read.

The JSON decoder holds the interpreter lock, so a backlog is parsed beside the process that writes;
each helper (`ingest.helper`) gets files over its standard input and answers on its standard output.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import IO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tally_tui.ingest.helper import LENGTH, Order, send, unexpected
from tally_tui.ingest.plan import Job
from tally_tui.logs import records
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.parse import STRETCH, parse
from tally_tui.logs.records import Chunk

HELPERS_FROM = 48 << 20
"""A backlog of fewer bytes is parsed in place: starting a helper takes longer."""
BUNDLE_BYTES = 8 << 20
BUNDLE_FILES = 40
"""A helper is handed files until one of these is reached; small files are not worth a trip each."""
PIPE_BYTES = 1 << 20


class Parsed(Struct, frozen=True):
    """A stretch of a job's file, or why it could not be read."""

    job: Job
    chunk: Chunk | None
    problem: str | None = None


def parse_in_place(
    jobs: Iterable[Job], state_of: Callable[[Job], bytes], stretch: int = STRETCH
) -> Generator[Parsed, None, None]:
    """Every stretch of every job, one after the other, in this thread."""
    for job in jobs:
        cursor, state = job.cursor, state_of(job)
        while True:
            try:
                chunk = parse(job.log.path, job.log.provider, cursor, state, job.log.mtime_ns // 1_000_000, stretch)
            except UnreadableLogError as error:
                yield Parsed(job, None, str(error))
                break
            except Exception as error:
                # One file that we are not up to must not keep all others from being read.
                yield Parsed(job, None, unexpected(job.log.path, error))
                break
            yield Parsed(job, chunk)
            if chunk.at_end:
                break
            cursor, state = chunk.cursor, chunk.state


def parse_with_helpers(
    jobs: Iterable[Job], state_of: Callable[[Job], bytes], helpers: int
) -> Generator[Parsed, None, None]:
    """Like `parse_in_place`, by several processes at once; the stretches of one file stay in order.

    A helper that dies has its files parsed here instead. Closing the iterator stops them.
    """
    source = iter(jobs)
    with contextlib.ExitStack() as stack:
        crew: list[_Helper] = []
        for _ in range(helpers):
            # A system that allows no more processes has its logs read all the same, here.
            with contextlib.suppress(OSError):
                crew.append(stack.enter_context(_Helper()))
        ready = stack.enter_context(selectors.DefaultSelector())
        for helper in crew:
            ready.register(helper.answers, selectors.EVENT_READ, helper)
        while True:
            for helper in crew:
                while helper.alive and helper.wants_work and (bundle := _bundle(source)):
                    helper.order(bundle, state_of)
            if not any(helper.waiting for helper in crew):
                # Also when every helper is dead: what is left is read here.
                yield from parse_in_place(source, state_of)
                return
            for key, _ in ready.select():
                helper = key.data
                yield from helper.answered()
                if not helper.alive:
                    ready.unregister(helper.answers)
                    yield from helper.rest(state_of)


def _bundle(source: Iterator[Job]) -> list[Job]:
    """The next files, enough of them that handing them over costs nothing beside reading them."""
    bundle: list[Job] = []
    size = 0
    while size < BUNDLE_BYTES and len(bundle) < BUNDLE_FILES and (job := next(source, None)) is not None:
        bundle.append(job)
        size += job.bytes
    return bundle


class _Helper:
    """A process that parses the files it is ordered to, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tally_tui.ingest.helper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A helper must not take the terminal's Ctrl-C: whoever started it decides. In the same session all the
            # same, for Linux shares time out between sessions first: as nice as who started it.
            process_group=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders = self._process.stdin
        self.answers = self._process.stdout
        for pipe in (self._orders, self.answers):
            _widen(pipe)
        self.waiting: deque[Job] = deque()
        """Ordered and not yet answered to the end."""
        self._ahead = 0
        """Bytes of the files in `waiting`."""
        self._buffer = bytearray()
        self._reached: tuple[int, bytes] | None = None
        self.alive = True

    def __enter__(self) -> _Helper:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        with contextlib.suppress(OSError):
            self._orders.close()
        self.answers.close()
        self._process.wait()

    @property
    def wants_work(self) -> bool:
        """Whether what it was ordered may be done before the next order reaches it."""
        return len(self.waiting) < BUNDLE_FILES and self._ahead < 2 * BUNDLE_BYTES

    def order(self, bundle: list[Job], state_of: Callable[[Job], bytes]) -> None:
        orders = [
            Order(job.log.path, job.log.provider, job.cursor, state_of(job), job.log.mtime_ns // 1_000_000)
            for job in bundle
        ]
        self.waiting.extend(bundle)
        self._ahead += sum(job.bytes for job in bundle)
        with contextlib.suppress(OSError):  # a dead helper shows when its answers end
            send(self._orders, msgspec.msgpack.encode(orders))

    def answered(self) -> Iterator[Parsed]:
        """The stretches that have arrived."""
        data = os.read(self.answers.fileno(), PIPE_BYTES)
        if not data:
            self.alive = False
            return
        self._buffer += data
        while (frame := self._frame()) is not None:
            job = self.waiting[0]
            if frame[:1] == b"!":
                self._done()
                yield Parsed(job, None, frame[1:].decode())
                continue
            chunk: Chunk = records.decode(frame[1:])
            self._reached = (chunk.cursor, chunk.state)
            if chunk.at_end:
                self._done()
            yield Parsed(job, chunk)

    def _done(self) -> None:
        self._ahead -= self.waiting.popleft().bytes
        self._reached = None

    def rest(self, state_of: Callable[[Job], bytes]) -> Iterator[Parsed]:
        """What a dead helper leaves undone, read here."""
        while self.waiting:
            job = self.waiting.popleft()
            cursor, state = self._reached or (job.cursor, state_of(job))
            self._reached = None
            left = replace(job, cursor=cursor)
            for parsed in parse_in_place([left], lambda _, state=state: state):  # type: ignore[misc]
                yield Parsed(job, parsed.chunk, parsed.problem)

    def _frame(self) -> bytes | None:
        if len(self._buffer) < LENGTH.size:
            return None
        end = LENGTH.size + LENGTH.unpack_from(self._buffer)[0]
        if len(self._buffer) < end:
            return None
        frame = bytes(self._buffer[LENGTH.size : end])
        del self._buffer[:end]
        return frame


def _widen(pipe: IO[bytes]) -> None:
    """Let a helper run ahead while this process writes to the ledger (Linux; elsewhere it waits more)."""
    set_size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if set_size is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), set_size, PIPE_BYTES)
