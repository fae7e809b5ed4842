"""Codex: a rollout's lines → the items of its conversation, in legacy and paginated history alike.

The same words stand in events and in response items, work in calls and in records of its end; whichever
comes first is told, the other is marked as said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tally_tui.logs.codex_done import search_words
from tally_tui.logs.codex_events import BEGUN, event_items, finished_items
from tally_tui.logs.codex_events import QUIET as QUIET_EVENTS
from tally_tui.logs.codex_imports import MARKER, TURN, imported_from
from tally_tui.logs.codex_responses import QUIET as QUIET_RESPONSES
from tally_tui.logs.codex_responses import response_items
from tally_tui.logs.codex_threads import is_bare_header, thread_of
from tally_tui.logs.identity import identity_of
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Item, ItemChunk, Kind, Mark
from tally_tui.logs.said_before import REMEMBERED, Said
from tally_tui.logs.salvage import as_json

_QUIET = frozenset(
    """
    world_state token_usage_record inter_agent_communication_metadata security_risk_score
    thread.started turn.started turn.completed item.started item.updated state
    """.split()
)
_BARE = frozenset(
    """
    message reasoning function_call function_call_output custom_tool_call custom_tool_call_output
    local_shell_call web_search_call tool_search_call tool_search_output image_generation_call
    agent_message additional_tools compaction context_compaction ghost_snapshot configuration_update
    """.split()
)
IMPORTED: Final = "imported from"
"""The name of the item that tells which session of another agent this one was imported from."""
_HEADING = re.compile(r"^\*\*[^*\n]*\*\*\s*")
_SAID = frozenset({Kind.PROMPT, Kind.REPLY, Kind.BASH, Kind.COMPACTION, Kind.REMINDER, Kind.AGENT})


class Envelope(msgspec.Struct, gc=False):
    type: Any = None
    timestamp: Any = None
    payload: msgspec.Raw = msgspec.Raw()
    id: Any = None
    record_type: Any = None
    instructions: msgspec.Raw = msgspec.Raw()
    thread_id: Any = None
    item: Any = None
    error: Any = None
    message: Any = None


class _Meta(msgspec.Struct, gc=False):
    id: Any = None
    timestamp: Any = None
    forked_from_id: Any = None
    history_mode: Any = None
    history_base: Any = None


class State(msgspec.Struct):
    """What the parser remembers from one stretch of a file to the next."""

    session: str = ""
    in_rollout: bool = False
    model: str = ""
    copied_second: int = -1
    """The second into which a legacy fork wrote its parent's history; -1: no such fork."""
    said: dict[str, dict[str, int]] = {}
    calls: dict[str, int] = {}
    """Tool calls told by response items, the newest last."""
    results: dict[str, int] = {}
    """Call → hash of what response items told of its end."""
    turn: str = ""
    origin: str = ""
    """The session of another agent that this one was imported from, where Codex says so."""
    importing: bool = False
    """What comes now was imported from it."""
    ts: int | None = None
    """When the latest line that says so was written."""


_decode: Final = msgspec.json.Decoder(Envelope).decode
_meta: Final = msgspec.json.Decoder(_Meta).decode
_plain: Final[Any] = msgspec.json.Decoder().decode


class CodexMessages:
    """Reads the lines of one rollout in order."""

    def __init__(self, path: str, state: bytes, details: bool) -> None:
        self.chunk = ItemChunk()
        self._path = path
        self._details = details
        self._state = msgspec.json.decode(state, type=State) if state else State(thread_of(path) or "")
        if not self._state.session:
            self._state.session = path.rpartition("/")[2].partition(".")[0]
        self._said = Said(self._state.said)
        self._line = b""

    def decode(self, line: bytes) -> Envelope:
        record = _decode(line)
        self._line = line
        return record

    def lenient(self, value: dict[str, Any]) -> Envelope:
        """The line of a plain object that the decoder refused."""
        self._line = as_json(value)
        return _decode(self._line)

    def state(self) -> bytes:
        return msgspec.json.encode(self._state)

    def take(self, record: Envelope, offset: int, length: int) -> list[Item]:
        """The items of a record, with whose they are and when they were said."""
        items = list(self._items(record, offset, length))
        state = self._state
        imported = bool(state.origin) and state.importing
        if imported and any(item.text.strip() == MARKER for item in items):
            state.importing = False
        ts = to_ms(record.timestamp)
        # The earliest rollouts date their first line only.
        ts = state.ts = state.ts if ts is None else ts
        copied = ts is not None and ts // 1000 <= state.copied_second
        for item in items:
            item.ts = ts
            item.session = state.session
            item.model = state.model if item.role == "assistant" else ""
            if (copied or imported) and item.kind is not Kind.CONTINUED:
                item.marks |= Mark.COPIED | (Mark.IMPORTED if imported else 0)
            if not self._details and item.kind in (Kind.IMAGE, Kind.DOCUMENT, Kind.RAW, Kind.TOOL_RESULT):
                item.detail = None
        return items

    def _items(self, record: Envelope, offset: int, length: int) -> Iterator[Item]:
        kind = text_of(record.type) or ""
        if kind == "response_item":
            yield from self._response(_object(record.payload), offset, length)
        elif kind == "event_msg":
            yield from self._event(_object(record.payload), offset, length)
        elif kind == "turn_context":
            yield from self._turn(_object(record.payload), offset, length)
        elif kind == "compacted":
            yield from self._compacted(_object(record.payload), offset, length)
        elif kind == "session_meta":
            yield from self._begin(_meta(record.payload), record.timestamp, offset, length)
        elif kind == "inter_agent_communication":
            value = {"type": "agent_message", **_object(record.payload)}
            yield from self._response(value, offset, length, "inter_agent_communication")
        elif kind in _BARE:
            yield from self._response(_object(msgspec.Raw(self._line)), offset, length)
        elif kind == "item.completed" and isinstance(record.item, dict):
            yield from self._headless(record.item, offset, length)
        elif kind in ("error", "turn.failed"):
            yield from event_items("error", {"message": record.error or record.message}, offset, length) or ()
        elif is_bare_header(kind, record.id, record.timestamp, record.record_type):
            yield from self._begin(_Meta(record.id), record.timestamp, offset, length)
        elif kind in _QUIET or (not kind and record.record_type):
            self._known(kind or f"record_type/{text_of(record.record_type) or '?'}")
        else:
            yield self._raw(kind or "no type", offset, length)

    # -- whose rollout it is

    def _begin(self, meta: _Meta, ts: Any, offset: int, length: int) -> Iterator[Item]:
        state = self._state
        if state.in_rollout:
            self._known("session_meta")  # the parent's, copied
            return
        state.in_rollout = True
        state.session = text_of(meta.id) or state.session
        parent = text_of(meta.forked_from_id)
        origin = imported_from(self._path, state.session) if parent is None else None
        if origin:
            state.origin, state.importing = origin, True
            yield Item(Kind.CONTINUED, offset, length, role="system", name=IMPORTED, text=origin)
            return
        if parent is None:
            self._known("session_meta")
            return
        if meta.history_mode != "paginated":
            began = to_ms(ts) or to_ms(meta.timestamp)
            state.copied_second = -1 if began is None else began // 1000
        base = meta.history_base if isinstance(meta.history_base, dict) else None
        yield Item(Kind.CONTINUED, offset, length, role="system", name="forked from", text=parent, detail=base)

    def _turn(self, value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
        self._enter(value)
        model = (text_of(value.get("model")) or "").removeprefix("openai/")
        before, self._state.model = self._state.model, model or self._state.model
        if model and before and model != before:
            yield Item(Kind.MODEL_SWITCH, offset, length, role="system", name=f"{before} → {model}")
        else:
            self._known("turn_context")

    # -- what was said and done

    def _response(
        self, value: dict[str, Any], offset: int, length: int, name: str = ""
    ) -> Iterator[Item]:
        kind = text_of(value.get("type")) or ""
        if kind in QUIET_RESPONSES:
            self._known(f"response_item/{kind}")
            return
        items = response_items(kind, value, offset, length)
        if items is None:
            yield self._raw(name or f"response_item/{kind or 'no type'}", offset, length, value)
            return
        for item in items:
            if item.kind in (Kind.TOOL_CALL, Kind.TODO, Kind.QUESTION):
                if item.name == "web_search":
                    self._once("response", item, search_words(item.input))
                elif item.call and self._called_before(item):
                    item.marks |= Mark.AGAIN
            elif item.kind is Kind.TOOL_RESULT:
                if item.call and self._ended_before(item):
                    item.marks |= Mark.AGAIN
            else:
                self._once("response", item, item.text)
            yield item

    def _event(self, value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
        kind = text_of(value.get("type")) or ""
        if kind in ("task_started", "turn_started"):
            self._enter(value)
        if kind in QUIET_EVENTS:
            self._known(f"event_msg/{kind}")
            return
        if kind in BEGUN:
            self._paired(f"event_msg/{kind}")
            return
        items = event_items(kind, value, offset, length)
        if items is None:
            if kind in ("task_complete", "turn_complete"):
                self._paired(f"event_msg/{kind}")  # its last message stands in the rollout
            else:
                yield self._raw(f"event_msg/{kind or 'no type'}", offset, length, value)
            return
        way = "item" if kind == "item_completed" else "event"
        for item in items:
            self._mark(way, item)
            yield item

    def _headless(self, value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
        items = finished_items(text_of(value.get("type")) or "", value, offset, length)
        if items is None:
            yield self._raw("item.completed", offset, length, value)
            return
        yield from items

    def _compacted(self, value: dict[str, Any], offset: int, length: int) -> Iterator[Item]:
        words = text_of(value.get("message")) or ""
        detail = {name: value[name] for name in ("window_number",) if value.get(name) is not None}
        item = Item(Kind.COMPACTION, offset, length, role="system", name="compaction", detail=detail or None)
        self._once("compacted", item, "")
        yield item
        if words.strip():
            yield Item(Kind.SUMMARY, offset, length, role="user", name="compaction", text=words)

    def _mark(self, way: str, item: Item) -> None:
        """Whether an event's item says again what a response item said."""
        if item.kind in (Kind.TOOL_CALL, Kind.TOOL_RESULT):
            if item.name == "web_search":
                self._once(way, item, search_words(item.input))
            elif item.call in self._state.calls:
                item.marks |= Mark.AGAIN
        else:
            self._once(way, item, item.text)

    def _once(self, way: str, item: Item, text: str) -> None:
        kind = item.kind
        if kind is Kind.THINKING:
            # One event for each part, one response item for all: part by part they are the same.
            parts = [_HEADING.sub("", part) for part in text.split("\n\n")] if text else []
            again = [self._said.again(way, f"{kind}\0{part}") for part in parts if part.strip()]
            if again and all(again):
                item.marks |= Mark.AGAIN
        elif kind in _SAID or item.name == "web_search":
            said = f"{kind}\0{' '.join(text.split())}"
            if self._said.again(way, said):
                item.marks |= Mark.AGAIN
            elif kind is Kind.PROMPT and not self._state.turn:
                # Nothing names turns here: the next begins with what the person says next.
                self._said.forget()
                self._said.again(way, said)
        elif kind is Kind.IMAGE and item.call and self._said.again(way, f"{kind}\0{item.call}"):
            item.marks |= Mark.AGAIN

    def _enter(self, value: dict[str, Any]) -> None:
        """A turn begins: what is said in it is not what was said before."""
        turn = text_of(value.get("turn_id"))
        if turn and turn != self._state.turn:
            self._state.turn = turn
            self._said.forget()
            self._state.importing = turn.startswith(TURN)

    def _called_before(self, item: Item) -> bool:
        """Whether a response item has told the same call."""
        said = identity_of(f"{item.name}\0{item.text}\0{item.input}")
        before = _remembered(self._state.calls, item.call, said) == said
        if not before:
            self._state.results.pop(item.call, None)
        return before

    def _ended_before(self, item: Item) -> bool:
        """Whether a response item has told the same end of the same call."""
        said = identity_of(item.text)
        return _remembered(self._state.results, item.call, said) == said

    def _raw(self, name: str, offset: int, length: int, value: Any = None) -> Item:
        if value is None and self._details:
            value = _plain(self._line)
        return Item(Kind.RAW, offset, length, name=name, detail=value)

    def _known(self, name: str) -> None:
        self.chunk.known[name] = self.chunk.known.get(name, 0) + 1

    def _paired(self, name: str) -> None:
        self.chunk.paired[name] = self.chunk.paired.get(name, 0) + 1


def _remembered(known: dict[str, int], call: str, said: int) -> int | None:
    """What was known of a call before; from now on this is."""
    before = known.pop(call, None)
    known[call] = said
    if len(known) > REMEMBERED:
        del known[next(iter(known))]
    return before


def _object(raw: msgspec.Raw) -> dict[str, Any]:
    value = _plain(raw) if raw else None
    if not isinstance(value, dict):
        raise ValueError("the payload is no object")
    return value
