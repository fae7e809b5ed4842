"""The query language of screens and commands: text → a tree that ledger and library each ask with.

`parse` understands a text or raises a `QueryError` that points at the word; `describe` says a
query in words; `join` adds a term to a text; `complete` helps to type one. `docs/query.md`
describes the language.
"""

from __future__ import annotations

from tally_tui.query.edit import complete, join, quote
from tally_tui.query.errors import QueryError
from tally_tui.query.fields import ALERTS, BUDGETS, FIELDS, FLAGS, LEDGER, LIBRARY
from tally_tui.query.grammar import parse
from tally_tui.query.terms import TEXT, Query, Term, Value
from tally_tui.query.wording import describe

__all__ = [
    "ALERTS", "BUDGETS", "FIELDS", "FLAGS", "LEDGER", "LIBRARY", "TEXT", "Query", "QueryError", "Term", "Value",
    "complete", "describe", "join", "parse", "quote",
]
