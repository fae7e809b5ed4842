"""What the texts in a Codex rollout are: a person's words or the program's, and a command's output undressed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from tally_tui.logs.claude_texts import Told, tags
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Kind, Mark

_KNOWN: Final = frozenset(
    """
    environment_context user_instructions skill turn_aborted user_action user_shell_command subagent_notification
    permissions_instructions collaboration_mode personality_spec skills_instructions plugins_instructions
    apps_instructions hook_prompt model_switch recommended_plugins realtime_conversation memories goal_context
    internal_context multi_agent_instructions
    """.split()
)
"""What Codex puts its own words into; anything else is what a person typed, however it begins."""
_ELEMENT: Final = re.compile(r"\s*<([a-z_]+)(?: instructions)?(?:\s[^<>]*)?>(.*?)</\1(?: instructions)?>\s*", re.DOTALL)
_AGENTS: Final = re.compile(r"\s*# (?:AGENTS|CLAUDE)(\.md) instructions for (?:[/~\\]|[A-Za-z]:)")
_IMAGE: Final = re.compile(r"\s*</?image(?:\s[^<>]*)?>\s*")
_CONTEXT: Final = re.compile(r"\s*# (?:Context from my IDE setup|Files mentioned by the user):")
_REQUEST: Final = re.compile(r"^## My request for Codex:[ \t]*\n?", re.MULTILINE)
_EXIT = re.compile(r"(?:Process exited with code|Exit code:|exited with code) (-?\d+)")
_DRESS = re.compile(r"(?:Chunk ID: |Exit code: |Wall time|Script (?:completed|failed|running))")
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+?)\s*$|^\*\*\* Move to: (.+?)\s*$", re.MULTILINE)
_plain: Any = msgspec.json.Decoder().decode


def told(text: str) -> Iterator[Told]:
    """A text in the user's name as what it holds."""
    if _CONTEXT.match(text):
        context, *request = _REQUEST.split(text, maxsplit=1)
        if request and request[0].strip():
            yield Told(Kind.PROMPT, request[0])
            yield Told(Kind.REMINDER, context, "ide context", Mark.META)
            return
    if _IMAGE.fullmatch(text):
        return  # around an image, which is a block of its own
    if _AGENTS.match(text):
        yield Told(Kind.REMINDER, text, "AGENTS.md", Mark.META)
        return
    at = 0
    while (element := _ELEMENT.match(text, at)) and _known(element):
        yield from _program(element[1], element[0].strip(), element[2])
        at = element.end()
    if not at or text[at:].strip():
        yield Told(Kind.PROMPT, text[at:])


def _known(element: re.Match[str]) -> bool:
    return element[1] in _KNOWN or element[1] == "permissions"


def _program(name: str, text: str, inner: str) -> Iterator[Told]:
    if name == "user_shell_command":
        parts = tags(inner)
        yield Told(Kind.BASH, parts.get("command", inner).strip(), "!")
        if parts.get("result", "").strip():
            yield Told(Kind.BASH, parts["result"].strip(), "!", Mark.OUTPUT)
    elif name == "subagent_notification":
        yield Told(Kind.AGENT, inner.strip(), name, role="agent")
    else:
        yield Told(Kind.REMINDER, text, name, Mark.META)


def prompt_in(texts: Iterable[str]) -> str | None:
    """What a person typed in the texts of one message; None where nothing of it is theirs."""
    prompt = "\n".join(said.text for text in texts for said in told(text) if said.kind is Kind.PROMPT)
    return prompt if prompt.strip() else None


def texts_of(content: Any) -> list[str]:
    """The texts in a message's content, block by block."""
    if isinstance(content, str):
        return [text_of(content) or ""]
    if not isinstance(content, list):
        return []
    blocks = (block.get("text") for block in content if isinstance(block, dict))
    return [text for text in map(text_of, blocks) if text]


def undressed(output: Any) -> tuple[str, dict[str, Any] | None]:
    """(what a command put out, what Codex says of how it ended) of a tool's output in any of its forms."""
    if isinstance(output, dict):
        about = output.get("metadata")
        words = output.get("output", output.get("content"))
        return "\n".join(texts_of(words)), about if isinstance(about, dict) else _ended(output)
    if isinstance(output, list):
        texts = texts_of(output)
        if len(texts) > 1 and _DRESS.match(texts[0]):
            return "\n".join(texts[1:]), _exit(texts[0])
        return "\n".join(texts), None
    text = text_of(output) or ""
    if text.startswith('{"output"'):
        try:
            value = _plain(text)
        except (msgspec.DecodeError, RecursionError):
            return text, None
        return undressed(value)
    if _DRESS.match(text):
        head, found, body = text.partition("Output:\n")
        if found:
            return body, _exit(head)
        return text, _exit(text[:400])
    return text, None


def _ended(output: dict[str, Any]) -> dict[str, Any] | None:
    return {"exit_code": 1} if output.get("success") is False else None


def _exit(head: str) -> dict[str, Any]:
    about: dict[str, Any] = {"head": head.strip()}
    code = _EXIT.search(head)
    if code:
        about["exit_code"] = int(code[1])
    elif head.startswith("Script failed"):
        about["exit_code"] = 1
    return about


def failed(about: Any) -> bool:
    """Whether a command ended badly, by what is said of its end."""
    code = about.get("exit_code") if isinstance(about, dict) else None
    return type(code) is int and code != 0


def patched(text: str) -> list[str]:
    """The files that a patch names, each once."""
    if "*** " not in text:
        return []
    return list(dict.fromkeys(found[1] or found[2] for found in _PATCHED.finditer(text)))
