"""A real pseudo-terminal: start a program in it, type, wait for what it shows, and look at what it sent.

Every byte is kept (what the program does to the terminal) beside the screen those bytes make.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shlex
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence

import pyte

PATIENCE_S = 90.0
"""How long anything may take on a machine that is busy with other things."""
KEYS = {
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "enter": b"\r", "tab": b"\t",
    "escape": b"\x1b", "ctrl+c": b"\x03", "ctrl+k": b"\x0b", "ctrl+p": b"\x10", "ctrl+u": b"\x15", "ctrl+z": b"\x1a",
}  # fmt: skip
# pyte reads neither private parameters (the kitty keyboard) nor queries of a mode.
_UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*t")
_QUERY = b"\x1b[?2026$p"


class Pty:
    """A program in a terminal of its own; ended and reaped on leaving the `with`."""

    def __init__(
        self, argv: Sequence[str], env: Mapping[str, str], cols: int = 80, rows: int = 30, cwd: str | None = None
    ) -> None:
        """`env` is all the program knows: nothing of whoever runs the tests gets in."""
        self.raw = bytearray()
        self.screen = pyte.Screen(cols, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._undrawn = bytearray()
        self._master, slave = pty.openpty()
        self._size(cols, rows)
        # The first terminal that the leader of a session opens becomes its own: Ctrl-C and a new size reach it.
        tty = os.ttyname(slave)
        line = f"exec {shlex.join(argv)} <{tty} >{tty} 2>&1"
        self.process = subprocess.Popen(["/bin/sh", "-c", line], env=dict(env), cwd=cwd, start_new_session=True)
        self._slave = slave
        self._local: int | None = None
        self._ended = False

    def _size(self, cols: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def pump(self, seconds: float = 0.02) -> bool:
        """Read what comes within a while; says whether anything did."""
        came = self.gather(seconds)
        if self._undrawn:
            self._stream.feed(_UNKNOWN.sub(b"", bytes(self._undrawn)))
            self._undrawn.clear()
        return came

    def gather(self, seconds: float = 0.02) -> bool:
        """As `pump`, but what it shows is worked out later: that takes more time than a terminal takes to draw it."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            # Nobody has the terminal open any more, and all that was sent to it is read.
            self._ended = True
            return False
        self.raw += data
        self._undrawn += data
        if _QUERY in data:
            os.write(self._master, b"\x1b[?2026;2$y")
        return True

    def until(self, wanted: str | Callable[[str], object]) -> str:
        """Wait until the screen shows a text, or until it pleases a test of it; returns the screen."""
        pleased = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        end = time.monotonic() + PATIENCE_S
        while not pleased(self.text()):
            if time.monotonic() > end or (self.process.poll() is not None and not self.pump(1)):
                raise AssertionError(f"never shown: {wanted!r}, but (ended: {self.process.poll()})\n{self.text()}")
            self.pump()
        return self.text()

    def gone(self, text: str) -> str:
        """Wait until the screen no longer shows a text."""
        return self.until(lambda screen: text not in screen)

    def sent(self, wanted: bytes) -> None:
        """Wait until the program has sent these bytes."""
        self.until(lambda _: wanted in self.raw)

    def press(self, *keys: str) -> Pty:
        """Keys by name, else text as it is typed."""
        for key in keys:
            os.write(self._master, KEYS.get(key) or key.encode())
        return self

    def type_bytes(self, data: bytes) -> None:
        """Any bytes, unless the program has stopped reading: then nothing."""
        if select.select([], [self._master], [], 1.0)[1]:
            os.write(self._master, data)

    def forget(self) -> None:
        """Do not work out what the screen shows by now; the bytes are kept."""
        self._undrawn.clear()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def resize(self, cols: int, rows: int) -> None:
        """As a person pulls at the window's corner; the kernel tells the program."""
        self.screen.resize(rows, cols)
        self._size(cols, rows)

    def text(self) -> str:
        """The screen, a line a row, without the blanks at the ends."""
        # pyte's own `display` fails where half of a wide character was written over.
        columns, buffer = range(self.screen.columns), self.screen.buffer
        return "\n".join(
            "".join(buffer[row][column].data for column in columns).rstrip() for row in range(self.screen.lines)
        )

    def end(self) -> int:
        """Wait for the program's own end; returns its exit status."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it does not end:\n{self.text()}"
            self.pump()
        # Its last words may still be on their way: they have all come when nobody has the terminal open.
        self._local = self._flags()
        os.close(self._slave)
        while not self._ended:
            assert time.monotonic() < end, "something keeps the terminal open"
            self.pump(0.1)
        return self.process.returncode

    def cooked(self) -> bool:
        """Whether the terminal again echoes what is typed and gathers lines."""
        local = self._flags()
        return bool(local & termios.ECHO and local & termios.ICANON and local & termios.ISIG)

    def _flags(self) -> int:
        """How the terminal handles what is typed; once the program has ended: as that left it."""
        return termios.tcgetattr(self._slave)[3] if self._local is None else self._local

    def __enter__(self) -> Pty:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self._local is None:
            os.close(self._slave)
        os.close(self._master)
