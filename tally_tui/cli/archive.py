"""`tally-tui archive`: sessions kept before their agent deletes their logs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from tally_tui.cli import grammar
from tally_tui.cli.action_words import usage
from tally_tui.cli.asking import Question, ledger, question
from tally_tui.cli.contract import Document, noted, stamp
from tally_tui.cli.output import print_json, remark, say
from tally_tui.cli.problems import FAILED, BadQuestionError, FailedError, StoppedError
from tally_tui.cli.read import not_meant
from tally_tui.cli.reading import Progress, stoppable
from tally_tui.cli.text import nearest, shown, time_left
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from tally_tui.archive.keeping import Result
    from tally_tui.archive.progress import Progress as KeepingProgress
    from tally_tui.cli.parsing import Request
    from tally_tui.reports.archive import Archive, ArchivedSession
    from tally_tui.reports.conversation_files import SessionLog

_ACTIONS: Final = {"status": (0, 0), "list": (0, 0), "run": (0, 0), "add": (0, 1), "remove": (1, 1)}
"""Every action, and how many words it takes."""
SOON_DAYS: Final = 5
"""Logs that will be deleted within so many days are told of."""
_SHOWN: Final = 8


def archive(request: Request) -> int:
    """The command; its status is 1 where something was not done."""
    words = [word for _, word in request.words]
    action = words[0] if words else "status"
    if action not in _ACTIONS:
        near = nearest(action, _ACTIONS)
        hint = f"Did you mean {near}?" if near else usage(request)
        raise request.bad_word(0, f"archive has no action {action!r}", hint)
    least, most = _ACTIONS[action]
    given = max(0, len(words) - 1)
    if given > most:
        raise request.bad_word(most + 1, "one word too many", usage(request))
    query = request.value(grammar.FOUND)
    if query is not None and action != "add":
        raise request.bad(grammar.FOUND, "--query belongs to archive add")
    if given < least or (action == "add" and given == (query is not None)):
        raise request.bad_word(len(words) if not given else 1, "which session? Give one id, or --query", usage(request))
    asked = question(replace(request, words=((0, query),) if query is not None else ()))
    if action == "run":
        return _run(request, asked)
    if action == "add":
        return _add(request, asked)
    if action == "remove":
        return _remove(request, asked)
    return _list(request, asked, action)


# -- what there is


def _list(request: Request, asked: Question, action: str) -> int:
    from tally_tui.reports.archive import archive as report

    with ledger(request, asked) as (db, note):
        found = report(db)
        soon = _soon(db, asked)
    if request.on(grammar.JSON):
        print_json(noted(document(found, soon), note))
    elif action == "list":
        _print_list(found, asked)
    else:
        _print_status(found, soon, asked)
    return 0


def _soon(db: sqlite3.Connection, asked: Question) -> int:
    """How many sessions' logs will be deleted soon and are not archived."""
    from tally_tui.reports.sessions import sessions

    end = asked.now + SOON_DAYS * 86_400_000
    rows = sessions(db, tz=asked.tz).rows
    return sum(row.deleted_ms is not None and row.deleted_ms <= end and not row.archived for row in rows)


def document(found: Archive, soon: int) -> Document:
    """The JSON contract's document."""
    return {
        "schema": "tally.archive/1",
        "folder": found.folder,
        "sessions": [_row(each) for each in found.sessions],
        "files": found.files,
        "files_gone": found.files_gone,
        "bytes": found.size,
        "stored_bytes": found.stored,
        "unknown_files": found.unknown_files,
        "deleted_soon": soon,
    }


def _row(each: ArchivedSession) -> dict[str, Any]:
    return {
        "provider": each.provider,
        "session": each.session,
        "title": each.title,
        "project": each.project,
        "files": each.files,
        "files_gone": each.files_gone,
        "missing": each.missing,
        "bytes": each.size,
        "stored_bytes": each.stored,
        "archived_time": stamp(each.archived_ms),
    }


def _print_list(found: Archive, asked: Question) -> None:
    from tally_tui.cli.tables import Column, print_table
    from tally_tui.rules.zones import local

    if not found.sessions:
        say("Nothing is archived yet: `tally-tui archive add SESSION`, or A on the Conversations screen.")
        return
    columns = [
        Column("archived", rank=2), Column("session", wide=True), Column("project", rank=3),
        Column("files", right=True, rank=4), Column("size", right=True, rank=1), Column("kept in", right=True),
        Column("log"), Column("id", rank=5),
    ]  # fmt: skip
    print_table(
        columns,
        [
            [
                f"{local(each.archived_ms, asked.tz):%Y-%m-%d %H:%M}",
                each.title or each.session,
                each.project or "–",
                f"{each.files:,}",
                size(each.size),
                size(each.stored),
                "copy lost" if each.missing else "deleted" if each.files_gone else "there",
                each.session,
            ]
            for each in found.sessions
        ],
        ["", "total", "", f"{found.files:,}", size(found.size), size(found.stored), "", ""],
    )


def _print_status(found: Archive, soon: int, asked: Question) -> None:
    share = f" ({100 * found.stored / found.size:.0f} %)" if found.size else ""
    say(
        f"{counted(len(found.sessions), 'session')} with {counted(found.files, 'file')}: {size(found.size)} "
        f"kept in {size(found.stored)}{share}; in {shown(found.folder)}"
    )
    if found.files_gone:
        say(f"{counted(found.files_gone, 'file')} of them only here: their agents deleted or cut the logs")
    lost = sum(each.missing for each in found.sessions)
    if lost:
        say(f"{counted(lost, 'copy', 'copies')} missing from the folder; what is still in the logs is copied again")
    if found.unknown_files:
        say(f"{counted(found.unknown_files, 'file')} in the folder that this ledger knows nothing of; left alone")
    rules = asked.settings.archive
    if rules.all:
        say(f"every session is archived once it has rested for {rules.after_days:g} days")
    elif rules.keep:
        say(f"archived once they have rested for {rules.after_days:g} days: {shown(', '.join(rules.keep))}")
    else:
        say("only what is chosen by hand is archived; [archive] in the settings has rules (docs/archive.md)")
    if soon:
        one = soon == 1
        say(
            f"{counted(soon, 'session')} not archived will lose {'its log' if one else 'their logs'} "
            f"within {SOON_DAYS} days"
        )


# -- what is done


def _run(request: Request, asked: Question) -> int:
    from tally_tui.archive.choosing import BadRuleError, due

    with ledger(request, asked) as (db, note):
        try:
            sessions = due(db, asked.settings, asked.tz, asked.now)
        except BadRuleError as error:
            raise FailedError(str(error)) from error
    if not sessions and not request.on(grammar.JSON):
        say("No session is chosen: A on the Conversations screen, `archive add`, or [archive] in the settings.")
        return 0
    return _keep(request, sessions, note, chosen=False)


def _add(request: Request, asked: Question) -> int:
    from tally_tui.reports.conversation_files import NoSessionError, find_session, root_of, session_of

    with ledger(request, asked) as (db, note):
        if request.value(grammar.FOUND) is not None:
            from tally_tui.archive.choosing import found_by
            from tally_tui.model import Provider

            names = sorted(found_by(db, asked.query, asked.tz))
            found = [session_of(db, Provider(provider), name) for provider, name in names]
            sessions = [each for each in found if each is not None]
        else:
            try:
                sessions = [root_of(db, find_session(db, request.words[1][1]))]
            except NoSessionError as error:
                raise not_meant(request, error, 1) from error
    if not sessions:
        say("No session matches. Nothing was archived.")
        return FAILED
    return _keep(request, sessions, note, chosen=True)


def _keep(request: Request, sessions: Sequence[SessionLog], note: str, *, chosen: bool) -> int:
    from tally_tui.archive.keeping import keep

    with _told(), stoppable() as stopped, Progress(_words) as progress:
        result = keep(sessions, chosen=chosen, progress=progress.show, stopped=lambda: bool(stopped), wait=1)
    for problem in result.problems:
        remark(problem)
    for path in result.differing[:_SHOWN]:
        remark(f"{path} was rewritten since it was archived: the copy is kept as it was. `archive remove` and then "
               "`archive add` takes the log as it is now.")  # fmt: skip
    if result.busy:
        return _busy()
    names = set(result.empty)
    if request.on(grammar.JSON):
        print_json(noted(_done("tally.archive-run/1", result, len(sessions)), note))
    elif names and len(names) == len(sessions):
        say("There is nothing left to archive: the logs are gone already.")
    elif not result.files:
        say(f"{counted(len(sessions), 'session')} looked at: the archive has all of it already")
    else:
        say(
            f"archived {counted(result.files, 'file')} of {counted(result.sessions, 'session')}: "
            f"{size(result.size)} kept in {size(result.stored)}"
        )
    if result.cancelled:
        raise StoppedError
    return FAILED if result.problems or (names and len(names) == len(sessions)) else 0


def _done(schema: str, result: Result, looked: int) -> Document:
    return {
        "schema": schema,
        "looked_at": looked,
        "sessions": result.sessions,
        "files": result.files,
        "bytes": result.size,
        "stored_bytes": result.stored,
        "differing": result.differing,
        "nothing_left": result.empty,
        "problems": result.problems,
    }


def _remove(request: Request, asked: Question) -> int:
    from tally_tui.archive.keeping import drop, only_copies
    from tally_tui.ledger.archived import copies
    from tally_tui.reports.conversation_files import NoSessionError, find_session, root_of

    with ledger(request, asked) as (db, note):
        try:
            session = root_of(db, find_session(db, request.words[1][1]))
        except NoSessionError as error:
            raise not_meant(request, error, 1) from error
        there = copies(db, session.provider, session.name)
        alone = only_copies(db, session.provider, session.name)
    what = shown(session.title or session.name)
    if not there:
        say(f"{what} is not archived")
        return FAILED
    if alone and not request.on(grammar.YES):
        index = request.words[1][0]
        raise BadQuestionError(
            f"{counted(alone, 'file')} of {what} {'is' if alone == 1 else 'are'} nowhere but in the archive",
            request.line.point(index),
            "--yes deletes what is said there for good; what it cost is kept.",
        )
    with _told():
        result = drop([(session.provider, session.name)], wait=1)
    if result.busy:
        return _busy()
    for problem in result.problems:
        remark(problem)
    if request.on(grammar.JSON):
        print_json(noted(_done("tally.archive-remove/1", result, 1), note))
    else:
        say(f"{what} is out of the archive: {counted(result.files, 'copy', 'copies')}, {size(result.stored)}")
    return FAILED if result.problems else 0


@contextmanager
def _told() -> Iterator[None]:
    from tally_tui.archive.copying import ArchiveError
    from tally_tui.ingest.lock import LockError
    from tally_tui.ledger.open import LedgerError

    try:
        yield
    except (ArchiveError, LedgerError, LockError) as error:
        raise FailedError(str(error)) from error


def _busy() -> int:
    remark("another process is archiving. Nothing was changed; try again when it is done.")
    return FAILED


def _words(progress: KeepingProgress) -> str:
    parts = [
        f"archiving {progress.sessions_done + 1:,} of {counted(progress.sessions_total, 'session')}",
        f"{size(progress.bytes_done)} of {size(progress.bytes_total)}",
        shown(progress.title)[:40],
    ]
    if progress.seconds_left is not None:
        parts.insert(2, time_left(progress.seconds_left))
    return " · ".join(filter(None, parts))


