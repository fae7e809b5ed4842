"""An item's text without any drawing: what is copied and searched."""

from __future__ import annotations

from tally_tui.widgets.transcript.pages import Body, Code, Diff, Label, Part, Todos

_BOXES = {"done": "[x]", "doing": "[-]", "open": "[ ]"}


def text_of(body: Body) -> str:
    """All parts, as they stand in the log."""
    return "\n\n".join(filter(None, map(_part, body)))


def code_of(body: Body) -> str | None:
    """The source text, command or change in an item: fenced blocks of prose, or what a tool was given."""
    found: list[str] = []
    for part in body:
        if isinstance(part, Code):
            found.append(part.text)
        elif isinstance(part, Diff):
            found.append(_part(part))
        elif not isinstance(part, Label | Todos):
            found += fenced(part.text)
    return "\n\n".join(found) or None


def fenced(text: str) -> list[str]:
    """The contents of the fenced blocks of a Markdown text."""
    found: list[str] = []
    lines: list[str] | None = None
    fence = ""
    for line in text.split("\n"):
        bare = line.strip()
        if lines is None:
            if bare.startswith(("```", "~~~")):
                fence, lines = bare[:3], []
        elif bare.startswith(fence) and not bare.strip(fence[0]):
            found.append("\n".join(lines))
            lines = None
        else:
            lines.append(line)
    return found


def _part(part: Part) -> str:
    if isinstance(part, Diff):
        lines = [f"--- {part.path}", f"+++ {part.path}"]
        for hunk in part.hunks:
            old = sum(line[:1] in "- " for line in hunk.lines)
            new = sum(line[:1] in "+ " for line in hunk.lines)
            lines += [f"@@ -{hunk.old},{old} +{hunk.new},{new} @@", *hunk.lines]
        return "\n".join(lines)
    if isinstance(part, Todos):
        return "\n".join(f"- {_BOXES.get(state, '[ ]')} {text}" for state, text in part.items)
    return part.text
