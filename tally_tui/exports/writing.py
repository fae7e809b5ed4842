"""A conversation as a document of a form, and as a file."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from tally_tui.exports.harmless import AsLogged
from tally_tui.reports.conversation import Conversation
from tally_tui.rules.plain_text import json_escaped, without_controls
from tally_tui.rules.redaction import cleaner, shareable_value

FORMS: Final = {"markdown": ".md", "html": ".html", "json": ".json"}
"""The forms, and how their files end."""
PARTS: Final = {"all": 5, "chat": 2, "prompts": 1}
"""How much of a conversation is told, as depths."""
_UNFIT: Final = re.compile(r"[^\w.-]+")


def document(told: Conversation, form: str, tz: ZoneInfo, secrets: bool, people: bool) -> Iterator[str]:
    """The document, in pieces; `secrets`: they are masked, `people`: paths and addresses name nobody."""
    if form == "json":
        from tally_tui.exports.json import document as as_json

        whole = as_json(told, partial(shareable_value, secrets=secrets, people=people))
        yield json_escaped(json.dumps(whole, ensure_ascii=False, indent=1))
        yield "\n"
        return
    if form == "html":
        from tally_tui.exports.html import html as pieces
    else:
        from tally_tui.exports.markdown import markdown as pieces
    yield from map(without_controls, pieces(told, tz, cleaner(secrets, people) if secrets or people else AsLogged))


def file_name(title: str, session: str, form: str) -> str:
    """What a session's file may be called: `why-is-the-last-line-lost-3f9c01ab.md`."""
    words = _UNFIT.sub("-", title.lower()).strip("-.")
    if len(words) > 48:
        words = words[:49].rpartition("-")[0].rstrip("-.") or words[:48]
    return "-".join(filter(None, (words, session.rpartition("/")[2][:8]))) + FORMS[form]


def write(path: Path, pieces: Iterator[str], overwrite: bool) -> int:
    """Write a file that only its owner reads; its size in bytes.

    Raises:
        FileExistsError: it is there, and was not to be overwritten.
        OSError: it cannot be written; what was there before still is.
    """
    if not overwrite and path.exists():
        raise FileExistsError(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            for piece in pieces:
                file.write(piece)
        size = Path(temporary).stat().st_size
        if overwrite:
            Path(temporary).replace(path)
        else:
            _put(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    return size


def _put(temporary: str, path: Path) -> None:
    """Give a file its name unless another has it by now."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links: the look before was all there can be.
        Path(temporary).replace(path)
    else:
        Path(temporary).unlink()
