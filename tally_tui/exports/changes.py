"""What a tool changed, as unified diffs: from patches that logs hold, or from the texts before and after."""

from __future__ import annotations

import difflib
from typing import Any

from tally_tui.logs.messages import strings
from tally_tui.reports.conversation_order import Block

_MOST_LINES = 4_000
"""Texts of more lines are not compared: only their beginning is shown as new."""


def changes(block: Block) -> str:
    """The diff of a call's changes; empty where it changed nothing that the log tells."""
    for item in (*block.results, *block.more):
        found = _of_detail(item.detail)
        if found:
            return found
    item = block.item
    if item.text.lstrip().startswith("*** Begin Patch"):
        return item.text.strip("\n")
    given = item.input
    if isinstance(given, dict):
        return _of_input(given)
    return ""


def _of_detail(detail: Any) -> str:
    if not isinstance(detail, dict):
        return ""
    patch = detail.get("structuredPatch")
    if isinstance(patch, list) and patch:
        return "\n".join(filter(None, map(_hunk, patch)))
    told = detail.get("changes")
    if isinstance(told, dict):
        return "\n".join(_change(str(path), each) for path, each in told.items() if isinstance(each, dict))
    return ""


def _hunk(hunk: Any) -> str:
    lines = hunk.get("lines") if isinstance(hunk, dict) else None
    if not isinstance(lines, list):
        return ""
    at = [hunk.get(name) for name in ("oldStart", "oldLines", "newStart", "newLines")]
    return "\n".join([f"@@ -{at[0]},{at[1]} +{at[2]},{at[3]} @@", *(line for line in lines if isinstance(line, str))])


def _change(path: str, change: dict[str, Any]) -> str:
    kind, diff, content = change.get("type"), change.get("unified_diff"), change.get("content")
    moved = change.get("move_path")
    head = f"*** {str(kind).capitalize()} {path}" + (f" → {moved}" if isinstance(moved, str) else "")
    if isinstance(diff, str):
        return f"{head}\n{diff.rstrip()}"
    if isinstance(content, str):
        sign = "-" if kind == "delete" else "+"
        return "\n".join([head, *(sign + line for line in content.splitlines()[:_MOST_LINES])])
    return head


def _of_input(given: dict[str, Any]) -> str:
    edits = given.get("edits")
    pairs = [each for each in edits if isinstance(each, dict)] if isinstance(edits, list) else [given]
    found = [_compared(each.get("old_string"), each.get("new_string")) for each in pairs]
    if any(found):
        return "\n".join(filter(None, found))
    content = given.get("content")
    if isinstance(content, str) and isinstance(given.get("file_path"), str):
        return "\n".join("+" + line for line in content.splitlines()[:_MOST_LINES])
    patch = next((text for text in strings(given) if text.lstrip().startswith("*** Begin Patch")), "")
    return patch.strip("\n")


def _compared(old: Any, new: Any) -> str:
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > _MOST_LINES:
        return "\n".join([*("-" + line for line in before), *("+" + line for line in after)])
    return "\n".join(list(difflib.unified_diff(before, after, n=3, lineterm=""))[2:])
