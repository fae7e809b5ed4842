"""A helper process: orders to read files in, what the files say out, until its standard input closes.

It imports as little as it can: starting it is a good part of what it costs.
"""

from __future__ import annotations

import os
import queue
import struct
import sys
import threading
from typing import IO

import msgspec

from tally_tui.logs import records
from tally_tui.logs.lines import UnreadableLogError
from tally_tui.logs.parse import parse
from tally_tui.model import Provider

LENGTH = struct.Struct("<I")
"""What stands before each frame on the pipes."""


class Order(msgspec.Struct, array_like=True):
    """A file to be read from a cursor on."""

    path: str
    provider: int
    cursor: int
    state: bytes
    changed_ms: int


def unexpected(path: str, error: Exception) -> str:
    """What a person is told of a file that made a reader raise what it should not."""
    return f"{path}: not read ({type(error).__name__}: {error}); what was read from it before is kept"


def send(pipe: IO[bytes], data: bytes) -> None:
    """Write a frame: its length, then its bytes."""
    pipe.write(LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(length: int) -> bytes:
    """So many bytes of standard input. Raises EOFError."""
    # Not through sys.stdin: a thread that holds its lock when the program ends makes Python abort.
    data = bytearray()
    while len(data) < length:
        piece = os.read(0, length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


def main() -> None:
    """A helper: orders in, stretches out, until its standard input closes."""
    import gc

    # Everything a parser makes is freed by counting references; cycles would only be looked for.
    gc.disable()
    waiting: queue.SimpleQueue[list[Order]] = queue.SimpleQueue()

    def listen() -> None:
        # Orders are taken at once, whatever is being parsed: whoever gives them never waits for us. And
        # when they end, by the parent's will or its death, nobody wants the rest.
        try:
            while True:
                length = LENGTH.unpack(_receive(LENGTH.size))[0]
                waiting.put(msgspec.msgpack.decode(_receive(length), type=list[Order]))
        except (EOFError, OSError):
            os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    answers = sys.stdout.buffer
    try:
        while True:
            for order in waiting.get():
                _answer(order, answers)
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more


def _answer(order: Order, answers: IO[bytes]) -> None:
    cursor, state = order.cursor, order.state
    while True:
        try:
            chunk = parse(order.path, Provider(order.provider), cursor, state, order.changed_ms)
            encoded = records.encode(chunk)
        except UnreadableLogError as error:
            send(answers, b"!" + str(error).encode("utf-8", "replace"))
            return
        except Exception as error:
            send(answers, b"!" + unexpected(order.path, error).encode("utf-8", "replace"))
            return
        send(answers, b"=" + encoded)
        if chunk.at_end:
            return
        cursor, state = chunk.cursor, chunk.state


if __name__ == "__main__":
    main()
