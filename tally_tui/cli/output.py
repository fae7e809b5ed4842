"""The one way to print: answers to stdout, remarks to stderr, and nothing in either that a terminal acts on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tally_tui.cli.text import shown
from tally_tui.rules.plain_text import json_escaped, without_controls


def say(text: str = "", *, end: str = "\n", flush: bool = False, error: bool = False) -> None:
    """Print lines to stdout, or those of an error to stderr."""
    to = sys.stderr if error else sys.stdout
    to.write(_clean(text) + end)
    if flush:
        to.flush()


def say_marked(indent: str, pieces: Iterable[tuple[str, bool]]) -> None:
    """Print a line in which the pieces that are marked are bold, where a terminal shows it and nobody objects."""
    bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    marked = (f"\x1b[1m{_clean(text)}\x1b[22m" if mark and bold else _clean(text) for text, mark in pieces)
    sys.stdout.write(f"{indent}{''.join(marked)}\n")


def say_drawn(line: str) -> None:
    """Print a line of a table that was drawn from clean cells, with its styles."""
    sys.stdout.write(f"{line}\n")


def say_document(pieces: Iterable[str]) -> None:
    """Print a document as it is, without what a terminal obeys."""
    for piece in pieces:
        sys.stdout.write(without_controls(piece))


def say_progress(text: str, width: int) -> None:
    """Write over the line of stderr that the cursor is in."""
    sys.stderr.write(f"\r{shown(text)[:width]}\x1b[K")
    sys.stderr.flush()


def _clean(text: str) -> str:
    return "\n".join(map(shown, text.split("\n")))


def print_json(document: Mapping[str, Any]) -> None:
    """Write one JSON document; the elements of its lists each on a line of their own."""
    write = sys.stdout.write
    write("{")
    for count, (name, value) in enumerate(document.items()):
        write(f"{',' if count else ''}\n{json.dumps(name)}: ")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            write("[")
            for index, element in enumerate(value):
                write(f"{',' if index else ''}\n{_text(element)}")
            write("\n]")
        else:
            write(_text(value))
    write("\n}\n")


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as CSV with a head; a field in another is named `outer_inner`, but for those of `key`."""
    import csv

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for row in rows:
        flat = dict(_flat(row))
        out.writerow([_cell(flat.get(column)) for column in columns])


def columns_of(row: Mapping[str, Any]) -> list[str]:
    """The CSV columns of a row's document."""
    return [name for name, _ in _flat(row)]


def remark(text: str) -> None:
    """Say something beside the answer: on stderr, so that what reads the answer is not disturbed."""
    try:
        say(f"tally-tui: {text}", error=True)
    except OSError:
        pass


def _text(value: Any) -> str:
    if (sys.stdout.encoding or "").lower().replace("-", "") == "utf8":
        # What a terminal would act on, and what nobody sees, is written as \\uXXXX.
        return json_escaped(json.dumps(value, ensure_ascii=False))
    return json.dumps(value)


def _flat(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, "" if name == "key" else f"{prefix}{name}_")
        else:
            yield prefix + name, value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(shown(str(each)) for each in value)
    return shown(str(value))
