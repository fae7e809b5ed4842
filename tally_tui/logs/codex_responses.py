"""Codex: what the model was told and answered (response items) → items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tally_tui.logs.claude_notes import first_text
from tally_tui.logs.codex_done import search_words
from tally_tui.logs.codex_texts import failed, patched, texts_of, told, undressed
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Item, Kind, Mark, strings

QUIET: Final = frozenset({"additional_tools", "ghost_snapshot", "configuration_update"})
"""Response items that hold nothing anyone said: tool schemas, backups, settings."""
_TOOLS = {"update_plan": Kind.TODO, "request_user_input": Kind.QUESTION, "ask_user": Kind.QUESTION}
_plain: Any = msgspec.json.Decoder().decode


def response_items(kind: str, value: dict[str, Any], offset: int, length: int) -> Iterator[Item] | None:
    """The items of a response item; None: of a kind not known here."""
    if kind == "message":
        return _message(value, offset, length)
    if kind == "reasoning":
        return _reasoning(value, offset, length)
    if kind in ("function_call", "custom_tool_call", "local_shell_call", "tool_search_call", "web_search_call"):
        return _call(kind, value, offset, length)
    if kind in ("function_call_output", "custom_tool_call_output", "tool_search_output"):
        return _output(kind, value, offset, length)
    if kind == "image_generation_call":
        return _image(value, offset, length)
    if kind == "agent_message":
        return _agent(value, offset, length)
    if kind in ("compaction", "context_compaction", "compaction_summary"):
        return iter([Item(Kind.COMPACTION, offset, length, role="system", name="compaction")])
    return None


def _message(value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    role = text_of(value.get("role")) or ""
    content = value.get("content")
    identity = text_of(value.get("id")) or ""
    texts = texts_of(content)
    if role == "assistant":
        phase = text_of(value.get("phase")) or ""
        yield Item(Kind.REPLY, offset, length, role=role, text="\n".join(texts), uuid=identity, name=phase)
    elif role == "user":
        yield from user_items(texts, offset, length, identity)
    else:
        words = "\n\n".join(texts)
        yield Item(
            Kind.REMINDER, offset, length, role=role or "system", text=words, uuid=identity,
            name=role or "instructions", marks=Mark.META,
        )  # fmt: skip
    for block in content if isinstance(content, list) else []:
        part = block.get("type") if isinstance(block, dict) else None
        if part in ("input_image", "output_image", "image", "input_audio", "input_file"):
            yield media(block, offset, length, role)


def user_items(texts: list[str], offset: int, length: int, identity: str = "") -> Iterator[Item]:
    """The texts of one message in the user's name: what the person typed as one prompt, the rest apart."""
    parts = [said for text in texts for said in told(text)]
    prompt = "\n".join(said.text for said in parts if said.kind is Kind.PROMPT)
    if prompt.strip():
        yield Item(Kind.PROMPT, offset, length, role="user", text=prompt, uuid=identity)
    for said in parts:
        if said.kind is not Kind.PROMPT:
            yield Item(
                said.kind, offset, length, role=said.role, text=said.text, name=said.name, marks=said.marks,
                uuid=identity,
            )  # fmt: skip


def media(block: dict[str, Any], offset: int, length: int, role: str, call: str = "") -> Item:
    """An image, a sound or a file in a message; its bytes stay in the log."""
    url = text_of(block.get("image_url")) or text_of(block.get("url")) or text_of(block.get("path")) or ""
    inline = url.startswith("data:")
    kind = Kind.IMAGE if "image" in str(block.get("type")) else Kind.DOCUMENT
    name = url[5:].partition(";")[0] if inline else text_of(block.get("filename")) or ""
    return Item(
        kind, offset, length, role=role, name=name, text="" if inline else url, call=call, detail=block
    )


def _reasoning(value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    parts = texts_of(value.get("summary")) + texts_of(value.get("content"))
    identity = text_of(value.get("id")) or ""
    yield thinking(parts, offset, length, identity)


def thinking(parts: list[str], offset: int, length: int, identity: str = "") -> Item:
    """What the model thought, as far as it is told; `detail` has the parts until they are joined."""
    text = "\n\n".join(parts)
    marks = 0 if text.strip() else Mark.HIDDEN
    return Item(Kind.THINKING, offset, length, role="assistant", text=text, uuid=identity, marks=marks)


def _call(kind: str, value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    call = text_of(value.get("call_id")) or text_of(value.get("id")) or ""
    name = text_of(value.get("name")) or kind.removesuffix("_call")
    space = text_of(value.get("namespace"))
    if space and space.startswith("mcp__"):
        name = f"{space}__{name.removeprefix('_')}"
    text, given = "", None
    if kind in ("local_shell_call", "web_search_call"):
        given = value.get("action")
    else:
        arguments = value.get("arguments", value.get("input"))
        if isinstance(arguments, str):
            try:
                given = _plain(arguments) if arguments[:1] in ("{", "[") else None
            except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
                given = None
            if not isinstance(given, dict | list):
                text, given = text_of(arguments) or "", None
        else:
            given = arguments
    if kind == "web_search_call":
        call = call or search_words(given)
    item = Item(
        _TOOLS.get(name, Kind.TOOL_CALL), offset, length, role="assistant", name=name, call=call, text=text,
        input=given, files=_files(name, text, given), uuid=text_of(value.get("id")) or "",
    )  # fmt: skip
    yield item


def _files(name: str, text: str, given: Any) -> list[str]:
    if isinstance(given, dict):
        for key in ("path", "file_path"):
            path = text_of(given.get(key))
            if path:
                return [path]
        if name in ("shell", "exec_command", "shell_command", "apply_patch"):
            return patched("\n".join(strings(given)))
        return []
    if "*** Begin Patch" not in text:
        return []
    # In a script the patch is a quoted string: its line ends are written as \n.
    return patched(text.replace("\\n", "\n") if name == "exec" else text)


def _output(kind: str, value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    call = text_of(value.get("call_id")) or ""
    output = value.get("output")
    if kind == "tool_search_output":
        tools = value.get("tools")
        tools = tools if isinstance(tools, list) else []
        names = [text_of(tool.get("name")) for tool in tools if isinstance(tool, dict)]
        yield Item(Kind.TOOL_RESULT, offset, length, role="tool", call=call, text="\n".join(filter(None, names)))
        return
    text, about = undressed(output)
    marks = Mark.FAILED if failed(about) else 0
    yield Item(Kind.TOOL_RESULT, offset, length, role="tool", call=call, text=text, marks=marks, detail=about)
    for block in output if isinstance(output, list) else []:
        if isinstance(block, dict) and block.get("type") in ("input_image", "input_audio", "input_file"):
            yield media(block, offset, length, "tool", call)


def _image(value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    words = text_of(value.get("revised_prompt")) or ""
    yield Item(
        Kind.IMAGE, offset, length, role="assistant", name="generated", text=words,
        call=text_of(value.get("id")) or "", detail=value,
    )  # fmt: skip


def _agent(value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    """Words between agents; what is encrypted stays so."""
    content = value.get("content")
    blocks = content if isinstance(content, list) else []
    words = "\n".join(texts_of(content)) or first_text(content if isinstance(content, str) else None)
    secret = any(isinstance(block, dict) and block.get("type") == "encrypted_content" for block in blocks)
    ends = [text_of(value.get(end)) or "?" for end in ("author", "recipient")]
    marks = Mark.HIDDEN if secret and not words.strip() else 0
    yield Item(
        Kind.AGENT, offset, length, role="agent", text=words, name=" → ".join(ends), marks=marks,
        uuid=text_of(value.get("id")) or "",
    )  # fmt: skip
