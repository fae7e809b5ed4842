"""`tally-tui alerts`: what was told, mark it as seen, snooze it, try the channels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from tally_tui.cli import grammar
from tally_tui.cli.action_words import action_words
from tally_tui.cli.output import print_json, remark, say
from tally_tui.cli.problems import FAILED, FailedError
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import listed, nearest
from tally_tui.clock import now_ms
from tally_tui.model import Span
from tally_tui.paths import ledger_path
from tally_tui.rules.figures import counted

if TYPE_CHECKING:
    import sqlite3

    from tally_tui.cli.parsing import Request
    from tally_tui.ledger.alerts import Alert

_ACTIONS: Final = {"list": (0, 0), "ack": (1, 1), "snooze": (1, 2), "check": (0, 0), "test": (0, 0)}
"""Every action, and how many words it takes at least and at most."""
_SHOWN: Final = 50
_UNITS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def alerts(request: Request) -> int:
    """The command; its status is 1 where a channel failed."""
    action, words = action_words(request, _ACTIONS)
    if action != "list":
        _refuse_filters(request, action)
    match action:
        case "ack":
            return _acknowledge(request, words[0])
        case "snooze":
            return _snooze(request, *words)
        case "check":
            return _check(request)
        case "test":
            return _test()
    return _list(request)


def _refuse_filters(request: Request, action: str) -> None:
    """`ack all --since 7d` would mark more than was meant."""
    for option in (grammar.SINCE, grammar.UNTIL, grammar.AXIS, grammar.LIMIT):
        if option.key in request.values:
            hint = "`tally-tui alerts list` takes it. Nothing was changed."
            raise request.bad(option, f"alerts {action} takes no {option.name}", hint)


def _list(request: Request) -> int:
    from tally_tui.cli.asking import limit_of, span_of, zone_of
    from tally_tui.ledger.alerts import alerts as kept
    from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader, telling

    settings = settings_in_force()
    limit = limit_of(request) or (None if request.on(grammar.JSON) else _SHOWN)
    span = span_of(request, now_ms(), zone_of(request, settings), settings.first_weekday)
    axes = request.choices.get(grammar.AXIS.key, ())
    path = ledger_path()
    try:
        with closing(open_reader(path)) as db, telling(path):
            found = kept(db, limit=limit, span=span, axes=axes)
    except NoLedgerError:
        found = ()
    except LedgerError as error:
        raise FailedError(str(error)) from error
    if request.on(grammar.JSON):
        _print_json(found)
    elif found:
        _print(found)
    elif axes or span != Span():
        say("no alert is among these; `tally-tui alerts list` shows all")
    else:
        say("no alerts yet")
    return 0


def _print_json(found: tuple[Alert, ...]) -> None:
    from tally_tui.cli.contract_alerts import alerts as document

    print_json(document(found))


def _print(found: tuple[Alert, ...]) -> None:
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.record.alert_words import text, title
    from tally_tui.rules.figures import ago

    now = now_ms()
    columns = [
        Column("id", right=True), Column("when"), Column("severity"), Column("alert", wide=True),
        Column("figures", wide=True, rank=1), Column("seen", rank=2),
    ]  # fmt: skip
    print_table(
        columns,
        [
            [
                str(each.id), ago(now - each.fired_at), each.severity, title(each), text(each, each.latched_at),
                "void" if each.void else "seen" if each.acknowledged_at else "",
            ]
            for each in found
        ],
    )  # fmt: skip
    for each in found:
        for problem in each.problems:
            remark(f"alert {each.id} was not told everywhere: {problem}")


def _acknowledge(request: Request, word: str) -> int:
    from tally_tui.ledger.alerts import acknowledge, one

    if word != "all" and not word.isdigit():
        raise request.bad_word(1, f"{word!r} is no alert's id", "`tally-tui alerts list` shows them; or say all.")
    with _writer() as db:
        if word != "all" and one(db, int(word)) is None:
            raise request.bad_word(1, f"there is no alert {word}", "`tally-tui alerts list` shows them; or say all.")
        count = acknowledge(db, None if word == "all" else int(word), now_ms())
    say(f"{counted(count, 'alert')} marked as seen" if count else "nothing to do: seen before")
    return 0


def _snooze(request: Request, how_long: str, rule: str = "") -> int:
    from tally_tui.ledger.alerts import snooze
    from tally_tui.record.firings import armed

    length = re.fullmatch(r"(\d{1,4})([mhd])", how_long)
    if how_long != "off" and not length:
        raise request.bad_word(1, f"{how_long!r} is no length of time", "It takes 30m, 2h, 3d, or off.")
    names = list(dict.fromkeys(each.rule for each in armed(settings_in_force())))
    if rule and rule not in names:
        near = nearest(rule, names)
        raise request.bad_word(2, f"no rule {rule!r}", f"Did you mean {near}?" if near else f"Rules: {listed(names)}.")
    until = now_ms() + int(length[1]) * _UNITS[length[2]] if length else 0
    with _writer() as db:
        snooze(db, until, rule)
    what = rule or "all alerts"
    say(f"{what}: only recorded for {how_long}" if until else f"{what}: told again")
    return 0


def _check(request: Request) -> int:
    from tally_tui.cli.asking import freshened
    from tally_tui.ledger.alerts import Told
    from tally_tui.ledger.open import LedgerError
    from tally_tui.record.alert_words import text, title
    from tally_tui.record.alerting import check

    now, settings = now_ms(), settings_in_force()
    note = freshened(settings)
    if note:
        remark(note)
    try:
        new = check(now, settings=settings)
    except LedgerError as error:
        raise FailedError(str(error)) from error
    if request.on(grammar.JSON):
        _print_json(new)
    else:
        for each in new:
            note = "  (only recorded)" if each.told is Told.RECORDED else ""
            say(f"{each.severity}: {title(each)}: {text(each, now)}{note}")
        if not new:
            say("nothing new")
    problems = [f"alert {each.id}: {problem}" for each in new for problem in each.problems]
    for problem in problems:
        remark(problem)
    return FAILED if problems else 0


def _test() -> int:
    from tally_tui.record.alert_examples import examples
    from tally_tui.record.alerting import every_channel
    from tally_tui.record.channels import dispatch

    settings = settings_in_force()
    notices = examples(settings, now_ms())
    through = every_channel(settings)
    for each in notices:
        say(f"{each.severity}: {each.title}: {each.text}")
    if not through:
        say("\nno channel is set up: docs/alerts.md; the app shows alerts by itself")
        return 0
    failed = dispatch(notices, through)
    problems = list(dict.fromkeys(problem for each in failed.values() for problem in each))
    heard = [each.name for each in through if not any(problem.startswith(f"{each.name}:") for problem in problems)]
    say(f"\ntold through {listed(heard)}" if heard else "\ntold through no channel")
    for problem in problems:
        remark(problem)
    return FAILED if problems else 0


@contextmanager
def _writer() -> Iterator[sqlite3.Connection]:
    from tally_tui.ledger.open import LedgerError, open_writer, telling

    path = ledger_path()
    try:
        with closing(open_writer(path, full=True)) as db, telling(path):
            yield db
    except LedgerError as error:
        raise FailedError(str(error)) from error
