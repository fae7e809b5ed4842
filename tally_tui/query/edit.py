"""Changing a query's text: adding a term while drilling down, and completing what is being typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from tally_tui.query.fields import FIELDS, Field, allowed, flag_allowed
from tally_tui.query.terms import TEXT
from tally_tui.query.words import words
from tally_tui.rules.dates import WORDS

_SIMPLE: Final = re.compile(r'[^\s"*,\\]+')


def quote(text: str) -> str:
    """The text in quotes, as a query means exactly this text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def join(text: str, field: str, value: str | None) -> str:
    """The query, which must be one that parses, with one more term: `field` is `value` exactly.

    None or '' is what the logs do not say. `field` may also be a period that reports group by
    (`hour`, `day`, `week`, `month`, `year`) with its key, which becomes `since:` and `until:`;
    `instance` is a subagent's session. Numbers (`>1`), dates and the words of `is`, `reason` and `provider`
    stay as they are, `text` becomes a phrase. A term that is there already is not added again.

    Raises:
        QueryError: a quote in the query is not closed.
        KeyError: there is no such field.
        ValueError: the key is none of that period.
    """
    if field in ("hour", "day", "week", "month", "year"):
        first, last = _ends(field, value or "")
        return join(join(text, "since", first), "until", last)
    name = "session" if field == "instance" else field
    term = _term(name, value or "")
    if term in (text[word.start : word.end] for word in words(text)):
        return text
    return f"{text}{'' if not text or text[-1].isspace() else ' '}{term}"


def _term(name: str, value: str) -> str:
    if name == TEXT:
        return quote(value)
    field = FIELDS[name]
    if field.takes == "names":
        return f"{name}:{quote(value) if value else 'none'}"
    return f"{name}:{value if _SIMPLE.fullmatch(value) else quote(value)}"


def _ends(kind: str, key: str) -> tuple[str, str]:
    """What `since:` and `until:` take for a period's key."""
    if kind == "week":
        return key, (date.fromisoformat(key) + timedelta(days=6)).isoformat()
    if kind != "hour":
        return key, key
    start = datetime.fromisoformat(key)
    if start.tzinfo is None:
        raise ValueError(f"{key!r} is no hour with an offset")
    # An hour whose clock was changed may begin late; it ends with the hour all the same.
    end = start.replace(minute=0) + timedelta(hours=1)
    return key, end.isoformat(timespec="minutes")


def complete(
    text: str,
    cursor: int,
    *,
    allow: frozenset[str] | None = None,
    known: Mapping[str, Iterable[str]] | None = None,
) -> list[tuple[str, str]]:
    """What the word before the cursor can become: (the whole text with that word completed, a hint).

    Names of fields come with their colon; after it come the values that a field is known to take,
    and those in `known` (by field: projects, models …). The cursor belongs at the completed word's
    end, which is as far from the text's end as it was before.
    """
    cursor = min(max(cursor, 0), len(text))
    start = _word_start(text, cursor)
    minus = "-" if text[start:cursor].startswith("-") else ""
    typed = text[start + len(minus) : cursor]
    name, colon, value = typed.partition(":")
    field = FIELDS.get(name.lower())
    if not colon:
        found = [
            (f"{each.name}:", f"{each.hint}, as in {each.example}")
            for each in FIELDS.values()
            if each.name.startswith(name.lower()) and allowed(each.name, allow)
            and not (minus and each.takes == "date")
        ]
    elif field is None or not allowed(field.name, allow):
        return []
    else:
        done, comma, last = value.rpartition(",") if field.takes in ("names", "choices") else ("", "", value)
        found = [
            (f"{field.name}:{done}{comma}{each}", hint)
            for each, hint in _values(field, last.strip('"'), allow, known or {})
        ]
    return [(text[:start] + minus + word + text[cursor:], hint) for word, hint in found]


def _values(
    field: Field, typed: str, allow: frozenset[str] | None, known: Mapping[str, Iterable[str]]
) -> list[tuple[str, str]]:
    """The values that begin with what is typed; of the known ones also those that hold it, later."""
    wanted = typed.lower()
    if field.takes == "date":
        return [(word, hint) for word, hint in WORDS.items() if word.startswith(wanted) and word != wanted]
    if field.choices:
        return [
            (word, hint)
            for word, hint in field.choices
            if word.startswith(wanted) and word != wanted
            and (field.name != "is" or flag_allowed(word, allow))
        ]
    listed = dict.fromkeys(known.get(field.name, ()))
    names = [name for name in listed if wanted in name.lower() and name != typed]
    names.sort(key=lambda name: not name.lower().startswith(wanted))
    return [(quote(name), field.hint) for name in names]


def _word_start(text: str, cursor: int) -> int:
    """Where the word before the cursor begins; spaces in quotes do not end a word."""
    start, in_quotes, at = 0, False, 0
    while at < cursor:
        char = text[at]
        if in_quotes and char == "\\":
            at += 1
        elif char == '"' and (in_quotes or at == start or text[at - 1] in ":,-*"):
            in_quotes = not in_quotes
        elif char.isspace() and not in_quotes:
            start = at + 1
        at += 1
    return start
