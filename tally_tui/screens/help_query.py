"""The query language in a page, for help: its fields come from the language itself."""

from __future__ import annotations

from tally_tui.query import FIELDS, FLAGS, LEDGER

_FORMS = (
    ("parser", "the word in a title, project, branch or model"),
    ('"fix the parser"', "these words together"),
    ("pars*", "words that begin so"),
    ("-docs", "not this; likewise -model:haiku"),
)


def query_page() -> tuple[str, str, list[tuple[str, str]]]:
    """Title, sentence, and what can be typed with its meaning."""
    entries = list(_FORMS)
    entries += [
        (field.example, field.hint)
        for field in FIELDS.values()
        if field.name in LEDGER and field.name != "is"
    ]
    entries += [(f"is:{flag}", meaning) for flag, meaning in FLAGS.items() if f"is:{flag}" in LEDGER]
    sentence = (
        "One language for the screens and the commands. Every part must hold; a word that is not understood "
        "is an error that points at it."
    )
    return "The filter", sentence, entries
