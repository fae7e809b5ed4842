"""What a text in the user's name is: a person's prompt, or what Claude Code wrote there itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tally_tui.logs.messages import Kind, Mark


class Told(NamedTuple):
    """A text and what it is."""

    kind: Kind
    text: str
    name: str = ""
    marks: int = 0
    role: str = "user"


# Claude Code's own test for what no person typed.
_MACHINE = re.compile(r"\s*<[a-z][\w-]*[\s>]")
_INTERRUPTED = re.compile(r"\s*\[Request interrupted by user[^\]]*\]")
_REMINDER = re.compile(r"<system-reminder>(.*?)</system-reminder>\s*", re.DOTALL)
_EDITOR = re.compile(r"<(ide_[a-z_]+)(?:\s[^>]*)?>.*?(?:</\1>|\Z)\s*", re.DOTALL)
_TAG = re.compile(r"<([a-z][\w-]*)(?:\s[^>]*)?>(.*?)</\1>", re.DOTALL)
_TEAMMATE = re.compile(r"<teammate-message\s[^>]*?teammate_id=\"?([^\">\s]+)")
_OUTPUTS = {
    "local-command-stdout": (Kind.COMMAND, 0),
    "local-command-stderr": (Kind.COMMAND, Mark.FAILED),
    "bash-stdout": (Kind.BASH, 0),
    "bash-stderr": (Kind.BASH, Mark.FAILED),
}


def told(text: str, meta: bool = False, human: bool = False) -> Iterator[Told]:
    """A user line's text as what it holds; `meta` and `human` are what the line itself says of it."""
    if not text.lstrip().startswith(("<", "[", "Caveat: ")):
        if meta:
            yield Told(Kind.REMINDER, text, "meta", Mark.META)
            return
        yield from _with_reminders(text)
        return
    if _INTERRUPTED.match(text):
        yield Told(Kind.INTERRUPTION, text.strip())
    elif not _MACHINE.match(text):
        if meta or text.startswith("Caveat: "):
            yield Told(Kind.REMINDER, text, "meta", Mark.META)
        else:
            yield from _with_reminders(text)
    else:
        yield from _tagged(text, meta, human)


def tags(text: str) -> dict[str, str]:
    """The outermost `<tag>…</tag>` pieces of a text by their names."""
    return {found[1]: found[2] for found in _TAG.finditer(text)}


def _tagged(text: str, meta: bool, human: bool) -> Iterator[Told]:
    name = text.lstrip()[1:].partition(">")[0].split(None, 1)[0]
    found = tags(text)
    if name in ("command-name", "command-message"):
        command = found.get("command-name") or "/" + found.get("command-message", "")
        words = " ".join(part.strip() for part in (command, found.get("command-args", "")) if part.strip())
        yield Told(Kind.COMMAND, words, command.strip())
    elif name == "bash-input":
        yield Told(Kind.BASH, found.get(name, text), "!")
    elif name in _OUTPUTS:
        yield from _outputs(found, text)
    elif name == "teammate-message":
        mate = _TEAMMATE.search(text)
        yield Told(Kind.AGENT, found.get(name, text).strip(), mate[1] if mate else "teammate", role="agent")
    elif name == "task-notification":
        yield Told(Kind.AGENT, _notice(found.get(name, text)), name, role="agent")
    elif name == "system-reminder":
        yield from _with_reminders(text)
    elif name.startswith("ide_"):
        yield from _beside_editor(text)
    elif human and not meta:
        yield Told(Kind.PROMPT, text)
    else:
        yield Told(Kind.REMINDER, text, name, Mark.META)


def _outputs(found: dict[str, str], text: str) -> Iterator[Told]:
    some = False
    for name, words in found.items():
        if name in _OUTPUTS and words.strip():
            some = True
            kind, marks = _OUTPUTS[name]
            yield Told(kind, words, name, marks | Mark.OUTPUT)
    if not some:
        kind = Kind.BASH if text.lstrip().startswith("<bash") else Kind.COMMAND
        yield Told(kind, "", "no output", Mark.OUTPUT)


def _notice(inner: str) -> str:
    """A notification's own words: its summary and result, without the ids around them."""
    found = tags(inner)
    words = [found[name].strip() for name in ("summary", "event", "result") if found.get(name, "").strip()]
    return "\n\n".join(words) or found.get("status", "").strip() or inner.strip()


def _beside_editor(text: str) -> Iterator[Told]:
    """What the editor told of itself, and the prompt that may follow it."""
    rest = _EDITOR.sub("", text).strip()
    if rest:
        yield Told(Kind.PROMPT, rest)
    words = "\n".join(found[0].strip() for found in _EDITOR.finditer(text)) or text
    yield Told(Kind.REMINDER, words, "editor", Mark.META)


def _with_reminders(text: str) -> Iterator[Told]:
    """A prompt, and the reminders that were put into it."""
    if "<system-reminder>" not in text:
        yield Told(Kind.PROMPT, text)
        return
    rest = _REMINDER.sub("", text).strip()
    if rest:
        yield Told(Kind.PROMPT, rest)
    for found in _REMINDER.finditer(text):
        yield Told(Kind.REMINDER, found[1].strip(), "system-reminder", Mark.META)
    if not rest and not _REMINDER.search(text):
        yield Told(Kind.REMINDER, text, "system-reminder", Mark.META)
