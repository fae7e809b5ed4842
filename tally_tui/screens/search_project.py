"""The project that a query is limited to: read from its text, put into it, taken out."""

from __future__ import annotations

from tally_tui.query import QueryError, join
from tally_tui.query.words import words


def project_of(query: str) -> tuple[int, int] | None:
    """Where in the query its term `project:` stands: [start, end) of characters; None where there is none."""
    try:
        for word in words(query):
            if query[word.start : word.end].lower().startswith("project:"):
                return word.start, word.end
    except QueryError:
        pass  # what stands behind a quote that is not closed is part of what is quoted
    return None


def with_project(query: str, project: str | None) -> str:
    """The query limited to exactly this project; None: no longer limited.

    The term comes first: the last word may be one that is still being typed.
    """
    while (place := project_of(query)) is not None:
        query = f"{query[: place[0]].rstrip()} {query[place[1] :].lstrip()}".strip()
    return query if project is None else f"{join('', 'project', project)} {query}"
