"""Stretches of logs parsed here, or by helper processes when there is much to read.

The JSON decoder holds the interpreter lock, so a backlog is parsed beside the process that writes;
each helper gets one file at a time over its standard input and answers on its standard output.
"""

from __future__ import annotations

import contextlib
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

import msgspec

from tally_tui.ingest.plan import Job
from tally_tui.logs import records
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.parse import STRETCH, parse
from tally_tui.logs.records import Chunk
from tally_tui.model import Provider

HELPERS_FROM = 48 << 20
"""A backlog of fewer bytes is parsed in place: starting a helper takes longer."""
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A stretch of a job's file, or why it could not be read."""

    job: Job
    chunk: Chunk | None
    problem: str | None = None


class _Order(msgspec.Struct, array_like=True):
    path: str
    provider: int
    cursor: int
    state: bytes
    changed_ms: int


def parse_in_place(jobs: Iterable[Job], state_of: Callable[[Job], bytes], stretch: int = STRETCH) -> Iterator[Parsed]:
    """Every stretch of every job, one after the other, in this thread."""
    for job in jobs:
        cursor, state = job.cursor, state_of(job)
        while True:
            try:
                chunk = parse(job.log.path, job.log.provider, cursor, state, job.log.mtime_ns // 1_000_000, stretch)
            except UnreadableLogError as error:
                yield Parsed(job, None, str(error))
                break
            yield Parsed(job, chunk)
            if chunk.at_end:
                break
            cursor, state = chunk.cursor, chunk.state


def parse_with_helpers(jobs: Iterable[Job], state_of: Callable[[Job], bytes], helpers: int) -> Iterator[Parsed]:
    """Like `parse_in_place`, by several processes at once; the stretches of one file stay in order.

    A helper that dies has its file parsed here instead. Closing the iterator stops them.
    """
    waiting: queue.Queue[tuple[Job, bytes] | None] = queue.Queue(maxsize=helpers)
    done: queue.Queue[Parsed | None] = queue.Queue(maxsize=helpers * 2)
    stopped = threading.Event()
    processes = [_start() for _ in range(helpers)]
    threads = [
        threading.Thread(target=_serve, args=(process, waiting, done, stopped), daemon=True) for process in processes
    ]
    for thread in threads:
        thread.start()
    source = iter(jobs)
    given = finished = 0
    try:
        exhausted = False
        while not exhausted or finished < given:
            while not exhausted and given - finished < helpers * 2:
                job = next(source, None)
                if job is None:
                    exhausted = True
                    break
                if not _offer(waiting, (job, state_of(job))):
                    break
                given += 1
            if finished == given:
                continue
            parsed = done.get()
            if parsed is None:
                finished += 1
            else:
                yield parsed
    finally:
        stopped.set()
        for process in processes:
            process.kill()
        for thread in threads:
            with contextlib.suppress(queue.Full):
                waiting.put_nowait(None)
            while thread.is_alive():
                with contextlib.suppress(queue.Empty):
                    done.get(timeout=0.01)
        for process in processes:
            process.wait()


def _offer(waiting: queue.Queue[tuple[Job, bytes] | None], item: tuple[Job, bytes]) -> bool:
    try:
        waiting.put(item, timeout=0.005)
    except queue.Full:
        return False
    return True


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tally_tui.ingest.parsing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # A helper must not take the terminal's Ctrl-C: whoever started it decides.
        start_new_session=True,
    )


def _serve(
    process: subprocess.Popen[bytes],
    waiting: queue.Queue[tuple[Job, bytes] | None],
    done: queue.Queue[Parsed | None],
    stopped: threading.Event,
) -> None:
    """Hand one helper its files, one after the other, and pass on what it answers."""
    alive = True
    while not stopped.is_set():
        try:
            item = waiting.get(timeout=0.1)
        except queue.Empty:
            continue
        if item is None:
            return
        job, state = item
        cursor = job.cursor
        try:
            if not alive:
                raise EOFError
            for parsed in _ask(process, job, state):
                if parsed.chunk is not None:
                    cursor, state = parsed.chunk.cursor, parsed.chunk.state
                done.put(parsed)
        except (OSError, EOFError, msgspec.DecodeError):
            alive = False
            if stopped.is_set():
                return
            # The helper died (out of memory, killed): the rest of its file is read here.
            rest = Job(job.log, job.why, job.known, cursor, job.head)
            for parsed in parse_in_place([rest], lambda _, state=state: state):  # type: ignore[misc]
                done.put(Parsed(job, parsed.chunk, parsed.problem))
        done.put(None)


def _ask(process: subprocess.Popen[bytes], job: Job, state: bytes) -> Iterator[Parsed]:
    assert process.stdin is not None
    assert process.stdout is not None
    log = job.log
    order = _Order(log.path, int(log.provider), job.cursor, state, log.mtime_ns // 1_000_000)
    _send(process.stdin, msgspec.msgpack.encode(order))
    while True:
        answer = _receive(process.stdout)
        if answer[:1] == b"!":
            yield Parsed(job, None, answer[1:].decode())
            return
        chunk: Chunk = records.decode(answer[1:])
        yield Parsed(job, chunk)
        if chunk.at_end:
            return


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    data = pipe.read(_LENGTH.unpack(header)[0])
    if not data:
        raise EOFError
    return data


def main() -> None:
    """A helper: orders in, stretches out, until its standard input closes."""
    import gc

    # Everything a parser makes is freed by counting references; cycles would only be looked for.
    gc.disable()
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            order = msgspec.msgpack.decode(_receive(orders), type=_Order)
        except EOFError:
            return
        cursor, state = order.cursor, order.state
        while True:
            try:
                chunk = parse(order.path, Provider(order.provider), cursor, state, order.changed_ms)
            except UnreadableLogError as error:
                _send(answers, b"!" + str(error).encode())
                break
            _send(answers, b"=" + records.encode(chunk))
            if chunk.at_end:
                break
            cursor, state = chunk.cursor, chunk.state


if __name__ == "__main__":
    main()
