"""`tally-tui record`: hand over what an agent says of its limits, by flags or as JSON on standard input."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from tally_tui import diagnostics
from tally_tui.cli import grammar
from tally_tui.cli.output import remark, say
from tally_tui.cli.problems import BadQuestionError, FailedError, point_into
from tally_tui.clock import now_ms
from tally_tui.model import Provider
from tally_tui.record.handed import BadJsonError, BadReadingError, from_json, instant, percent, reading

if TYPE_CHECKING:
    from tally_tui.cli.grammar import Option
    from tally_tui.cli.parsing import Request
    from tally_tui.ledger.readings import Taken

_Value = TypeVar("_Value")
_FLAGS: Final = {
    "seven_day": (grammar.SEVEN_DAY, grammar.SEVEN_DAY_RESETS),
    "five_hour": (grammar.FIVE_HOUR, grammar.FIVE_HOUR_RESETS),
}
_WAIT_MS: Final = 10_000
_LOGS_S: Final = 5.0
"""How long logs are read at most before alerts look at a new percent."""
_AROUND: Final = 60
"""Letters of a long JSON line that are shown around what is wrong in it."""


def record(request: Request) -> int:
    """The command."""
    now = now_ms()
    given = [name for name, flags in _FLAGS.items() if any(flag.key in request.values for flag in flags)]
    taken, left_out = _from_flags(request, given, now) if given else _from_stdin(request, now)
    for each in left_out:
        remark(each)
    if taken:
        keep_and_tell(taken, now)
    return 0


def keep_and_tell(taken: list[Taken], now: int) -> None:
    """Keep readings, let alerts look at them, and say what was recorded.

    Raises:
        FailedError: the ledger cannot be written; nothing was recorded.
    """
    _keep(taken)
    _tell(taken, now)


def _from_flags(request: Request, given: list[str], now: int) -> tuple[list[Taken], list[str]]:
    taken, left_out = [], []
    for name in given:
        used_flag, resets_flag = _FLAGS[name]
        for flag, other in ((used_flag, resets_flag), (resets_flag, used_flag)):
            if flag.key not in request.values:
                raise request.bad(other, f"{other.name} needs {flag.name}, too")
        used = _value(request, used_flag, percent)
        resets_at = _value(request, resets_flag, instant)
        try:
            taken.append(reading(name, used, resets_at, now))
        except BadReadingError as error:
            flag = used_flag if error.field == "percent" else resets_flag
            if error.field == "resets_at" and name == "five_hour" and taken:
                # Sessions repeat the five hours they last heard of; the week beside it is still right.
                left_out.append(f"{flag.name}: {error}; the five hours are left out")
                continue
            raise request.bad(flag, f"{flag.name}: {error}", "Nothing was recorded.") from error
    return taken, left_out


def _value(request: Request, flag: Option, read: Callable[[str], _Value]) -> _Value:
    text = request.value(flag) or ""
    try:
        return read(text)
    except BadReadingError as error:
        raise request.bad(flag, f"{flag.name}: {error}", "Nothing was recorded.") from error


def _from_stdin(request: Request, now: int) -> tuple[list[Taken], list[str]]:
    from tally_tui.record.stdin import read_all

    if os.isatty(0):
        raise request.bad_word(0, "nothing to record", "Give --five-hour and --five-hour-resets-at, or JSON on stdin.")
    text = read_all().decode("utf-8-sig", errors="replace").strip()
    if not text:
        raise request.bad_word(0, "nothing to record", "Give --five-hour and --five-hour-resets-at, or JSON on stdin.")
    try:
        return from_json(text, now)
    except BadJsonError as error:
        raise BadQuestionError(str(error), _pointed(text, error.at), "Nothing was recorded.") from error
    except BadReadingError as error:
        at = max(0, text.find(f'"{error.name}"')) if error.name else 0
        length = len(error.name) + 2 if error.name else 1
        message = f"{error.name}: {error}" if error.name else str(error)
        raise BadQuestionError(message, _pointed(text, at, length), "Nothing was recorded.") from error


def _pointed(text: str, at: int, length: int = 1) -> str:
    """The line that holds a place in the text, as much of it as fits, and a pointer at the place."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)]
    column = at - start
    cut = max(0, column - _AROUND)
    return point_into(line[cut : column + _AROUND], column - cut, length)


def _keep(taken: list[Taken]) -> None:
    from tally_tui.ingest.lock import LockError
    from tally_tui.ledger.open import LedgerError, telling
    from tally_tui.paths import data_dir, ledger_path
    from tally_tui.record import limits
    from tally_tui.record.after import after_reading
    from tally_tui.record.keep import keep

    try:
        with telling(ledger_path()):
            keep(taken, _WAIT_MS)
    except LedgerError as error:
        diagnostics.failed(str(data_dir()), diagnostics.RECORD, error)
        raise FailedError(f"nothing was recorded. {error}") from error
    diagnostics.worked(str(data_dir()), diagnostics.RECORD)
    # The state file is about Claude Code's own line.
    news = limits.note([one for one in taken if one.provider == Provider.CLAUDE])
    try:
        after_reading(_LOGS_S if news else 0)
    except (LedgerError, LockError, sqlite3.Error, OSError, ValueError) as error:
        remark(f"recorded, but alerts could not be looked at: {error}")


def _tell(taken: list[Taken], now: int) -> None:
    from tally_tui.rules.figures import duration

    accounts = _accounts()

    for one in sorted(taken, key=lambda each: each.minutes):
        name = {300: "5 hours", 10_080: "7 days"}.get(one.minutes, duration(one.minutes * 60_000))
        provider = Provider(one.provider).word
        own = "" if one.limit_id == provider else f" {one.limit_id}"
        account = accounts.get((provider, one.root), "")
        left = (one.resets_at or now) - now
        resets = f"resets in {duration(left)}" if left > 0 else "it has reset"
        resets = "nothing says when it resets" if one.resets_at is None else resets
        say(f"recorded: {provider}{own}{f' ({account})' if account else ''}, {name}: {one.percent:g}%, {resets}")


def _accounts() -> Mapping[tuple[str, str], str]:
    """What to call each account, where several were ever read."""
    from contextlib import closing

    from tally_tui.ledger.ask_readings import limit_keys
    from tally_tui.ledger.open import LedgerError, open_reader
    from tally_tui.paths import ledger_path
    from tally_tui.rules.accounts import account_names

    try:
        with closing(open_reader(ledger_path())) as db:
            return account_names((key.provider, key.root) for key in limit_keys(db))
    except (LedgerError, sqlite3.Error):
        return {}
