"""The settings' file line by line: where it speaks of what, and tables and values put in or taken out.

tomlkit counts the comments in front of the next table as the end of the one before: what it adds to that comes between
them and what they are about, and with it they go. Here every other line stays as it was, where it was.
A change that would say anything else than asked for is none: None is returned.
"""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import dataclass
from typing import Any, Final

_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_WORD: Final = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_NAME: Final = rf"{_WORD}(?:\s*\.\s*{_WORD})*"
_HEADER: Final = re.compile(rf"\s*(?:\[\s*({_NAME})\s*\]|\[\[\s*({_NAME})\s*\]\])\s*(?:#.*)?")
_KEY: Final = re.compile(rf"\s*({_NAME})\s*=")


@dataclass(frozen=True, slots=True)
class _Table:
    """Where a table stands: from its header up to, not including, the line after its last value."""

    name: str
    start: int
    stop: int


def line_of(text: str, name: str) -> int | None:
    """The line (from 1) where the file speaks of a name such as `alerts.weekly.on`, or of what that is in."""
    table, found, longest = "", None, 0
    for number, line in enumerate(_LINE.findall(text), 1):
        said = header = _header(line)
        if header is not None:
            table = header
        elif key := _KEY.match(line.removeprefix("\ufeff")):
            said = f"{table}.{_plain(key[1])}" if table else _plain(key[1])
        if said and len(said) > longest and f"{name}.".startswith(f"{said}."):
            found, longest = number, len(said)
    return found


def with_table(text: str, name: str, table: str) -> str | None:
    """The file with one more table (header and values, one a line) behind its last one of that name, else at its end.

    `name` is an array of tables, or a table; tables within it count as it.
    """
    fresh = _put_table(text, name, table)
    before, more = _read(text), _read(table)
    if before is None or more is None:
        return None
    return fresh if _read(fresh) == _merged(before, more) else None


def without_table(text: str, name: str, at: int) -> str | None:
    """The file without the table number `at` (from 0) of an array of tables; comments before and behind it stay."""
    lines = _LINE.findall(text)
    tables = _tables(lines)
    several = [number for number, table in enumerate(tables) if table.name == name]
    expected = _read(text)
    if expected is None or not 0 <= at < len(several):
        return None
    last = first = several[at]
    while last + 1 < len(tables) and tables[last + 1].name.startswith(f"{name}."):
        last += 1
    before, after = lines[: tables[first].start], lines[tables[last].stop :]
    while after and not after[0].strip() and (not before or not before[-1].strip()):
        del after[0]
    fresh = "".join([*before, *after])
    del expected[name][at]
    if not expected[name]:
        del expected[name]
    return fresh if _read(fresh) == expected else None


def with_value(text: str, name: str, value: str) -> str | None:
    """The file with a value that it does not have yet (`alerts.weekly.on`, `true`), behind those of its table."""
    table, _, key = name.rpartition(".")
    expected = _read(text)
    if expected is None:
        return None
    lines = _LINE.findall(text)
    tables = _tables(lines)
    own = next((each for each in tables if each.name == table), None)
    if table and own is None:
        fresh = _put_table(text, table.partition(".")[0], f"[{table}]\n{key} = {value}")
    else:
        at = own.stop if own else _top(lines, tables)
        before, after = lines[:at], lines[at:]
        if before and not before[-1].endswith("\n"):
            before[-1] += _end(lines)
        put = [f"{key} = {value}{_end(lines)}"]
        if after and after[0].strip() and own is None:
            put.append(_end(lines))
        fresh = "".join([*before, *put, *after])
    return fresh if _read(fresh) == _merged(expected, _read(f"{name} = {value}") or {}) else None


def _put_table(text: str, name: str, table: str) -> str:
    lines = _LINE.findall(text)
    found = [each for each in _tables(lines) if each.name == name or each.name.startswith(f"{name}.")]
    at = _behind(lines, found[-1].stop) if found else len(lines)
    end = _end(lines)
    before, after = lines[:at], lines[at:]
    if before and not before[-1].endswith("\n"):
        before[-1] += end
    put = [line + end for line in table.splitlines()]
    if before and before[-1].strip("\ufeff \t\r\n"):
        put.insert(0, end)
    if after and after[0].strip():
        put.append(end)
    return "".join([*before, *put, *after])


def _tables(lines: list[str]) -> list[_Table]:
    found: list[_Table] = []
    for number, line in enumerate(lines):
        name = _header(line)
        if name is not None:
            found.append(_Table(name, number, number + 1))
        elif found and line.strip() and not line.lstrip().startswith("#"):
            found[-1] = _Table(found[-1].name, found[-1].start, number + 1)
    return found


def _header(line: str) -> str | None:
    """The name of the table that begins with this line; None: none does."""
    found = _HEADER.fullmatch(line.rstrip("\r\n").removeprefix("\ufeff"))
    return _plain(found[1] or found[2]) if found else None


def _plain(name: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(_WORD, name))


def _behind(lines: list[str], stop: int) -> int:
    """Where a table's own comments end: those right below it, unless they stand right above the next table."""
    at = stop
    while at < len(lines) and lines[at].strip():
        at += 1
        if at < len(lines) and _header(lines[at]) is not None:
            return stop
    return at


def _top(lines: list[str], tables: list[_Table]) -> int:
    """Where the values end that are in no table; without any, above the first table and its comments."""
    first = tables[0].start if tables else len(lines)
    values = [at for at in range(first) if lines[at].strip() and not lines[at].lstrip("\ufeff \t").startswith("#")]
    if values:
        return values[-1] + 1
    at = first
    while tables and at and lines[at - 1].strip():
        at -= 1
    return at


def _end(lines: list[str]) -> str:
    return "\r\n" if lines and lines[0].endswith("\r\n") else "\n"


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _merged(whole: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both, tables within each other; of arrays of tables the second's come last."""
    merged = copy.copy(whole)
    for name, value in more.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            value = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            value = [*before, *value]
        merged[name] = value
    return merged
