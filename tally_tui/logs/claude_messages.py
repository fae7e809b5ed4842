"""Claude Code: a transcript's lines → the items of its conversation."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from tally_tui.logs.claude import KNOWN_TYPES, SYNTHETIC, whose
from tally_tui.logs.claude_blocks import assistant_items, user_items
from tally_tui.logs.claude_message_lines import Line, lenient, strict
from tally_tui.logs.claude_notes import (
    NOT_SHOWN,
    attachment_note,
    first_text,
    is_known_system,
    system_note,
    with_all_words,
)
from tally_tui.logs.claude_texts import Told, source_of
from tally_tui.logs.claude_titles import OLD_LIMIT
from tally_tui.logs.identity import identity_of
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Item, ItemChunk, Kind, Mark
from tally_tui.logs.said_before import Said

_COMPARED: Final = 2_000
"""Characters of a text that tell two lines of one id apart."""
_HASH: Final = struct.Struct("<q")
_QUIET_PROGRESS = frozenset(
    "bash_progress mcp_progress query_update search_results_received waiting_for_task".split()
)


_QUEUED = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.BASH, Kind.AGENT})
"""What may have waited in the queue before its line was written."""


class State(msgspec.Struct):
    """What the parser remembers from one stretch of a file to the next."""

    session: str = ""
    said: dict[str, dict[str, int]] = {}
    titles: dict[str, str] = {}
    lines: bytes = b""
    """Hashes of what the lines with ids of their own say, eight bytes each: one written again is not told again."""


_plain: Final[Any] = msgspec.json.Decoder().decode


class ClaudeMessages:
    """Reads the lines of one transcript in order."""

    def __init__(self, path: str, state: bytes, details: bool) -> None:
        self.chunk = ItemChunk()
        self._path = path
        self._details = details
        self._state = msgspec.json.decode(state, type=State) if state else State()
        self._said = Said(self._state.said)
        self._agent, self._file_session = whose(path)
        self._agents: dict[str, bool] = {}
        self._lines = {number for (number,) in _HASH.iter_unpack(self._state.lines)}

    def decode(self, line: bytes) -> Line:
        return strict(line)

    def lenient(self, value: dict[str, Any]) -> Line:
        """The line of a plain object that the decoder refused."""
        return lenient(value)

    def state(self) -> bytes:
        self._state.lines = b"".join(map(_HASH.pack, self._lines))
        return msgspec.json.encode(self._state)

    def take(self, record: Line, offset: int, length: int) -> list[Item]:
        """The items of a record, with whose they are and when they were said."""
        items = list(self._items(record, offset, length))
        if record.uuid:
            inside = record.isSidechain is True and not self._agent
            links = self.chunk.asides if inside else self.chunk.links
            links.setdefault(text_of(record.uuid) or "", self._parent(record))
        if not items:
            return items
        if record.uuid and self._written_before(text_of(record.uuid) or "", items):
            self._paired("written again")
            return []
        ts = to_ms(record.timestamp)
        session = self._session(record)
        if record.isSidechain is True and not self._agent and (agent := text_of(record.agentId)):
            session = f"{session}/agent-{agent}"
        uuid, parent = text_of(record.uuid) or "", self._parent(record)
        marks = (Mark.ASIDE if record.isSidechain is True and not self._agent else 0) | (
            Mark.COPIED if _copied(record) else 0
        )
        for item in items:
            item.ts = ts if item.ts is None else item.ts
            item.session = item.session or session
            item.uuid = item.uuid or uuid
            item.parent = item.parent or parent
            item.marks |= marks
            if item.uuid and not item.marks & Mark.ASIDE and item.kind is not Kind.TITLE:
                self.chunk.leaf = item.uuid
            if not self._details and item.kind in (Kind.IMAGE, Kind.DOCUMENT, Kind.RAW):
                item.detail = None
        return items

    def _items(self, record: Line, offset: int, length: int) -> Iterator[Item]:
        kind = text_of(record.type) or ""
        if kind == "user":
            yield from self._user(record, offset, length)
        elif kind == "assistant":
            yield from self._assistant(record, offset, length)
        elif kind == "attachment":
            yield from self._attachment(record, offset, length)
        elif kind == "system":
            subtype = text_of(record.subtype) or ""
            if f"system/{subtype}" in NOT_SHOWN:
                self._known(f"system/{subtype}")
                return
            if not is_known_system(subtype):
                yield Item(Kind.RAW, offset, length, name=f"system/{subtype}")
                return
            told, detail = system_note(subtype, record)
            for item in self._told(told, offset, length):
                item.detail = detail
                item.call = text_of(record.toolUseID) or ""
                yield item
        elif kind == "queue-operation":
            yield from self._queue(record, offset, length)
        elif kind == "progress":
            yield from self._progress(record, offset, length)
        else:
            yield from self._other(kind, record, offset, length)

    # -- messages

    def _user(self, record: Line, offset: int, length: int) -> Iterator[Item]:
        content = _content(record)
        if record.isCompactSummary is True:
            yield Item(Kind.SUMMARY, offset, length, text=first_text(content), role="user", name="compaction")
            return
        source = source_of(record.origin, record.promptSource)
        some = False
        for item in user_items(content, offset, length, record.isMeta is True, source):
            some = True
            item.role = item.role or "user"
            if item.kind in _QUEUED and not item.marks & Mark.OUTPUT:
                self._once("line", item)
            if item.kind is Kind.TOOL_RESULT and self._details and record.toolUseResult:
                item.detail = _plain(record.toolUseResult)
            yield item
        if not some:
            yield Item(Kind.PROMPT, offset, length, role="user")

    def _assistant(self, record: Line, offset: int, length: int) -> Iterator[Item]:
        message = record.message if isinstance(record.message, dict) else {}
        model, identity = text_of(message.get("model")) or "", text_of(message.get("id")) or ""
        words = first_text(message.get("content"))
        old = OLD_LIMIT.match(words) is not None and (record.isApiErrorMessage is True or model == SYNTHETIC)
        if record.isApiErrorMessage is True or old:
            limit = record.error == "rate_limit" or old
            name = text_of(record.error) or ("rate_limit" if old else "error")
            yield Item(Kind.LIMIT if limit else Kind.ERROR, offset, length, text=words, name=name, role="system")
            return
        some = False
        for item in assistant_items(message.get("content"), offset, length):
            some = True
            item.role = item.role or "assistant"
            item.message = identity
            if model == SYNTHETIC:
                item.marks |= Mark.META
            else:
                item.model = model
            yield item
        if not some:
            self._known("assistant without content")

    # -- what stands between them

    def _attachment(self, record: Line, offset: int, length: int) -> Iterator[Item]:
        value = record.attachment
        if not isinstance(value, dict):
            yield Item(Kind.RAW, offset, length, name="attachment", detail=value)
            return
        kind = text_of(value.get("type")) or "attachment"
        if f"attachment/{kind}" in NOT_SHOWN:
            self._known(f"attachment/{kind}")
            return
        told, files = attachment_note(kind, value)
        for item in self._told(with_all_words(told, files, value), offset, length):
            item.files = files
            item.call = text_of(value.get("toolUseID")) or ""
            if self._details:
                item.detail = value
            if kind == "queued_command" and item.kind in _QUEUED:
                self._once("line", item)
            yield item

    def _queue(self, record: Line, offset: int, length: int) -> Iterator[Item]:
        """A prompt typed while the agent worked. Mostly it comes again as a message; sometimes only here."""
        operation = text_of(record.operation) or "?"
        words = first_text(record.content)
        if operation != "enqueue" or not words:
            self._known(f"queue-operation/{operation}")
            return
        if words.startswith("/") and not words.startswith("//"):
            told = [Told(Kind.COMMAND, words, words.split(None, 1)[0])]
        else:
            told = attachment_note("queued_command", {"prompt": words})[0]
        for item in self._told(told, offset, length):
            item.marks |= Mark.QUEUED
            # A notice comes again as the line that hands it to the model.
            self._once("queue", item)
            yield item

    def _progress(self, record: Line, offset: int, length: int) -> Iterator[Item]:
        data: Any = _plain(record.data) if record.data else None
        data = data if isinstance(data, dict) else {}
        kind = text_of(data.get("type")) or "progress"
        if kind == "hook_progress":
            name = text_of(data.get("hookName")) or text_of(data.get("hookEvent")) or kind
            text = text_of(data.get("command")) or ""
            yield Item(Kind.HOOK, offset, length, name=name, text=text, role="system")
        elif kind == "agent_progress" and isinstance(data.get("message"), dict):
            yield from self._embedded(record, data, offset, length)
        elif kind in _QUIET_PROGRESS or kind == "agent_progress":
            self._known(f"progress/{kind}")
        else:
            yield Item(Kind.RAW, offset, length, name=f"progress/{kind}", detail=data)

    def _embedded(self, record: Line, data: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
        """A subagent's message inside its parent's log: told here only where it has no log of its own."""
        agent = text_of(data.get("agentId")) or "unknown"
        if self._has_log(agent, text_of(record.sessionId)):
            self.chunk.paired["progress/agent_progress"] = self.chunk.paired.get("progress/agent_progress", 0) + 1
            return
        inner = lenient(data["message"])
        items = list(self._items(inner, offset, length))
        if inner.uuid and items and self._written_before(f"{agent} {text_of(inner.uuid)}", items):
            self._paired("written again")
            return
        for item in items:
            # A subagent's own log may hold one that it started: both are the session's.
            item.session = f"{self._session(record).partition('/agent-')[0]}/agent-{agent}"
            item.uuid = text_of(inner.uuid) or ""
            item.parent = text_of(record.parentToolUseID) or ""
            item.ts = to_ms(inner.timestamp)
            item.marks |= Mark.ASIDE
            yield item

    def _has_log(self, agent: str, session: str | None) -> bool:
        known = self._agents.get(agent)
        if known is None:
            here = Path(self._path).parent
            names = [here / f"agent-{agent}.jsonl"]
            if session:
                names.append(here / session / "subagents" / f"agent-{agent}.jsonl")
            try:
                known = any(name.exists() or name.with_name(f"{name.name}.zst").exists() for name in names)
            except (OSError, ValueError):
                known = False
            self._agents[agent] = known
        return known

    def _other(self, kind: str, record: Line, offset: int, length: int) -> Iterator[Item]:
        if kind in ("custom-title", "ai-title", "agent-name", "summary"):
            title = text_of(record.customTitle or record.aiTitle or record.agentName or record.summary)
            if title and not self._titled(kind, title):
                leaf = text_of(record.leafUuid) or ""
                yield Item(Kind.TITLE, offset, length, text=title, name=kind, uuid=leaf)
            else:
                self._paired(kind)
        elif kind == "pr-link" and record.prUrl:
            yield Item(Kind.SYSTEM, offset, length, text=text_of(record.prUrl) or "", name=kind, role="system")
        elif kind == "frame-link" and record.frameUrl:
            words = " ".join(filter(None, (text_of(record.title), text_of(record.frameUrl))))
            path = text_of(record.path)
            yield Item(
                Kind.SYSTEM, offset, length, text=words, name=kind, role="system", files=[path] if path else []
            )
        elif kind == "continued-in":
            yield Item(Kind.CONTINUED, offset, length, name="continued in", text=text_of(record.continuedIn) or "")
        elif kind in KNOWN_TYPES:
            if kind == "last-prompt":
                self.chunk.leaf = text_of(record.leafUuid) or ""
            self._known(kind)
        else:
            yield Item(Kind.RAW, offset, length, name=kind or "no type")

    # -- small helps

    def _written_before(self, uuid: str, items: list[Item]) -> bool:
        """Whether a line of this id has said the same before."""
        said = (
            f"{each.kind} {each.name} {each.call} {len(each.text) or each.length} {each.text[:_COMPARED]}"
            for each in items
        )
        number = identity_of("\0".join((uuid, *said)))
        before = number in self._lines
        self._lines.add(number)
        return before

    def _told(self, told: list[Told], offset: int, length: int) -> Iterator[Item]:
        for said in told:
            yield Item(said.kind, offset, length, text=said.text, name=said.name, marks=said.marks, role=said.role)

    def _once(self, way: str, item: Item) -> None:
        if item.text and self._said.again(way, f"{item.kind}\0{' '.join(item.text.split())}"):
            item.marks |= Mark.AGAIN

    def _titled(self, kind: str, title: str) -> bool:
        """Titles are written down again and again: only a change of one is told."""
        key = f"title {kind}"
        same = self._state.titles.get(key) == title
        self._state.titles[key] = title
        return same

    def _known(self, name: str) -> None:
        self.chunk.known[name] = self.chunk.known.get(name, 0) + 1

    def _paired(self, name: str) -> None:
        self.chunk.paired[name] = self.chunk.paired.get(name, 0) + 1

    def _session(self, record: Line) -> str:
        if self._file_session is None and not self._state.session:
            self._state.session = text_of(record.sessionId) or ""
        session = self._file_session or self._state.session or Path(self._path).stem
        return f"{session}/agent-{self._agent}" if self._agent else session

    def _parent(self, record: Line) -> str:
        return text_of(record.parentUuid) or text_of(record.logicalParentUuid) or ""


def _content(record: Line) -> Any:
    message = record.message
    return message.get("content") if isinstance(message, dict) else message


def _copied(record: Line) -> bool:
    if record.forkedFrom is not None:
        return True
    return bool(record.session_id) and record.session_id != record.sessionId

