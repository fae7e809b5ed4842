"""`tally-tui credit`: tell of percents of a limit that were handed back, list what was told, take it back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from tally_tui import clock
from tally_tui.cli import grammar
from tally_tui.cli.action_words import action_words
from tally_tui.cli.asking import zone_of
from tally_tui.cli.output import print_json, remark, say
from tally_tui.cli.problems import BadQuestionError, FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import shown
from tally_tui.config_credits import read_window
from tally_tui.config_values import BadSettingError
from tally_tui.paths import ledger_path
from tally_tui.rules.windows import SEVEN_DAYS

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.granting import Grant

_ACTIONS: Final = {"list": (0, 0), "add": (1, 1), "remove": (1, 1)}
"""Every action, and how many words it takes at least and at most."""


def credit(request: Request) -> int:
    """The command."""
    action, words = action_words(request, _ACTIONS)
    match action:
        case "add":
            return _add(request, words[0])
        case "remove":
            return _remove(request, words[0])
    return _list(request)


def _add(request: Request, word: str) -> int:
    from tally_tui.ledger.credits import grant
    from tally_tui.record.handed import BadReadingError
    from tally_tui.record.handed import percent as read_percent
    from tally_tui.reports.granting import BadGrantError, granting, limit_asked_for

    try:
        percent = read_percent(word)
    except BadReadingError as error:
        raise request.bad_word(1, str(error), "Write 31 or 12.5.") from error
    now, at = clock.now_ms(), _instant(request)
    provider, name, minutes, root = _limit(request)
    with _ledger() as db:
        try:
            found = granting(db, limit_asked_for(db, provider, name, minutes, root), at, percent, now_ms=now)
        except BadGrantError as error:
            raise _pointed(request, error.field, shown(str(error))) from error
        told = _said(found, now)
        if request.on(grammar.DRY_RUN):
            say(f"{told}. Nothing was changed (--dry-run).")
            return 0
        kept = grant(db, found.key, at, percent)
    _look()
    if request.on(grammar.JSON):
        from tally_tui.cli.contract_limits import granted_credits

        print_json(granted_credits([kept]))
    else:
        say(f"{told}. `tally-tui credit remove {kept.id}` takes it back.")
    return 0


def _instant(request: Request) -> int:
    from tally_tui.rules.dates import BadDateError, instant

    word, now = request.value(grammar.AT), clock.now_ms()
    if word is None:
        return now
    settings = settings_in_force()
    try:
        return instant(word, now=now, tz=zone_of(request, settings), week_start=settings.first_weekday)
    except BadDateError as error:
        raise request.bad(grammar.AT, error.message, error.suggestion) from error


def _limit(request: Request) -> tuple[str, str, int, str | None]:
    """Provider, the limit's name, its minutes and the account."""
    from tally_tui.model import Provider
    from tally_tui.paths import Root, account

    provider = request.choices.get(grammar.PROVIDER.key, ("claude",))[-1]
    minutes, root = SEVEN_DAYS, request.value(grammar.ROOT)
    window = request.value(grammar.WINDOW)
    if window is not None:
        try:
            minutes = read_window(window)
        except BadSettingError as error:
            raise request.bad(grammar.WINDOW, f"--window: {error}") from error
    if root is not None:
        from pathlib import Path

        root = account(Root(Provider[provider.upper()], Path(root).expanduser()))
    return provider, request.value(grammar.NAME) or provider, minutes, root


def _pointed(request: Request, field: str, message: str) -> BadQuestionError:
    hint = "Nothing was changed."
    if field == "at" and grammar.AT.key in request.values:
        return request.bad(grammar.AT, f"--at: {message}", hint)
    if field == "limit":
        for option in (grammar.NAME, grammar.WINDOW, grammar.ROOT):
            if option.key in request.values:
                return request.bad(option, message, hint)
    return request.bad_word(1 if field == "percent" else 0, message, hint)


def _said(grant: Grant, now: int) -> str:
    from tally_tui.cli.limit_words import Names
    from tally_tui.rules.figures import ago

    name = Names([(grant.key.provider, grant.key.root)])(grant.key)
    return f"{name}: {grant.before:g} % became {grant.percent:g} % {ago(now - grant.at)}"


def _remove(request: Request, word: str) -> int:
    from tally_tui.ledger.credits import take_back

    hint = "`tally-tui credit list` shows them."
    if not (word.isascii() and word.isdigit()) or len(word) > 15:
        raise request.bad_word(1, f"{word!r} is no credit's id", hint)
    with _ledger() as db:
        if not take_back(db, int(word)):
            raise request.bad_word(1, f"there is no credit {word}", hint)
    say(f"credit {word} is taken back")
    return 0


def _list(request: Request) -> int:
    from tally_tui.cli.contract_limits import granted_credits
    from tally_tui.cli.limit_words import Names
    from tally_tui.ledger.credits import granted_credits as kept
    from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader, telling
    from tally_tui.rules.figures import ago

    try:
        with closing(open_reader(ledger_path())) as db, telling(ledger_path()):
            several = kept(db)
    except NoLedgerError:
        several = []
    except LedgerError as error:
        raise FailedError(str(error)) from error
    if request.on(grammar.JSON):
        print_json(granted_credits(several))
        return 0
    if not several:
        say("You told of no credit. `tally-tui credit add 31` says that the week fell to 31 % just now.")
    name = Names((each.key.provider, each.key.root) for each in several)
    for each in several:
        say(f"{each.id:>3}  {name(each.key)}: fell to {each.percent:g} % {ago(clock.now_ms() - each.at)}")
    return 0


@contextmanager
def _ledger() -> Iterator[sqlite3.Connection]:
    from tally_tui.ledger.open import LedgerError, open_writer, telling

    path = ledger_path()
    try:
        with closing(open_writer(path, full=True)) as db, telling(path):
            yield db
    except LedgerError as error:
        raise FailedError(str(error)) from error


def _look() -> None:
    """A credit begins a new segment: its thresholds count anew."""
    from tally_tui.ledger.open import LedgerError
    from tally_tui.record.after import after_reading

    try:
        after_reading()
    except (LedgerError, sqlite3.Error, OSError, ValueError) as error:
        remark(f"kept, but alerts could not be looked at: {error}")
