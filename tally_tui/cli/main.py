"""From the words of the prompt to an exit status: every way a command can end is decided here."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tally_tui.cli.output import say, say_document
from tally_tui.cli.problems import (
    BAD_QUESTION,
    FAILED,
    STOPPED,
    BadQuestionError,
    FailedError,
    StoppedError,
)
from tally_tui.cli.text import shown

if TYPE_CHECKING:
    from tally_tui.cli.grammar import Command
    from tally_tui.cli.parsing import Request


def run(argv: Sequence[str]) -> int:
    """Do what the words after `tally-tui` say; never raises, but for what ends the process anyway.

    Returns:
        0 done; 1 it did not work; 2 it was not understood; 130 stopped with Ctrl-C.
    """
    from tally_tui.cli.parsing import parse

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if argv[:1] == ["__complete"]:
            from tally_tui.cli.completion import complete_line

            say_document(f"{line}\n" for line in complete_line(*argv[1:4]))
            return 0
        status = _run(parse(tuple(argv)))
        sys.stdout.flush()
        return status
    except BadQuestionError as error:
        return _ended(str(error), BAD_QUESTION)
    except FailedError as error:
        return _ended(f"tally-tui: {shown(str(error))}", FAILED)
    except StoppedError:
        return _ended("tally-tui: stopped; what was read is kept", STOPPED)
    except KeyboardInterrupt:
        return _ended("tally-tui: stopped", STOPPED)
    except BrokenPipeError:
        _let_go()  # the reader has had enough (`| head`)
        return 0
    except OSError as error:
        # Nearly always the place the answer was to go to: a full disk, a closed terminal.
        if os.environ.get("TALLY_DEBUG"):
            raise
        _let_go()
        return _ended(f"tally-tui: {shown(str(error))}. What was read is kept.", FAILED)
    except Exception as error:  # the last line of defence: people see a sentence, never a traceback
        if os.environ.get("TALLY_DEBUG"):
            raise
        return _ended(_damaged(error) or _unexpected(error), FAILED)


def _run(request: Request) -> int:
    from tally_tui.cli import grammar

    chosen = request.command
    if request.on(grammar.VERSION):
        from tally_tui import __version__

        say(f"tally-tui {__version__}")
        return 0
    if request.on(grammar.HELP) or (chosen and chosen.name == "help"):
        from tally_tui.cli.help import help_text

        say(help_text(chosen if request.on(grammar.HELP) else _helped(request)))
        return 0
    if request.on(grammar.DEMO):
        from tally_tui.cli.demo import demo_logs

        with demo_logs():
            return _do(request)
    return _do(request)


def _do(request: Request) -> int:
    from tally_tui import clock

    try:
        clock.now_ms()
    except clock.BadClockError as error:
        raise BadQuestionError(str(error)) from error
    name = request.command.name if request.command else ""
    from tally_tui.reports.report_names import REPORTS

    match name:
        case "":
            from tally_tui.cli.open_app import open_app

            return open_app(request)
        case name if name in REPORTS:
            from tally_tui.cli.report_command import run_report as command
        case "search":
            from tally_tui.cli.search import search as command
        case "library":
            from tally_tui.cli.library import library as command
        case "read":
            from tally_tui.cli.read import read as command
        case "bookmarks":
            from tally_tui.cli.bookmarks import bookmarks as command
        case "compare":
            from tally_tui.cli.compare import compare as command
        case "archive":
            from tally_tui.cli.archive import archive as command
        case "sync":
            from tally_tui.cli.sync import sync as command
        case "limits":
            from tally_tui.cli.limits import limits as command
        case "forecast":
            from tally_tui.cli.limits import forecast as command
        case "milestones":
            from tally_tui.cli.limits import milestones as command
        case "credit":
            from tally_tui.cli.credit import credit as command
        case "credits":
            from tally_tui.cli.credits import codex_credits as command
        case "budget":
            from tally_tui.cli.budget import budget as command
        case "alerts":
            from tally_tui.cli.alerts import alerts as command
        case "watch":
            from tally_tui.cli.watch import watch as command
        case "paths":
            from tally_tui.cli.paths import paths as command
        case "config":
            from tally_tui.cli.config import config as command
        case "prices":
            from tally_tui.cli.prices import prices as command
        case "setup":
            from tally_tui.cli.setup import setup as command
        case "record":
            from tally_tui.cli.record import record as command
        case "completion":
            from tally_tui.cli.completion import completion as command
        case "statusline":
            from tally_tui.cli.statusline import statusline as command
        case "hook":
            from tally_tui.cli.statusline import hook as command
    return command(request)


def _helped(request: Request) -> Command | None:
    from tally_tui.cli.grammar import COMMANDS, command

    if not request.words:
        return None
    found = command(request.words[0][1])
    if not found:
        hint = f"Commands: {', '.join(each.name for each in COMMANDS)}."
        raise request.bad_word(0, f"no command {request.words[0][1]!r}", hint)
    return found


def _let_go() -> None:
    """Forget what is left of an answer that cannot be written: Python would try again at exit, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ended(message: str, status: int) -> int:
    try:
        say(message, error=True)
    except OSError:
        pass  # nobody listens; the status still tells
    return status


def _damaged(error: Exception) -> str:
    """What to say of a ledger that cannot be used, where no command has said it; '' for any other error."""
    import sqlite3

    from tally_tui.ledger.open import LedgerError, telling
    from tally_tui.paths import ledger_path

    if not isinstance(error, sqlite3.DatabaseError | LedgerError):
        return ""
    try:
        with telling(ledger_path()):
            raise error
    except LedgerError as told:
        return f"tally-tui: {shown(str(told))}"
    except Exception:
        return ""


def _unexpected(error: Exception) -> str:
    what = shown(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    return (
        f"tally-tui: something went wrong that should not ({what}). What was read is kept. "
        "TALLY_DEBUG=1 shows where; please report it."
    )
