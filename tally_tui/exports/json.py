"""A conversation as JSON: `tally.conversation/1`, described in docs/json.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.conversation import Conversation, Entry, Spent
from tally_tui.reports.conversation_order import Block
from tally_tui.rules.figures import usd6

Document = dict[str, Any]
Cleaning = Callable[[Any], Any]
"""Makes plain JSON values fit to be shown to others; with `--raw` it leaves them as they are."""


def document(told: Conversation, clean: Cleaning) -> Document:
    """The whole document."""
    return {"schema": "tally.conversation/1", **_conversation(told, clean)}


def _conversation(told: Conversation, clean: Cleaning) -> Document:
    session = told.session
    return {
        "provider": session.provider.word,
        "session": session.name,
        "parent": session.parent,
        "agent": session.agent,
        "title": clean(session.title),
        "description": clean(told.description),
        "project": told.project,
        "folder": clean(session.folder),
        "branch": clean(session.branch),
        "version": session.version,
        "models": told.models,
        "first_time": _stamp(told.first_ms),
        "last_time": _stamp(told.last_ms),
        **_spent(told.spent),
        "files": clean(told.files),
        "file_gone": told.file_gone,
        "from_archive": bool(told.from_archive),
        "items_taken_back": told.hidden,
        "messages": [message for entry in told.entries for message in _messages(entry, clean)],
        "subagents": [_conversation(each, clean) for each in told.agents],
    }


def _messages(entry: Entry, clean: Cleaning) -> list[Document]:
    first = _message(entry.block, clean)
    first["turn"] = None if entry.spent is None else _spent(entry.spent)
    first["subagents"] = [_conversation(each, clean) for each in entry.agents]
    return [first, *(_message(inner, clean) for inner in entry.block.inner)]


def _message(block: Block, clean: Cleaning) -> Document:
    item = block.item
    files = dict.fromkeys(path for each in (item, *block.results, *block.more) for path in each.files)
    return {
        "kind": item.kind.word,
        "role": item.role,
        "time": _stamp(item.ts),
        "id": item.uuid or None,
        "model": item.model or None,
        "name": clean(item.name) or None,
        "text": clean(item.text),
        "input": clean(item.input),
        "output": clean(block.text) if block.results else None,
        "failed": block.failed,
        "details": [clean(each) for each in _details(block)],
        "files": clean(list(files)),
        "images": [each.name for each in (item, *block.results) if each.kind is Kind.IMAGE],
        "hidden": bool(item.marks & Mark.HIDDEN),
        "queued": bool(item.marks & Mark.QUEUED),
        "copied": bool(item.marks & Mark.COPIED),
        "taken_back": block.undone,
        "offset": item.offset,
    }


def _details(block: Block) -> list[Any]:
    items = (block.item, *block.results, *block.more)
    found = (_lean(item) for item in items if item.kind not in (Kind.IMAGE, Kind.DOCUMENT))
    return [each for each in found if each]


def _lean(item: Item) -> Any:
    """Details without what the message's text says already and without bytes of images."""
    detail = item.detail
    if not isinstance(detail, dict):
        return None if isinstance(detail, str) else detail
    left_out = {"stdout", "stderr", "content", "originalFile", "file", "base64", "result", "prompt"}
    return {name: value for name, value in detail.items() if name not in left_out}


def _spent(spent: Spent) -> Document:
    return {
        "calls": spent.calls,
        "total_tokens": spent.tokens,
        "cost_usd": usd6(spent.cost),
        "unpriced_calls": spent.unpriced,
    }


def _stamp(ts: int | None) -> str | None:
    if ts is None:
        return None
    whole = datetime.fromtimestamp(ts // 1000, UTC).isoformat()[:-6]
    return f"{whole}.{ts % 1000:03d}Z" if ts % 1000 else f"{whole}Z"
