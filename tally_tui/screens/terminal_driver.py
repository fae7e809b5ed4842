"""Textual's driver for terminals that go away, and for bytes that are no text."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
from queue import Full
from typing import IO, Final

from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

_LOOK_S: Final = 0.2
LEFT: Final = b"\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""What gives a terminal back: pasting, wrapping, the mouse, the keyboard, the screen, the cursor, the focus."""


class Writer(WriterThread):
    """Writes until the terminal is gone; what is written after that is dropped.

    The queue is short and a thread that has died empties it no more: whoever writes would wait for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._gone = False

    def run(self) -> None:
        try:
            super().run()
        except (OSError, ValueError):
            pass  # the terminal was closed: an end like any other
        finally:
            self._gone = True

    def write(self, text: str) -> None:
        self._put(text)

    def stop(self) -> None:
        self._put(None)
        self.join()

    def _put(self, text: str | None) -> None:
        while not self._gone:
            with contextlib.suppress(Full):
                self._queue.put(text, timeout=_LOOK_S)
                return


class TerminalDriver(LinuxDriver):
    """The driver of the app."""

    @property
    def _writer_thread(self) -> WriterThread | None:
        return self._writer

    @_writer_thread.setter
    def _writer_thread(self, thread: WriterThread | None) -> None:
        self._writer: WriterThread | None = None if thread is None else Writer(thread._file)

    def _run_input_thread(self) -> None:
        while True:
            try:
                self.run_input_thread()
            except UnicodeDecodeError:
                continue  # bytes that are no UTF-8: a paste, or a terminal of another encoding
            except OSError:
                # The terminal was closed: the app is told of it elsewhere, and there is nothing more to read.
                self.exit_event.wait()
            except Exception as error:
                if self._app.is_running:
                    self._app.call_later(self._app._handle_exception, error)
                # Else what was typed last came after the end.
            return

    def give_back(self) -> None:
        """Leave the terminal as it was found, without waiting for it or for any other thread."""
        with contextlib.suppress(OSError, ValueError, termios.error):
            if self.attrs_before is not None:
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
            out = sys.__stderr__.fileno() if sys.__stderr__ is not None else self.fileno
            if select.select([], [out], [], 0)[1]:
                os.set_blocking(out, False)
                os.write(out, LEFT)
                os.set_blocking(out, True)
