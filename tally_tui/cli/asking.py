"""A question understood before anything is read, then the ledger opened to answer it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from msgspec import Struct

from tally_tui import clock
from tally_tui.cli import grammar
from tally_tui.cli.output import remark
from tally_tui.cli.problems import BadQuestionError, FailedError, point_into
from tally_tui.cli.settings import settings_in_force
from tally_tui.ledger.ask import Mode, data_span
from tally_tui.ledger.open import LedgerError, NoLedgerError, open_reader
from tally_tui.model import Span
from tally_tui.paths import ledger_path, roots
from tally_tui.query import LEDGER, Query, QueryError, parse
from tally_tui.query.fields import FIELDS
from tally_tui.rules.dates import BadDateError, instant
from tally_tui.rules.zones import BadZoneError, zone

if TYPE_CHECKING:
    from tally_tui.cli.grammar import Option
    from tally_tui.cli.parsing import Request
    from tally_tui.config import Settings
    from tally_tui.rules.prices import PriceBook

_SPACED = re.compile(r"(-?)([a-z]+):([^\"\s][^\"]*\s[^\"]*)", re.IGNORECASE)
_CLOCK_TIME = re.compile(r"[\d-]+ \d\d?:\d\d\S*")


class Question(Struct, frozen=True):
    """What a report needs to know besides its own options."""

    settings: Settings
    now: int
    tz: ZoneInfo
    week_start: int
    span: Span
    query: Query
    mode: Mode
    limit: int | None


def question(request: Request, allow: frozenset[str] = LEDGER, before: str = "") -> Question:
    """Understand the options and the query that all questions share; `allow`: the fields that mean something.

    What is typed narrows the query `before` it.

    Raises:
        BadQuestionError: a date, a zone, a number or a word of the query is none.
    """
    settings = settings_in_force()
    now = clock.now_ms()
    tz = zone_of(request, settings)
    week_start = settings.first_weekday
    text = " ".join(filter(None, (before, query_text([word for _, word in request.words], _is_project))))
    try:
        query = parse(text, now=now, tz=tz, week_start=week_start, allow=allow)
    except QueryError as error:
        raise query_problem(text, error) from error
    return Question(
        settings,
        now,
        tz,
        week_start,
        span_of(request, now, tz, week_start),
        query,
        cast(Mode, request.choices.get(grammar.MODE.key, (settings.cost_mode,))[-1]),
        limit_of(request),
    )


def query_problem(text: str, error: QueryError) -> BadQuestionError:
    """What is wrong with a query, with a pointer at the word."""
    pointer = point_into(text, error.start, error.end - error.start)
    return BadQuestionError(error.message, pointer, as_sentence(error.suggestion))


def query_text(words: list[str], is_project: Callable[[str], bool] = lambda name: False) -> str:
    """The words of the prompt as one query: what a shell took as one word may hold several of the query's.

    The quotes that a shell takes from `project:"a b"` are put back where `is_project` knows such a name, and those of a
    date with a time.
    """
    return " ".join(_requoted(word, is_project) for word in words)


@contextmanager
def ledger(request: Request, asked: Question) -> Iterator[tuple[sqlite3.Connection, str]]:
    """Read new log lines first (unless told not to), then open the ledger for reading.

    Yields:
        The ledger, an empty one where there is none yet; and a note where the answer may be behind
        the logs ("" where it is not), which has been said on stderr too.

    Raises:
        FailedError: the ledger cannot be used.
    """
    note = "" if request.on(grammar.NO_SYNC) else freshened(asked.settings)
    if note:
        remark(note)
    try:
        db = _opened()
        try:
            remark_on_empty(db, asked.settings, request)
            yield db, note
        finally:
            db.close()
    except LedgerError as error:
        raise FailedError(str(error)) from error


def prices_in_force(settings: Settings) -> PriceBook:
    """The prices that calls are priced with.

    Raises:
        FailedError: a pinned price table cannot be used.
    """
    from tally_tui.ingest.price_choice import open_book
    from tally_tui.rules.price_table import BadTableError

    try:
        return open_book(settings)[0]
    except BadTableError as error:
        raise FailedError(str(error)) from error


def _opened() -> sqlite3.Connection:
    try:
        return open_reader(ledger_path())
    except NoLedgerError:
        from tally_tui.ledger.schema import TABLES

        db = sqlite3.connect(":memory:", isolation_level=None)
        db.executescript(TABLES)
        return db


def freshened(settings: Settings, told: set[str] | None = None) -> str:
    """Read what is new; the note tells why the answer may be behind the logs. Problems go to stderr and into `told`."""
    from tally_tui.cli.reading import read_logs
    from tally_tui.ingest.others import all_read

    try:
        result = read_logs(settings)
    except FailedError as error:
        if not ledger_path().exists():
            raise
        return f"no new log lines were read, so the answer may be behind: {error}"
    for problem in result.problems:
        remark(problem)
    if told is not None:
        told.update(result.problems)
    if result.busy and not all_read(settings):
        return "another process is reading the logs right now; this is the answer from what is read so far"
    return ""


def remark_on_empty(db: sqlite3.Connection, settings: Settings, request: Request) -> None:
    """Say where logs were looked for, if the ledger holds no call at all."""
    if data_span(db) is None:
        remark(_nothing_yet(settings, request))


def _nothing_yet(settings: Settings, request: Request) -> str:
    if request.on(grammar.NO_SYNC):
        return "nothing has been read yet. Without --no-sync the logs are read first."
    looked = roots(settings.claude_roots, settings.codex_roots)
    folders = [folder for root in looked for folder in root.log_dirs]
    return "\n".join(
        [
            "no calls yet. Logs were looked for in",
            *(f"  {folder}" + ("" if folder.is_dir() else "  (not there)") for folder in folders),
            "CLAUDE_CONFIG_DIR and CODEX_HOME name other folders; `tally-tui config set claude_roots …`",
            "adds some. `tally-tui --demo` shows all of it on made-up logs.",
        ]
    )


def zone_of(request: Request, settings: Settings) -> ZoneInfo:
    """The zone a command was asked for, else the one of the settings. Raises BadQuestionError: there is none such."""
    wanted = request.value(grammar.TZ)
    try:
        return zone(wanted if wanted is not None else settings.time_zone)
    except BadZoneError as error:
        message = f"{error.name!r} is no time zone"
        if wanted is not None:
            raise request.bad(grammar.TZ, message, as_sentence(error.suggestion)) from error
        raise BadQuestionError(message, "", as_sentence(error.suggestion)) from error


def span_of(request: Request, now: int, tz: ZoneInfo, week_start: int) -> Span:
    """What `--since` and `--until` leave. Raises BadQuestionError: a date is none, or nothing lies between."""

    def at(option: Option, end: bool) -> int | None:
        word = request.value(option)
        if word is None:
            return None
        try:
            return instant(word, now=now, tz=tz, week_start=week_start, end=end)
        except BadDateError as error:
            raise request.bad(option, error.message, as_sentence(error.suggestion)) from error

    since, until = at(grammar.SINCE, False), at(grammar.UNTIL, True)
    if since is not None and until is not None and since >= until:
        message = f"nothing lies between {request.value(grammar.SINCE)} and {request.value(grammar.UNTIL)}"
        raise request.bad(grammar.UNTIL, message, "Give an end that is after the start.")
    return Span(since, until)


def limit_of(request: Request) -> int | None:
    """How many rows `--limit` asks for. Raises BadQuestionError: it is no such number."""
    word = request.value(grammar.LIMIT)
    if word is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", word) or int(word) == 0:
        raise request.bad(grammar.LIMIT, f"--limit takes a whole number from 1 on, not {word!r}")
    return int(word)


def _requoted(word: str, is_project: Callable[[str], bool]) -> str:
    spaced = _SPACED.fullmatch(word)
    field = FIELDS.get(spaced[2].lower()) if spaced else None
    if spaced is None or field is None:
        return word
    value = spaced[3]
    one = _CLOCK_TIME.fullmatch(value) if field.takes == "date" else field.name == "project" and is_project(value)
    return f'{spaced[1]}{spaced[2]}:"{value}"' if one else word


def _is_project(value: str) -> bool:
    """Whether the ledger knows a project with this in its name or folder."""
    from tally_tui.ledger.ask_names import project_names
    from tally_tui.query.terms import caseless

    try:
        db = open_reader(ledger_path())
    except (NoLedgerError, LedgerError):
        return False
    try:
        wanted = caseless(value)
        return any(wanted in caseless(each) for names in project_names(db).items() for each in names)
    except sqlite3.Error:
        return False
    finally:
        db.close()


def as_sentence(text: str) -> str:
    """A suggestion as a sentence of its own."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".?!" else ".")
