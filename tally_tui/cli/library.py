"""`tally-tui library`: how much is searchable; make the index anew; delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.cli import grammar
from tally_tui.cli.output import print_json, remark, say
from tally_tui.cli.problems import FAILED, FailedError
from tally_tui.cli.search import pending_words
from tally_tui.cli.settings import settings_in_force
from tally_tui.cli.text import listed, nearest
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from tally_tui.cli.parsing import Request

ACTIONS = ("status", "rebuild", "remove")


def library(request: Request) -> int:
    """The command; its status is 1 when another process was in the way."""
    words = [word for _, word in request.words]
    action = words[0] if words else "status"
    if action not in ACTIONS:
        near = nearest(action, ACTIONS)
        hint = f"Did you mean {near}?" if near else f"It takes: {listed(ACTIONS)}."
        raise request.bad_word(0, f"library has no action {action!r}", hint)
    if len(words) > 1:
        raise request.bad_word(1, "one word too many", f"It takes: {listed(ACTIONS)}.")
    return {"status": _status, "rebuild": _rebuild, "remove": _remove}[action](request)


def _status(request: Request) -> int:
    from tally_tui.ingest.indexing import pending
    from tally_tui.library.shards import LibraryError, library_dir
    from tally_tui.library.status import status

    folder = library_dir()
    try:
        there = status(folder)
        left = pending(settings_in_force())
    except LibraryError as error:
        raise FailedError(str(error)) from error
    if request.on(grammar.JSON):
        print_json(
            {
                "schema": "tally.library/1",
                "messages": there.messages,
                "pending_bytes": left.bytes,
                "bytes": there.bytes,
                "log_bytes": left.log_bytes,
                "pending_files": left.files,
                "problems": list(left.problems),
                "files": there.files,
                "files_gone": there.files_gone,
                "shards": there.shards,
                "folder": str(folder),
            }
        )
        return 0
    for problem in left.problems:
        remark(f"not searchable: {problem}")
    part = ""
    if left.log_bytes:
        part = f", {100 * there.bytes / left.log_bytes:.1f} % of the logs' {size(left.log_bytes)}"
    say(f"{counted(there.messages, 'message')} of {counted(there.files, 'log file')} can be searched")
    say(f"{size(there.bytes)} in {counted(there.shards, 'shard')}{part}; in {folder}")
    if there.files_gone:
        say(f"{counted(there.files_gone, 'log')} of them gone since: found, but their text cannot be shown")
    waits = f"{pending_words(left.files, left.bytes)}; `tally-tui sync` reads them"
    say(waits if left.files else "nothing else is pending" if left.problems else "nothing is pending")
    return 0


def _rebuild(request: Request) -> int:
    from tally_tui.cli.indexing import index_logs

    result = index_logs(settings_in_force(), rebuild=True)
    for problem in result.problems:
        remark(problem)
    if result.busy:
        return _busy()
    if request.on(grammar.JSON):
        print_json(
            {
                "schema": "tally.library-rebuild/1",
                "messages": result.messages,
                "files": result.files_read,
                "bytes_read": result.bytes_read,
                "seconds": round(result.seconds, 3),
            }
        )
    else:
        what = f"{size(result.bytes_read)} in {counted(result.files_read, 'file')}; {result.seconds:.1f} s"
        say(f"{counted(result.messages, 'message')} can be searched ({what})")
    return 0


def _remove(request: Request) -> int:
    from tally_tui.ingest.indexing import remove
    from tally_tui.ingest.lock import LockError
    from tally_tui.library.shards import LibraryError

    try:
        shards = remove()
    except (LibraryError, LockError) as error:
        raise FailedError(str(error)) from error
    if shards is None:
        return _busy()
    if request.on(grammar.JSON):
        print_json({"schema": "tally.library-remove/1", "shards": shards})
    else:
        say("The index is deleted; logs and ledger are untouched. `tally-tui sync` makes it again.")
    return 0


def _busy() -> int:
    remark("another process is indexing. Nothing was changed; try again when it is done.")
    return FAILED
