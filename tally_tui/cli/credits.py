"""`tally-tui credits`: what Codex's windows come to in credits, and what a plan's allowance is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tally_tui.cli import contract_limits, grammar
from tally_tui.cli.action_words import usage
from tally_tui.cli.asking import Question, ledger, zone_of
from tally_tui.cli.contract import noted
from tally_tui.cli.output import print_json, say
from tally_tui.cli.problems import BadQuestionError, FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import listed, nearest, shown
from tally_tui.config import BadSettingError
from tally_tui.config_credits import allowances_of, rates_of, read_window, window_word

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings
    from tally_tui.reports.credits import CreditsRow
    from tally_tui.rules.credits import Credits

_ACTIONS: Final = ("list", "allowance", "allowance set", "allowance unset", "allowance paste")
_TAKES: Final = {"allowance set": 2, "allowance unset": 1}
_SETTING: Final = "codex_credits"


def codex_credits(request: Request) -> int:
    """The command."""
    words = [word for _, word in request.words]
    action = " ".join(words[:2] if words[:1] == ["allowance"] else words[:1]) or "list"
    if action not in _ACTIONS:
        wrong = 1 if words[:1] == ["allowance"] else 0
        near = nearest(words[wrong], ("set", "unset", "paste") if wrong else ("list", "allowance"))
        hint = f"Did you mean {near}?" if near else usage(request)
        raise request.bad_word(wrong, f"credits has no action {action!r}", hint)
    least = len(action.split()) + _TAKES.get(action, 0)
    if words and len(words) != least:
        wrong = min(len(words), least)
        what = "a word is missing" if wrong == len(words) else "one word too many"
        raise request.bad_word(wrong, what, usage(request))
    match action:
        case "allowance":
            return _allowance(request)
        case "allowance set":
            return _set(request, words[2], words[3])
        case "allowance unset":
            return _unset(request, words[2])
        case "allowance paste":
            return _paste(request)
    return _list(request)


def _list(request: Request) -> int:
    from tally_tui import clock
    from tally_tui.model import Span
    from tally_tui.query import parse
    from tally_tui.reports.credits import window_credits
    from tally_tui.rules.credits import CARD_DATE, CREDIT, Rate

    settings, now = settings_in_force(), clock.now_ms()
    tz = zone_of(request, settings)
    totals = {minutes: round(count * CREDIT) for minutes, count in allowances_of(settings.codex_credits).items()}
    rates = {model: Rate(*each) for model, each in rates_of(settings.codex_rates).items()}
    asked = Question(
        settings, now, tz, settings.first_weekday, Span(), parse("", now=now, tz=tz), "calculate", None
    )
    with ledger(request, asked) as (db, note):
        rows = window_credits(db, now_ms=now, tz=tz, totals=totals, overrides=rates)
    if request.on(grammar.JSON):
        print_json(noted(contract_limits.credits_spent(now, tz.key, rows, CARD_DATE), note))
    else:
        _print(rows, now)
    return 0


def _print(rows: tuple[CreditsRow, ...], now: int) -> None:
    from tally_tui.cli.limit_words import Names
    from tally_tui.rules.credits import CARD_DATE
    from tally_tui.rules.figures import duration, whole_percent

    if not rows:
        say(
            "No open window of a Codex plan is known. Codex writes its limits into its logs; "
            "`tally-tui credits allowance paste` takes them from what /status shows."
        )
        return
    name = Names((row.window.key.provider, row.window.key.root) for row in rows)
    for row in rows:
        resets = duration(row.window.end - now)
        say(f"{name(row.window.key)}: {whole_percent(row.window.percent)} % used, resets in {resets}")
        say(f"  {_told(row.total)}")
        for model, spent in row.models.items():
            say(f"    {shown(model or 'unknown')}: {_told(spent)}")
        if row.capacity:
            say(f"  {_number(row.capacity.left)} of {_number(row.capacity.total)} left ({row.capacity.confidence})")
        else:
            say("  what is left cannot be told: `tally-tui credits allowance set` says what the window gives in all")
    say(f"By the rate card of {CARD_DATE}; codex_rates in the settings come before it.")


def _told(spent: Credits) -> str:
    if spent.confidence != "unpriced":
        return f"{_number(spent.nano)} credits ({spent.confidence})"
    return f"{_number(spent.nano)} credits, and some without a rate" if spent.nano else "no rate is known"


def _number(nano: int) -> str:
    """Credits for people: `0.1775`, `12.5`, `1,234.5`; never 0 for what is not nothing."""
    number = Decimal(nano).scaleb(-9)
    digits = 1 if abs(number) >= 100 else 2 if abs(number) >= 1 else 4
    if number and abs(number) < Decimal("0.0001"):
        return "<0.0001"
    return f"{number:,.{digits}f}"


def _allowance(request: Request) -> int:
    settings = settings_in_force()
    told = allowances_of(settings.codex_credits)
    if request.on(grammar.JSON):
        rows = [{"minutes": minutes, "credits": f"{count:f}"} for minutes, count in told.items()]
        print_json({"schema": "tally.allowance/1", "windows": rows})
        return 0
    if not told:
        say("Nothing is said of the allowance: it is estimated. `tally-tui credits allowance set 7d 1000` says it.")
    for minutes, count in told.items():
        say(f"{window_word(minutes)}: {count:,f} credits")
    return 0


def _set(request: Request, window: str, count: str) -> int:
    from tally_tui.config_credits import read_allowances

    try:
        minutes = read_window(window)
    except BadSettingError as error:
        raise request.bad_word(2, str(error), "Write 5h or 7d.") from error
    try:
        (entry,) = read_allowances([f"{window_word(minutes)}={count}"])
    except BadSettingError as error:
        raise request.bad_word(3, str(error), "Write 1000 or 12.5.") from error
    settings = settings_in_force()
    _write(settings, [each for each in settings.codex_credits if not _of(each, minutes)] + [entry])
    say(f"a window of {window_word(minutes)} gives {entry.partition('=')[2]} credits")
    return 0


def _unset(request: Request, window: str) -> int:
    try:
        minutes = read_window(window)
    except BadSettingError as error:
        raise request.bad_word(2, str(error), "Write 5h or 7d.") from error
    settings = settings_in_force()
    left = [each for each in settings.codex_credits if not _of(each, minutes)]
    if len(left) == len(settings.codex_credits):
        known = listed(each.partition("=")[0] for each in settings.codex_credits) if settings.codex_credits else "none"
        raise request.bad_word(2, f"nothing is said of a window of {window_word(minutes)}", f"There are: {known}.")
    _write(settings, left)
    say(f"a window of {window_word(minutes)} is estimated again")
    return 0


def _of(entry: str, minutes: int) -> bool:
    return minutes in allowances_of([entry])


def _write(settings: Settings, entries: list[str]) -> None:
    from tally_tui.config_edit import set_value, unset_value

    try:
        if entries:
            set_value(_SETTING, entries)
        else:
            unset_value(_SETTING)
    except (BadSettingError, OSError) as error:
        raise FailedError(f"The settings cannot be changed ({error}). Nothing was changed.") from error


def _paste(request: Request) -> int:
    import os

    from tally_tui import clock
    from tally_tui.cli.output import remark
    from tally_tui.cli.record import keep_and_tell
    from tally_tui.record.handed import from_allowance
    from tally_tui.record.stdin import read_all

    if os.isatty(0):
        say("Paste what Codex's /status shows, then end with Ctrl-D.")
        import sys

        text = sys.stdin.read()
    else:
        text = read_all().decode("utf-8-sig", errors="replace")
    now, settings = clock.now_ms(), settings_in_force()
    taken, left_out = from_allowance(text, now, zone_of(request, settings))
    for each in left_out:
        remark(each)
    if not taken:
        hint = "It takes what Codex's /status says, such as: 5h 79% left, resets 18:50"
        raise BadQuestionError("no window was found in the text", "", hint)
    keep_and_tell(taken, now)
    return 0
