"""How many lines a change adds and takes away, whichever way a log tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tally_tui.logs.messages import Item, Kind
from tally_tui.reports.changed_lines import changed_lines
from tally_tui.reports.growing import BYTES, PATCHED, lean

PATCH = "*** Begin Patch\n*** Update File: a.py\n@@\n-old\n+new\n+more\n kept\n*** Add File: b.py\n+one\n*** End Patch\n"
HUNKS = [{"lines": [" kept", "-old", "+new", "+more"]}, {"lines": ["+x"]}]
UNIFIED = "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-old\n+new\n kept\n"


@pytest.mark.parametrize(
    ("given", "text", "detail", "lines"),
    [
        ({"old_string": "a\nb\nc", "new_string": "a\nB\nBB\nc"}, "", None, (2, 1)),
        ({"old_string": "a\na", "new_string": "a"}, "", None, (0, 1)),
        ({"edits": [{"old_string": "a", "new_string": "b"}, {"old_string": "", "new_string": "c\nd"}]}, "", None, (3, 1)),
        ({"file_path": "/f", "content": "1\n2\n3\n" * 2_000}, "", None, (6_000, 0)),
        ({"input": PATCH}, "", None, (3, 1)),
        (None, PATCH, None, (3, 1)),
        (None, "", {"structuredPatch": HUNKS}, (3, 1)),
        (None, "", {"changes": {"a": {"unified_diff": UNIFIED}, "b": {"type": "delete", "content": "x\ny\n"}}}, (1, 3)),
        ({"command": "ls"}, "", None, None),
        ({"old_string": "same", "new_string": "same"}, "", None, None),
        ({"edits": "none", "old_string": 3}, "", {"structuredPatch": "x", "changes": [1]}, None),
    ],
)
def test_lines_are_counted(given: Any, text: str, detail: Any, lines: tuple[int, int] | None) -> None:
    item = Item(Kind.TOOL_CALL, 0, 0, name="Edit", text=text, input=given, detail=detail)
    assert changed_lines(item) == lines
    lean(item)
    kept = (item.detail or {}).get(PATCHED)
    assert kept == lines or (lines is None and kept == (0, 0)), "known when the texts themselves are cut"


def test_how_large_an_image_in_the_log_is_stays_known() -> None:
    for detail in ({"data": "QUJD" * 100}, {"image_url": "data:image/png;base64," + "QUJD" * 99 + "QUI="}):
        item = Item(Kind.IMAGE, 0, 0, name="image/png", detail=detail)
        lean(item)
        assert item.detail in ({BYTES: 300}, {BYTES: 299})
    item = Item(Kind.IMAGE, 0, 0, detail={"image_url": "https://example.org/a.png"})
    lean(item)
    assert not item.detail
