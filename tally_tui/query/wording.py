"""A query in words, for headings and for 'nothing found'."""

from __future__ import annotations

from typing import Final

from tally_tui.query.fields import FLAGS
from tally_tui.query.terms import TEXT, Query, Term, Value

_OPERATORS: Final = {"=": "", ">": "over ", ">=": "at least ", "<": "under ", "<=": "at most ", "..": ""}


def describe(query: Query) -> str:
    """The query in words: `project web, not model opus or sonnet, cost over $1, since 7d`; '' if empty."""
    return ", ".join(_words(term) for term in (*query.terms, *query.dates))


def _words(term: Term) -> str:
    said = _said(term)
    return f"not {said}" if term.negated else said


def _said(term: Term) -> str:
    if term.field == TEXT:
        value = term.words[0]
        if term.op == "regex":
            return f"text like /{value}/"
        return f"“{value}…”" if term.op == "prefix" else f"“{value}”"
    if term.field == "is":
        return " or ".join(FLAGS[word] for word in term.words)
    if term.field in ("cost", "tokens", "length", "context"):
        number = term.words[0].lstrip("<>=≤≥")
        if term.field == "cost" and "$" not in number:
            number = "..".join(f"${part}" if part else "" for part in number.split(".."))
        if term.op == "..":
            first, _, last = number.partition("..")
            number = f"{first} to {last}" if first and last else f"from {first}" if first else f"up to {last}"
        return f"{term.field} {_OPERATORS[term.op]}{number}"
    if term.field in ("since", "until"):
        return f"{term.field} {term.words[0]}"
    return f"{term.field} {' or '.join(_named(value) for value in term.values)}"


def _named(value: Value) -> str:
    return "unknown" if value.match == "none" else value.text
