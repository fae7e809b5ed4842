"""`tally-tui` alone: the screen."""

from __future__ import annotations

import errno
import os
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from tally_tui.cli import grammar
from tally_tui.cli.problems import FailedError

if TYPE_CHECKING:
    from tally_tui.app import TallyApp
    from tally_tui.cli.parsing import Request


def open_app(request: Request) -> int:
    """Open the screen and stay until it is closed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise FailedError("the screen needs a terminal; `tally-tui today` answers anywhere.")
    from tally_tui.app import DEMO
    from tally_tui.cli.demo import demo_logs

    demo = request.on(grammar.DEMO)
    status, wish = _open(demo)
    if wish == DEMO and not demo:
        # A machine without logs: the first screen offers the demo.
        with demo_logs():
            status, _ = _open(True)
    return status


def _open(demo: bool) -> tuple[int, str | None]:
    """The exit status, and what the person wished for on leaving."""
    import gc

    from tally_tui.live.ending import Ending

    opened: list[TallyApp] = []

    def end(number: int) -> None:
        for app in opened:
            app.end_by_signal(number)

    def give_back() -> None:
        for app in opened:
            app.give_back_terminal()

    # Python would end at a signal, and leave the terminal without a cursor and with the mouse on.
    ending = Ending(end, sys.stdin.fileno(), give_back)
    ending.start()
    # Starting makes much and throws little away; once the screen stands the app searches for cycles again.
    gc.disable()
    from textual.worker import WorkerFailed

    from tally_tui.app import DEMO, TallyApp
    from tally_tui.config import load
    from tally_tui.source import LedgerSource

    settings = load()
    threading.excepthook = _note_down
    app = TallyApp(source=LedgerSource(settings, demo), settings=settings, demo=demo)
    opened.append(app)
    if ending.number is not None:
        return 128 + ending.number, None
    # The watch lasts: a signal while Python takes itself down would else be a traceback, or wait for a slow thread.
    wish = app.run()
    if wish == DEMO:
        ending.close()
    if app.failure is not None:
        failure = app.failure.error if isinstance(app.failure, WorkerFailed) else app.failure
        _write_down(failure)
        raise failure
    return app.return_code or 0, wish


def _note_down(args: threading.ExceptHookArgs) -> None:
    """A library's thread died: noted in the data folder, for its words would be drawn over the screen."""

    if isinstance(args.exc_value, OSError) and args.exc_value.errno == errno.EIO:
        return  # the terminal was closed under the thread that draws: an end like any other
    if args.exc_value is not None:
        _write_down(args.exc_value)


def _write_down(error: BaseException) -> None:
    from tally_tui import paths

    text = "".join(traceback.format_exception(error))
    try:
        path = paths.private_dir(paths.data_dir()) / "crash.log"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, paths.PRIVATE_FILE)
        with os.fdopen(fd, "a") as log:
            log.write(text)
    except OSError:
        pass  # nowhere to write: the screen goes on all the same
