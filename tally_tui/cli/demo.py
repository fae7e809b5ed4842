"""`--demo`: a command or the screen on a made-up month of logs, in a folder that is removed at the end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


@contextmanager
def demo_logs() -> Iterator[Path]:
    """Write the demo's logs to a temporary folder and point every environment variable of ours at it.

    Settings are the defaults: a person's own name folders with real logs. The same `TALLY_NOW` gives
    the same logs, byte for byte.
    """
    from tally_tui import clock
    from tally_tui.demo.month import write_demo

    folder = Path(tempfile.mkdtemp(prefix="tally-demo-"))
    ours = {
        "CLAUDE_CONFIG_DIR": str(folder / "logs" / "claude"),
        "CODEX_HOME": str(folder / "logs" / "codex"),
        "TALLY_DATA_DIR": str(folder / "data"),
        "TALLY_CONFIG_DIR": str(folder / "config"),
    }
    before = {name: os.environ.get(name) for name in ours}
    # A closed terminal ends the program by a signal, which would leave the folder behind.
    ends = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        write_demo(folder / "logs", clock.now_ms())
        os.environ.update(ours)
        yield folder
    finally:
        for number, handler in ends.items():
            signal.signal(number, handler)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
