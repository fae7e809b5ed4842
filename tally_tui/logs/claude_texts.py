"""What a text in the user's name is: a person's prompt, or what Claude Code wrote there itself.

The program puts its own words into tags, and their names are known. Everything else is what a person typed,
however it begins. What the line says of its origin decides where a text could be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple

from tally_tui.logs.messages import Kind, Mark


class Told(NamedTuple):
    """A text and what it is."""

    kind: Kind
    text: str
    name: str = ""
    marks: int = 0
    role: str = "user"


class Source(IntEnum):
    """Who a line says its text is from."""

    UNKNOWN = 0
    """It does not say: older versions."""
    HUMAN = 1
    """A person, though perhaps through another program."""
    TYPED = 2
    PROGRAM = 3


def source_of(origin: Any, prompt_source: Any) -> Source:
    """What the fields `origin` and `promptSource` of a line say."""
    kind = origin.get("kind") if isinstance(origin, dict) else None
    if isinstance(kind, str) and kind and kind != "human":
        return Source.PROGRAM
    if prompt_source == "typed":
        return Source.TYPED
    if kind == "human":
        return Source.HUMAN
    return Source.PROGRAM if prompt_source == "system" else Source.UNKNOWN


_COMMANDS: Final = frozenset({"command-name", "command-message", "command-args", "command-contents"})
_OUTPUTS: Final = {
    "local-command-stdout": (Kind.COMMAND, 0),
    "local-command-stderr": (Kind.COMMAND, Mark.FAILED),
    "bash-stdout": (Kind.BASH, 0),
    "bash-stderr": (Kind.BASH, Mark.FAILED),
}
_BESIDE: Final = frozenset(
    """
    system-reminder ide_selection ide_opened_file ide_diagnostics ide_context new-diagnostics user-prompt-submit-hook
    session-start-hook user-memory-input local-command-caveat
    """.split()
)
"""What the program puts beside a prompt in the same message: the rest is the prompt."""
_WORDS: Final = frozenset(
    """
    task-notification teammate-message channel cross-session-message agent-notification system-notification
    mcp-resource-update mcp-polling-update tick
    """.split()
)
"""What comes from elsewhere and fills a message."""
_KNOWN: Final = _COMMANDS | _OUTPUTS.keys() | _BESIDE | _WORDS | {"bash-input"}
_ELEMENT: Final = re.compile(r"\s*<([a-z][\w-]*)(?:\s[^<>]*)?>(.*?)</\1>", re.DOTALL)
_REMINDER: Final = re.compile(r"<system-reminder>(.*?)</system-reminder>\s*", re.DOTALL)
_TAG: Final = re.compile(r"<([a-z][\w-]*)(?:\s[^>]*)?>(.*?)</\1>", re.DOTALL)
_INTERRUPTED: Final = re.compile(r"\s*\[Request interrupted by user[^\]]*\]\s*")
_CAVEAT: Final = "Caveat: The messages below"
_HOOK: Final = re.compile(
    r"\s*([A-Z][A-Za-z]+)(?::\S+)? (?:hook (?:feedback|blocking error|additional context)\b|operation blocked by hook)"
    r"[^\n:]{0,120}:"
)
_TEAMMATE: Final = re.compile(r"<teammate-message\s[^>]*?teammate_id=\"?([^\">\s]+)")


def told(text: str, meta: bool = False, source: Source = Source.UNKNOWN) -> Iterator[Told]:
    """A user line's text as what it holds; `meta` and `source` are what the line itself says of it."""
    if text.lstrip()[:1] == "<":
        elements, rest = _elements(text)
        theirs = source in (Source.HUMAN, Source.TYPED) and not meta
        names = {name for name, _ in elements}
        if names and not (theirs and rest.strip() and not names <= _BESIDE) and not (
            source is Source.TYPED and not meta and names & _WORDS
        ):
            yield from _program(elements, text[: len(text) - len(rest)])
            if rest.strip():
                yield from _rest(rest.strip(), meta, source)
            return
    yield from _rest(text, meta, source)


def prompt_of(content: Any, meta: bool, source: Source) -> str | None:
    """What a person said in a message's content, where anything is theirs; None: nothing, or a tool's result."""
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    if not isinstance(blocks, list):
        return None
    found: str | None = None
    for block in blocks:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "tool_result":
            return None
        text = block.get("text") if kind == "text" else None
        if found is None and isinstance(text, str):
            prompts = (said.text for said in told(text, meta, source) if said.kind is Kind.PROMPT)
            found = next((words for words in prompts if words.strip()), None)
    return found


def tags(text: str) -> dict[str, str]:
    """The outermost `<tag>…</tag>` pieces of a text by their names."""
    return {found[1]: found[2] for found in _TAG.finditer(text)}


def _elements(text: str) -> tuple[list[tuple[str, str]], str]:
    """The program's elements at a text's beginning, each as (name, what it holds), and what follows them."""
    found: list[tuple[str, str]] = []
    at = 0
    while (element := _ELEMENT.match(text, at)) and element[1] in _KNOWN:
        found.append((element[1], element[2]))
        at = element.end()
    return found, text[at:]


def _program(elements: list[tuple[str, str]], text: str) -> Iterator[Told]:
    inner: dict[str, str] = {}
    for name, words in elements:
        inner.setdefault(name, words)
    if inner.keys() & {"command-name", "command-message"}:
        command = inner.get("command-name", "").strip() or "/" + inner.get("command-message", "").strip()
        words = " ".join(part.strip() for part in (command, inner.get("command-args", "")) if part.strip())
        yield Told(Kind.COMMAND, words, command)
    outputs = [(name, words) for name, words in elements if name in _OUTPUTS]
    for name, words in outputs:
        if words.strip():
            kind, marks = _OUTPUTS[name]
            yield Told(kind, words, name, marks | Mark.OUTPUT)
    if outputs and not any(words.strip() for _, words in outputs):
        yield Told(_OUTPUTS[outputs[0][0]][0], "", "no output", Mark.OUTPUT)
    for name, words in elements:
        if name == "bash-input":
            yield Told(Kind.BASH, words, "!")
        elif name == "teammate-message":
            mate = _TEAMMATE.search(text)
            yield Told(Kind.AGENT, words.strip(), mate[1] if mate else "teammate", role="agent")
        elif name in _WORDS:
            yield Told(Kind.AGENT, _notice(words), name, role="agent")
        elif name in _BESIDE or name in ("command-args", "command-contents"):
            if name in _BESIDE or "command-name" not in inner:
                yield Told(Kind.REMINDER, words.strip(), "editor" if name.startswith("ide_") else name, Mark.META)
            elif name == "command-contents" and words.strip():
                yield Told(Kind.REMINDER, words.strip(), name, Mark.META)


def _rest(text: str, meta: bool, source: Source) -> Iterator[Told]:
    """A text without the program's tags in front of it."""
    if _INTERRUPTED.fullmatch(text) and source is not Source.TYPED:
        yield Told(Kind.INTERRUPTION, text.strip())
        return
    theirs = source in (Source.HUMAN, Source.TYPED)
    hook = None if theirs else _HOOK.match(text)
    if hook is not None:
        yield Told(Kind.HOOK, text, hook[1], Mark.META, "system")
    elif meta:
        yield Told(Kind.REMINDER, text, "meta", Mark.META)
    elif source is Source.PROGRAM:
        yield Told(Kind.AGENT, text, "message", role="agent")
    elif text.startswith(_CAVEAT) and source is not Source.TYPED:
        yield Told(Kind.REMINDER, text, "meta", Mark.META)
    else:
        yield from _with_reminders(text)


def _notice(inner: str) -> str:
    """A notification's own words: its summary and result, without the ids around them."""
    found = tags(inner)
    words = [found[name].strip() for name in ("summary", "event", "result") if found.get(name, "").strip()]
    return "\n\n".join(words) or found.get("status", "").strip() or inner.strip()


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
