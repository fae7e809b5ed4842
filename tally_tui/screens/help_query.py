"""The query language in a page, for help."""

from __future__ import annotations

from typing import Final

QUERY_HELP: Final[tuple[tuple[str, tuple[str, tuple[tuple[str, str], ...]]], ...]] = (
    (
        "The filter",
        (
            "One language for the screen, the commands and everything else. Words are joined by and; "
            "a word that is not understood is an error that points at it.",
            (
                ("parser", "the word in a title, project, branch or model"),
                ('"fix the parser"', "these words together"),
                ("-docs", "not this"),
                ("pars*", "words that begin so"),
                ("model:opus", "likewise project: provider: session: branch:"),
                ("-model:haiku", "every model but this one"),
                ("since:7d", "also today, yesterday, last-week, 2026-11-01; until: likewise"),
                ("cost:>1", "calls over a dollar; tokens:>100k likewise"),
                ("is:subagent", "also unpriced, archived; -is:subagent is the contrary"),
            ),
        ),
    ),
)
