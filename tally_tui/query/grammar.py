"""A query's text → what it means, or an error that points at the word."""

from __future__ import annotations

import re
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.model import Span
from tally_tui.query.errors import QueryError
from tally_tui.query.fields import ALIASES, FIELDS, Field, allowed, flag_allowed
from tally_tui.query.numbers import comparison
from tally_tui.query.terms import TEXT, Op, Query, Term, Value, compiled
from tally_tui.query.words import REGEX, Piece, Word, words
from tally_tui.rules import dates

_PERCENT: Final = re.compile(r"[^%$a-zA-Z]*%[^$a-zA-Z]*")


def parse(
    text: str, *, now: int, tz: ZoneInfo, week_start: int = 0, allow: frozenset[str] | None = None
) -> Query:
    """Understand a query. `now` (epoch milliseconds), `tz` and `week_start` (0: Monday) settle its dates.

    `allow` are the fields that mean something here (`text` for words, `is:gone` for one property;
    None: all); `fields.LEDGER` and `fields.LIBRARY` are such sets.

    Raises:
        QueryError: a word is not understood; it points at the word.
    """
    terms: list[Term] = []
    spans: list[Term] = []
    span = Span()
    for word in words(text):
        if word.kind != "field" or word.name.lower() == REGEX:
            terms.append(_text_term(text, word, allow))
            continue
        field = _field(text, word, allow)
        if field.takes == "date":
            term, span = _date(text, word, field, span, now, tz, week_start)
            spans.append(term)
        elif field.takes in ("dollars", "tokens"):
            terms.append(_number(text, word, field))
        else:
            terms.append(_names(text, word, field, allow))
    return Query(tuple(terms), span, text, tuple(spans))


def _text_term(text: str, word: Word, allow: frozenset[str] | None) -> Term:
    piece = word.pieces[0]
    written = piece.text
    if not allowed(TEXT, allow):
        raise QueryError(
            "words are not searched here", text, word.start, word.end,
            "write a field, such as project: or model:"
        )
    if word.kind == "field":
        return _regex(text, word)
    if not written.strip():
        raise QueryError("nothing stands between these quotes", text, piece.start, piece.end, "delete them")
    if word.kind == "word" and "*" in written and written.strip("*-"):
        stem = written.rstrip("*")
        if "*" in stem:
            raise QueryError(
                "* works at the end of a word only", text, piece.start, piece.end,
                f're:{re.sub(r"[*]+", ".*", written)} finds patterns, "{written}" the very text'
            )
        return Term(TEXT, (Value(stem),), "prefix", word.negated, word.start, word.end)
    op: Op = "phrase" if word.kind == "phrase" else "word"
    return Term(TEXT, (Value(written),), op, word.negated, word.start, word.end)


def _regex(text: str, word: Word) -> Term:
    piece = word.pieces[0]
    if not piece.text:
        example = r're:time.?out or re:"exit code [1-9]"'
        raise QueryError("re: needs a pattern", text, word.start, word.end, f"such as {example}")
    try:
        compiled(piece.text)
    except re.error as error:
        at = piece.start + piece.quoted + (error.pos or 0)
        raise QueryError(
            f"this is no regular expression: {error.msg}", text, min(at, piece.end - 1), piece.end,
            "put a \\ before a sign that is meant literally"
        ) from error
    except (OverflowError, RecursionError) as error:
        raise QueryError("this regular expression is too large", text, piece.start, piece.end) from error
    return Term(TEXT, (Value(piece.text),), "regex", word.negated, word.start, word.end)


def _field(text: str, word: Word, allow: frozenset[str] | None) -> Field:
    name = word.name.lower()
    name_end = word.name_start + len(word.name)
    field = FIELDS.get(name)
    if field is None:
        close = _closest(name, [each for each in FIELDS if allowed(each, allow)])
        literal = text[word.name_start : word.end].replace('"', "")
        raise QueryError(
            f"{word.name}: is no field", text, word.name_start, name_end,
            f'did you mean {close}:? To search for the text itself, quote it: "{literal}"' if close
            else f'to search for the text itself, quote it: "{literal}"'
        )
    if not allowed(name, allow):
        raise QueryError(field.where, text, word.name_start, name_end)
    for piece in word.pieces:
        if not piece.text and not piece.quoted:
            missing = "a value is missing" if len(word.pieces) > 1 else f"{name}: needs a value"
            start = word.start if len(word.pieces) == 1 else min(piece.start, word.end - 1)
            raise QueryError(missing, text, start, max(piece.end, start + 1), f"such as {field.example}")
    return field


def _names(text: str, word: Word, field: Field, allow: frozenset[str] | None) -> Term:
    values: list[Value] = []
    for piece in word.pieces:
        values += _chosen(text, piece, field, allow) if field.choices else [_value(piece)]
    return Term(field.name, tuple(dict.fromkeys(values)), "=", word.negated, word.start, word.end)


def _value(piece: Piece) -> Value:
    if not piece.text or (not piece.quoted and piece.text.lower() == "none"):
        return Value("none", "none")
    if len(piece.parts) > 1:
        return Value(piece.text, "glob", piece.parts)
    return Value(piece.text, "exact" if piece.quoted else "contains")


def _chosen(text: str, piece: Piece, field: Field, allow: frozenset[str] | None) -> list[Value]:
    """The choices of a field that a value stands for."""
    words = [word for word, _ in field.choices if field.name != "is" or flag_allowed(word, allow)]
    wanted = piece.text.lower()
    wanted = ALIASES.get(field.name, {}).get(wanted, wanted)
    pattern = Value(wanted, "glob", tuple(part.lower() for part in piece.parts))
    found = [word for word in words if (pattern.matches(word) if len(piece.parts) > 1 else word == wanted)]
    if found:
        return [Value(word, "exact") for word in found]
    if field.name == "is" and wanted in dict(field.choices):
        message = f"is:{wanted} means nothing here"
    else:
        message = f"{field.name}: does not know {piece.text!r}"
    close = _closest(wanted, words)
    listed = ", ".join(words)
    raise QueryError(
        message, text, piece.start, piece.end, f"did you mean {close}?" if close else f"it takes {listed}"
    )


def _number(text: str, word: Word, field: Field) -> Term:
    piece = word.pieces[0]
    percent = field.name == "context" and bool(_PERCENT.fullmatch(piece.text.strip()))
    number = piece.text.strip().replace("%", "").replace(" ", "") if percent else piece.text.strip()
    found = comparison(number, dollars=percent or field.takes == "dollars")
    example = "cost:>1, cost:<=0.05 or cost:1..5 (dollars)" if field.takes == "dollars" else (
        f"{field.name}:>100k, {field.name}:<=1.5M or {field.name}:{'>80%' if field.name == 'context' else '10k..20k'}"
    )
    if found is None:
        message = f"{piece.text!r} is no number to compare with"
        raise QueryError(message, text, piece.start, piece.end, f"write {example}")
    if found.low is not None and found.high is not None and found.low > found.high:
        message = "nothing lies in this range"
        raise QueryError(message, text, piece.start, piece.end, "write the smaller number first")
    return Term(
        field.name, (Value(piece.text),), found.op, word.negated, word.start, word.end, found.low, found.high, percent
    )


def _date(
    text: str, word: Word, field: Field, span: Span, now: int, tz: ZoneInfo, week_start: int
) -> tuple[Term, Span]:
    """The term, and what the span becomes with it."""
    piece = word.pieces[0]
    is_end = field.name == "until"
    if word.negated:
        other = "since" if is_end else "until"
        message = f"{field.name}: cannot be negated"
        raise QueryError(message, text, word.start, word.end, f"write {other}: instead")
    try:
        at = dates.instant(piece.text, now=now, tz=tz, week_start=week_start, end=is_end)
    except dates.BadDateError as error:
        raise QueryError(error.message, text, piece.start, piece.end, error.suggestion) from error
    since, until = span.since, span.until
    if is_end:
        until = at if until is None else min(until, at)
    else:
        since = at if since is None else max(since, at)
    if since is not None and until is not None and since >= until:
        raise QueryError(
            "nothing lies between since: and until:", text, word.start, word.end,
            "give an end that is after the start"
        )
    term = Term(field.name, (Value(piece.text),), "=", False, word.start, word.end)
    return term, Span(since, until)


def _closest(word: str, known: list[str]) -> str | None:
    import difflib

    near = difflib.get_close_matches(word, known, 1, 0.7)
    if near or len(word) < 2:
        return near[0] if near else None
    return next((each for each in known if each.startswith(word)), None)
