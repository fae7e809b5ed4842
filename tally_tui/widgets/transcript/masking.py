"""What looks like a secret, hidden on the screen."""

from __future__ import annotations

from copy import copy

from msgspec import structs
from msgspec.structs import replace

from tally_tui.reports.transcript_entries import Entry
from tally_tui.rules.redaction import masked
from tally_tui.widgets.transcript.pages import Body, Diff, Head, Hunk, Part, Todos


def masked_head(head: Head) -> Head:
    """A head whose title tells no secret."""
    title, note = masked(head.title), masked(head.note)
    return head if (title, note) == (head.title, head.note) else structs.replace(head, title=title, note=note)


def masked_paths(entry: Entry) -> Entry:
    """An entry whose paths tell no secret: a title shows their ends, and half of a secret is not known as one."""
    item = entry.item
    given = item.input if isinstance(item.input, dict) else {}
    paths = {name: value for name, value in given.items() if name.endswith("path") and isinstance(value, str)}
    files, hidden = [masked(path) for path in item.files], {name: masked(path) for name, path in paths.items()}
    if files == item.files and hidden == paths:
        return entry
    item = copy(item)
    item.files = files
    item.input = given | hidden if hidden else item.input
    return structs.replace(entry, item=item)


def masked_body(body: Body) -> Body:
    """Parts that tell no secret."""
    return tuple(map(_part, body))


def _part(part: Part) -> Part:
    if isinstance(part, Todos):
        return Todos(tuple((state, masked(text)) for state, text in part.items))
    if isinstance(part, Diff):
        return replace(part, hunks=tuple(map(_hunk, part.hunks)))
    return replace(part, text=masked(part.text))


def _hunk(hunk: Hunk) -> Hunk:
    # As one text: a private key spans lines.
    return replace(hunk, lines=tuple(masked("\n".join(hunk.lines)).split("\n")))
