"""Where answers go: JSON and CSV to stdout, remarks to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tally_tui.cli.text import shown


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
        print("\n".join(map(shown, f"tally-tui: {text}".split("\n"))), file=sys.stderr)
    except OSError:
        pass


def _text(value: Any) -> str:
    if (sys.stdout.encoding or "").lower().replace("-", "") == "utf8":
        text = json.dumps(value, ensure_ascii=False)
        # What a terminal would act on, and what is no character at all, is written as \\uXXXX.
        if text.isprintable():
            return text
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
