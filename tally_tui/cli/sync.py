"""`tally-tui sync`: read what is new in the logs; read all afresh; check every sum."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from tally_tui.cli import grammar
from tally_tui.cli.indexing import index_logs
from tally_tui.cli.output import print_json, remark, say
from tally_tui.cli.problems import FAILED, FailedError
from tally_tui.cli.reading import read_logs
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import listed
from tally_tui.ingest.others import all_read
from tally_tui.paths import ledger_path
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request
    from tally_tui.logs.discover import LogFile

SHOWN: Final = 20
"""Differences listed; of more only the number is told."""


def sync(request: Request) -> int:
    """The command; its status is 1 when a sum was wrong, or another process was in the way."""
    settings = settings_in_force()
    logs: list[LogFile] = []
    result = read_logs(settings, rebuild="rebuild" in request.switches, logs=logs)
    for problem in result.problems:
        remark(problem)
    indexed = None
    if "accounting_only" not in request.switches and not result.busy:
        indexed = index_logs(settings, logs=logs)
        for problem in indexed.problems:
            if problem not in result.problems:
                remark(problem)
    more = [word for word in ("rebuild", "verify") if word in request.switches]
    wrong = _verify() if "verify" in more and not result.busy else None
    if request.on(grammar.JSON):
        print_json(
            {
                "schema": "tally.sync/1",
                "busy": result.busy,
                "files": result.files,
                "files_read": result.files_read,
                "bytes_read": result.bytes_read,
                "calls": result.calls,
                "seconds": round(result.seconds, 3),
                "problems": list(result.problems),
                "differences": wrong,
                "messages_indexed": indexed.messages if indexed else None,
                "bytes_indexed": indexed.bytes_read if indexed else None,
            }
        )
    elif not result.busy:
        read = f"{size(result.bytes_read)} in {counted(result.files_read, 'file')}"
        there = f"{counted(result.files, 'log file')} in all; {result.seconds:.1f} s"
        say(f"{counted(result.calls, 'call')} from {read} ({there})")
        if indexed is not None and indexed.files_read:
            text = f"{size(indexed.bytes_read)} in {counted(indexed.files_read, 'file')}; {indexed.seconds:.1f} s"
            say(f"{counted(indexed.messages, 'message')} made searchable ({text})")
        if wrong == []:
            say("verified: every sum is the sum of its calls")
    if result.busy:
        remark(
            "another process reads the logs, and has taken up all there is."
            if all_read(settings)
            else "another process is reading the logs, and takes up what is new."
        )
        if more:
            remark(f"Nothing was done to {' and '.join(more)}; try again when it is done.")
    for difference in (wrong or [])[:SHOWN]:
        remark(difference)
    if wrong:
        remark(f"{counted(len(wrong), 'sum')} differed from the calls behind; all were made afresh.")
    return FAILED if wrong or (result.busy and more) else 0


def _verify() -> list[str]:
    """Compare every sum with its calls; where one differs, all are made afresh."""
    from tally_tui.database import faults
    from tally_tui.ledger.open import DamagedLedgerError, LedgerError, open_writer, telling
    from tally_tui.ledger.verify import dangling, differences, rebuild

    path = ledger_path()
    try:
        with closing(open_writer(path)) as db, telling(path):
            damage = faults(db)
            if damage:
                raise DamagedLedgerError(path, damage[0])
            wrong = [str(each) for each in differences(db)]
            if wrong:
                rebuild(db)
            broken = [f"{number:,} {what}" for what, number in dangling(db).items()]
    except LedgerError as error:
        raise FailedError(str(error)) from error
    if broken:
        what = f"the ledger at {path} holds {listed(broken)}"
        raise FailedError(f"{what}. Nothing was changed; `tally-tui sync --rebuild` reads all logs afresh.")
    return wrong
