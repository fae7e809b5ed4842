"""`tally-tui search`: where in all conversations something was said."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tally_tui.cli import grammar
from tally_tui.cli.asking import Question, query_problem, question
from tally_tui.cli.contract import Document, noted, stamp
from tally_tui.cli.output import print_json, remark, say, say_marked
from tally_tui.cli.problems import FAILED, FailedError
from tally_tui.cli.reading import Progress
from tally_tui.cli.text import shown
from tally_tui.query import LIBRARY, QueryError
from tally_tui.rules.figures import counted, size

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tally_tui.cli.parsing import Request
    from tally_tui.ledger.searches import SavedSearch
    from tally_tui.reports.search import SearchAnswer, SearchHit

ROWS: Final = 20
"""Hits where no limit is given."""


def search(request: Request) -> int:
    """The command; its status is 1 when nothing is found."""
    saved = _saved(request)
    asked = question(request, allow=LIBRARY, before=saved.query if saved else "")
    if not request.words and saved is None:
        raise request.bad_word(0, "search needs a query", "Such as: tally-tui search timeout project:web")
    note = "" if request.on(grammar.NO_SYNC) else _freshen(asked)
    answer = _answer(request, asked, saved)
    if request.on(grammar.JSON):
        print_json(noted(document(answer), note))
    else:
        _print(answer, asked)
    return 0 if answer.hits else FAILED


def document(answer: SearchAnswer) -> Document:
    """The JSON contract's document."""
    return {
        "schema": "tally.search/1",
        "query": answer.query,
        "total": answer.total,
        "total_is_exact": answer.total_is_exact,
        "hits": [_hit(hit) for hit in answer.hits],
    }


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {
        "provider": hit.provider,
        "session": hit.session,
        "title": hit.title,
        "project": hit.project,
        "role": hit.role,
        "time": stamp(hit.time_ms),
        "snippet": hit.snippet,
        "score": hit.score,
        "facet": hit.facet,
        "name": hit.name,
        "message": hit.uuid or None,
        "file": hit.file,
        "offset": hit.offset,
        "file_gone": hit.gone,
        "from_archive": bool(hit.archived),
        "also_in": [_copy(each) for each in hit.also],
    }


def _copy(hit: SearchHit) -> dict[str, Any]:
    """The same message in another session."""
    return {
        "provider": hit.provider,
        "session": hit.session,
        "title": hit.title,
        "project": hit.project,
        "time": stamp(hit.time_ms),
        "file": hit.file,
        "offset": hit.offset,
    }


def _saved(request: Request) -> SavedSearch | None:
    """The saved search that is named, if one is."""
    from contextlib import closing

    from tally_tui.cli.text import listed, nearest
    from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader, telling
    from tally_tui.ledger.searches import saved
    from tally_tui.paths import ledger_path

    name = request.value(grammar.SAVED)
    if name is None:
        return None
    try:
        with telling(ledger_path()), closing(open_reader(ledger_path())) as db:
            there = {search.name: search for search in saved(db)}
    except NoLedgerError:
        there = {}
    except LedgerError as error:
        raise FailedError(str(error)) from error
    if name not in there:
        near = nearest(name, tuple(there))
        names = f"There are: {listed(tuple(map(shown, there)))}." if there else "On the search screen ^s saves one."
        hint = f"Did you mean {shown(near)}?" if near else names
        raise request.bad(grammar.SAVED, f"there is no saved search {name!r}", hint)
    return there[name]


def _answer(request: Request, asked: Question, saved: SavedSearch | None = None) -> SearchAnswer:
    from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader
    from tally_tui.library.facets import GROUPS, Facet
    from tally_tui.library.reader import Library
    from tally_tui.library.shards import LibraryError, library_dir
    from tally_tui.paths import ledger_path
    from tally_tui.reports.search import search as report

    inside = request.choices.get(grammar.IN.key) or (saved.facets if saved else ())
    ranked = request.on(grammar.RANKED) or bool(saved and saved.ranked)
    facets = [facet for group in inside for facet in GROUPS[group]] if inside else list(Facet)
    ledger: sqlite3.Connection | None = None
    try:
        try:
            ledger = open_reader(ledger_path())
        except NoLedgerError:
            pass
        with Library(library_dir()) as library, Progress(partial(_way, asked.tz)) as progress:
            if not library.shards:
                remark("nothing has been indexed yet. Without --no-sync the logs are read first.")
            return report(
                library, ledger, asked.query, limit=asked.limit or ROWS, ranked=ranked,
                facets=facets, span=asked.span, progress=progress.show if progress.seen else None,
            )  # fmt: skip
    except QueryError as error:
        raise query_problem(asked.query.text, error) from error
    except (LedgerError, LibraryError) as error:
        raise FailedError(str(error)) from error
    finally:
        if ledger is not None:
            ledger.close()


def _way(tz: ZoneInfo, answer: SearchAnswer) -> str:
    """How far a search is that takes its time."""
    from tally_tui.rules.zones import local

    found = f"{answer.total_words} found" if answer.total else "nothing yet"
    if answer.back_to_ms is None:
        return f"searching · {found}"
    return f"searching · {found} · looked back to {local(answer.back_to_ms, tz):%Y-%m-%d} · {int(answer.share * 100)} %"


def _freshen(asked: Question) -> str:
    """Take up what is new; the note tells why the answer may be behind the logs."""
    from tally_tui.cli.asking import freshened
    from tally_tui.cli.indexing import index_logs

    told: set[str] = set()
    note = freshened(asked.settings, told)
    if note:
        remark(note)
    result = index_logs(asked.settings)
    for problem in result.problems:
        if problem not in told:
            remark(problem)
    if not result.busy:
        return note
    busy = "another process is indexing right now; this is the answer from what is searchable so far"
    remark(busy)
    return busy


def _print(answer: SearchAnswer, asked: Question) -> None:
    from tally_tui.rules.zones import local

    if not answer.hits:
        say("Nothing was found.")
    for group in answer.by_session():
        head = [group.title or group.session, group.project or "", group.provider, group.session]
        say(shown(" · ".join(part for part in dict.fromkeys(head) if part)))
        for hit in group.hits:
            what = f"{hit.role} {shown(hit.name)}".strip() if hit.facet != "file" else "file"
            failed = "  (error)" if hit.error else ""
            say(f"  {local(hit.time_ms, asked.tz):%Y-%m-%d %H:%M}  {what}{failed}{_kept(hit)}{_also(hit)}")
            for line in _lines(hit) or [[(_missing(hit), False)]]:
                say_marked("    ", line)
        say()
    if answer.total > len(answer.hits) or not answer.total_is_exact:
        found = counted(answer.total, "message") if answer.total_is_exact else f"{answer.total_words} messages"
        say(f"{len(answer.hits)} shown; {found} in all.")
    if answer.unreadable:
        remark(f"{counted(answer.unreadable, 'message')} could not be verified: their logs are gone.")


def _missing(hit: SearchHit) -> str:
    why = "cannot be read" if Path(hit.file).exists() else "is gone"
    return f"(its log {why}: the words were there, the text cannot be shown)"


def _kept(hit: SearchHit) -> str:
    return f"  ({hit.archived})" if hit.archived else ""


def _also(hit: SearchHit) -> str:
    return f"  (also in {counted(len(hit.also), 'other session')})" if hit.also else ""


def _lines(hit: SearchHit) -> list[list[tuple[str, bool]]]:
    """The snippet's lines, in pieces: what was found is marked."""
    from tally_tui.library.snippets import in_plain_words

    text, spans = in_plain_words(hit.snippet, hit.spans, hit.facet)
    lines: list[list[tuple[str, bool]]] = [[]]
    at = 0
    for start, end in (*spans, (len(text), len(text))):
        for piece, mark in ((text[at:start], False), (text[start:end], True)):
            first, *rest = piece.replace("\r\n", "\n").split("\n")
            lines[-1].append((first, mark))
            lines += [[(each, mark)] for each in rest]
        at = end
    return [line for line in lines if any(piece.strip() for piece, _ in line)]


def pending_words(files: int, amount: int) -> str:
    """`3 files (1.2 MB) are not searchable yet`."""
    return f"{counted(files, 'file')} ({size(amount)}) {'is' if files == 1 else 'are'} not searchable yet"
