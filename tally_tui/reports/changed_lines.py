"""How many lines a change of files adds and takes away, as far as a log tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Final, TypeAlias

from tally_tui.logs.messages import Item, Kind

_CHANGING: Final = frozenset({"old_string", "content", "edits", "input", "patch"})
Changed: TypeAlias = tuple[int, int]
"""Lines added, lines taken away."""


def changed_lines(item: Item) -> Changed | None:
    """Of a call, or of what came of it, before its texts are cut; None: it tells of no change."""
    given, detail = item.input, item.detail
    tells = isinstance(given, dict) and not _CHANGING.isdisjoint(given)
    told = isinstance(detail, dict) and ("structuredPatch" in detail or "changes" in detail)
    if not (tells or told or (item.text and item.kind is Kind.TOOL_CALL)):
        return None
    total = (0, 0)
    for added, removed in _all(item):
        total = total[0] + added, total[1] + removed
    return total if any(total) else None


def _all(item: Item) -> Iterator[Changed]:
    detail, given = item.detail, item.input
    if isinstance(detail, dict):
        for hunk in _list(detail.get("structuredPatch")):
            if isinstance(hunk, dict):
                yield _signs(line for line in _list(hunk.get("lines")) if isinstance(line, str))
        told = detail.get("changes")
        for change in told.values() if isinstance(told, dict) else ():
            yield from _of_file(change)
    if isinstance(given, dict):
        if isinstance(given.get("old_string"), str):
            yield _between(given["old_string"], given.get("new_string"))
        elif isinstance(content := given.get("content"), str) and "file_path" in given:
            yield len(content.splitlines()), 0
        for edit in _list(given.get("edits")):
            if isinstance(edit, dict) and isinstance(edit.get("old_string"), str):
                yield _between(edit["old_string"], edit.get("new_string"))
        for name in ("input", "patch"):
            if isinstance(text := given.get(name), str) and "*** Begin Patch" in text:
                yield _signs(text.splitlines())
    if item.kind is Kind.TOOL_CALL and item.text[:100].lstrip().startswith("*** Begin Patch"):
        yield _signs(item.text.splitlines())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _of_file(change: Any) -> Iterator[Changed]:
    """One file of Codex's own account of a patch."""
    if not isinstance(change, dict):
        return
    if isinstance(unified := change.get("unified_diff"), str):
        yield _signs(unified[max(0, unified.find("@@")) :].splitlines())
    elif isinstance(content := change.get("content"), str):
        lines = len(content.splitlines())
        yield (0, lines) if change.get("type") == "delete" else (lines, 0)


def _signs(lines: Iterable[str]) -> Changed:
    added = removed = 0
    for line in lines:
        added += line.startswith("+")
        removed += line.startswith("-")
    return added, removed


def _between(old: str, new: Any) -> Changed:
    """Without the lines that both begin and both end with."""
    before, after = old.splitlines(), new.splitlines() if isinstance(new, str) else []
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    before, after = before[same:], after[same:]
    pairs = zip(reversed(before), reversed(after), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return len(after) - same, len(before) - same
