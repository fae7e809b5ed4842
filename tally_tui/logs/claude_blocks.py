"""The content blocks of a Claude Code message → items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tally_tui.logs.claude_notes import first_text
from tally_tui.logs.claude_texts import Source, told
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Item, Kind, Mark

_TOOLS = {
    "TodoWrite": Kind.TODO,
    "TaskCreate": Kind.TODO,
    "TaskUpdate": Kind.TODO,
    "AskUserQuestion": Kind.QUESTION,
    "ExitPlanMode": Kind.PLAN,
}
_PATHS = ("file_path", "notebook_path", "path")
_SPILLED = re.compile(r"<persisted-output>.*?(?:Full output )?saved to: ([^\n<]+)", re.DOTALL)


def blocks_of(content: Any) -> list[Any]:
    """A message's content as a list of blocks; a plain text is one block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []


def assistant_items(content: Any, offset: int, length: int) -> Iterator[Item]:
    """What the model said, block by block."""
    for block in blocks_of(content):
        if not isinstance(block, dict):
            yield Item(Kind.RAW, offset, length, name="block", detail=block)
            continue
        kind = block.get("type")
        if kind == "text":
            yield Item(Kind.REPLY, offset, length, text=text_of(block.get("text")) or "")
        elif kind == "thinking":
            words = text_of(block.get("thinking")) or ""
            yield Item(Kind.THINKING, offset, length, text=words, marks=0 if words.strip() else Mark.HIDDEN)
        elif kind == "redacted_thinking":
            yield Item(Kind.THINKING, offset, length, marks=Mark.HIDDEN)
        elif kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
            yield _tool_call(block, offset, length)
        elif kind == "fallback":
            yield _fallback(block, offset, length)
        elif isinstance(kind, str) and kind.endswith("_tool_result"):
            yield from result_items(block, offset, length)
        else:
            yield Item(Kind.RAW, offset, length, name=text_of(kind) or "block", detail=block)


def user_items(content: Any, offset: int, length: int, meta: bool, source: Source) -> Iterator[Item]:
    """What stands in the user's name: prompts, results of tools, the program's own words."""
    for block in blocks_of(content):
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "text":
            for said in told(text_of(block.get("text")) or "", meta, source):
                yield Item(
                    said.kind, offset, length, text=said.text, name=said.name, marks=said.marks, role=said.role
                )
        elif kind == "tool_result":
            yield from result_items(block, offset, length)
        elif kind in ("image", "document"):
            yield _media(block, offset, length)
        else:
            yield Item(Kind.RAW, offset, length, name=text_of(kind) or "block", detail=block)


def result_items(block: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
    """A tool's result, and the images in it."""
    content = block.get("content")
    call = text_of(block.get("tool_use_id")) or ""
    media: list[dict[str, Any]] = []
    if isinstance(content, list):
        texts = []
        for part in content:
            kind = part.get("type") if isinstance(part, dict) else None
            if kind in ("image", "document"):
                media.append(part)
            elif isinstance(part, dict):
                texts.append(_result_text(part))
        text = "\n".join(filter(None, texts))
    else:
        text = first_text(content)
    marks = Mark.FAILED if block.get("is_error") is True else 0
    name = ""
    if text.startswith("<persisted-output>"):
        spilled = _SPILLED.search(text)
        marks |= Mark.LOADED
        name = spilled[1].strip() if spilled else ""
    yield Item(Kind.TOOL_RESULT, offset, length, text=text, call=call, marks=marks, role="tool", name=name)
    for part in media:
        item = _media(part, offset, length)
        item.call, item.role = call, "tool"
        yield item


def _result_text(part: dict[str, Any]) -> str:
    kind = part.get("type")
    if kind == "text":
        return text_of(part.get("text")) or ""
    if kind == "tool_reference":
        return text_of(part.get("tool_name")) or ""
    if kind == "web_search_result":
        return " ".join(filter(None, (text_of(part.get("title")), text_of(part.get("url")))))
    return first_text(part)


def _tool_call(block: dict[str, Any], offset: int, length: int) -> Item:
    name = text_of(block.get("name")) or "tool"
    given = block.get("input")
    files: list[str] = []
    if isinstance(given, dict):
        files = [path for path in (text_of(given.get(key)) for key in _PATHS) if path][:1]
    return Item(
        _TOOLS.get(name, Kind.TOOL_CALL), offset, length, name=name, call=text_of(block.get("id")) or "",
        files=files, input=given,
    )  # fmt: skip


def _media(block: dict[str, Any], offset: int, length: int) -> Item:
    source = block.get("source")
    source = source if isinstance(source, dict) else {}
    kind = Kind.IMAGE if block.get("type") == "image" else Kind.DOCUMENT
    name = text_of(source.get("media_type")) or text_of(source.get("type")) or ""
    words = text_of(block.get("title")) or text_of(source.get("url")) or ""
    if source.get("type") == "text":
        words = "\n".join(filter(None, (words, text_of(source.get("data")))))
    return Item(kind, offset, length, text=words, name=name, detail=source)


def _fallback(block: dict[str, Any], offset: int, length: int) -> Item:
    ends = [block.get(end) for end in ("from", "to")]
    models = [text_of(end.get("model")) if isinstance(end, dict) else None for end in ends]
    return Item(Kind.MODEL_SWITCH, offset, length, name=" → ".join(model or "?" for model in models))
