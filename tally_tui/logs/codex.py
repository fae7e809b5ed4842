"""Codex: a stretch of a rollout → calls, session facts and limit readings.

Numbered rules are those of the counting page. What depends on other files (replays of a parent,
the same thread elsewhere) is decided by the ledger; this file leaves it the evidence.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tally_tui.logs import codex_lines as wire
from tally_tui.logs import codex_tier as tiers
from tally_tui.logs.codex_imports import imported_from, is_marker
from tally_tui.logs.codex_limits import LimitMemory
from tally_tui.logs.codex_state import State
from tally_tui.logs.codex_talk import NAME_RANK, Prompts
from tally_tui.logs.codex_threads import KNOWN_EVENTS, KNOWN_TYPES, is_bare_header, meta_fact, thread_of
from tally_tui.logs.identity import identity, identity_of
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import MOST, text_of
from tally_tui.logs.records import BEGINNING_LOST, Chunk, SessionFact, Sighting
from tally_tui.logs.salvage import salvage
from tally_tui.logs.title_text import title_text
from tally_tui.model import Flag, Reason

RESPONSES_KEPT = 200


class CodexParser:
    """Reads the lines of one rollout in order; `finish` gives the chunk's records."""

    def __init__(self, path: str, state: bytes, changed_ms: int) -> None:
        self.chunk = Chunk()
        self._path = path
        self._state = msgspec.json.decode(state, type=State) if state else State(thread=thread_of(path))
        self._changed_ms = changed_ms
        self._prompts = Prompts(self._state.said)
        self._facts: dict[str, SessionFact] = {}
        self._by_identity: dict[int, Sighting] = {}
        self._limits = LimitMemory(self._state.limits)
        self._stamp: object = None
        self._numbered = ("", 0)

    def feed(self, offset: int, line: bytes, whole: bool) -> bool:
        """Take one line; False when it is the torn beginning of one that is still being written."""
        try:
            record = wire.envelope(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if not line:
                self.chunk.skip("unreadable", "too long", offset)
                return True
            found = salvage(line)
            if not whole and (found.torn or not found.parts):
                return False
            for start in found.broken:
                self.chunk.skip("unreadable", "not JSON", offset + start)
            for part in found.parts:
                self._try(offset + part.start, wire.lenient(part.value))
            return True
        self._try(offset, record)
        return True

    def _try(self, offset: int, record: wire.Envelope) -> None:
        try:
            self._take(offset, record)
        except (ValueError, TypeError, KeyError, AttributeError, msgspec.DecodeError, RecursionError):
            # Shapes nobody has seen yet: counted by name, never fatal, never a wrong number.
            self.chunk.skip("unreadable", f"bad {record.type or 'record'}", offset)

    def finish(self) -> Chunk:
        """The records of all lines fed, and the state to go on from."""
        chunk, state = self.chunk, self._state
        self._settle()
        self._mark_imported()
        chunk.sightings = list(self._by_identity.values())
        chunk.sessions = list(self._facts.values())
        talk = state.talk
        if talk.turns or talk.replies:
            talk.session = self._name
            chunk.talk = talk
        chunk.state = msgspec.json.encode(state)
        return chunk

    @property
    def _name(self) -> str:
        state = self._state
        if state.thread is None:
            state.thread = self._path.rpartition("/")[2].partition(".")[0]
        return state.thread

    def _take(self, offset: int, record: wire.Envelope) -> None:
        state, kind = self._state, record.type
        if kind == "response_item" and self.chunk.first_ts is not None:
            self._stamp = record.timestamp
            self._response(offset, record)
            return
        ts = to_ms(record.timestamp)
        if ts is not None:
            state.last_ts, self._stamp = ts, None
            if self.chunk.first_ts is None:
                self.chunk.first_ts = ts
        if kind == "response_item":
            self._response(offset, record)
        elif kind == "event_msg":
            told = wire.read_event(record.payload)
            event = told.type
            if event == "token_count":
                self._token_count(offset, record.payload, told, ts)
            elif event in ("task_started", "turn_started"):
                self._turn(text_of(wire.plain(record.payload).get("turn_id")))
            elif event in ("user_message", "item_completed"):
                self._asked(self._prompts.event(bytes(record.payload)), record)
            elif event == "thread_name_updated":
                self._named(wire.plain(record.payload))
            elif event == "context_compacted":
                if not state.said.compacted:
                    state.talk.context = None
                state.said.compacted = False
            elif event == "thread_settings_applied":
                self._tier(tiers.of_settings(wire.plain(record.payload)))
            elif event == "agent_message":
                self._may_end_import(offset, record.payload)
            elif event not in KNOWN_EVENTS:
                self.chunk.skip("unknown", f"event {event or 'no type'}", offset)
        elif kind == "turn_context":
            self._turn_context(wire.plain(record.payload))
        elif kind == "token_usage_record":
            self._usage_record(offset, wire.plain(record.payload), ts)
        elif kind == "session_meta":
            self._meta(wire.plain(record.payload), ts)
        elif kind == "turn.completed":
            self._headless(offset, record, self._time(ts))
        elif kind == "compacted":
            state.said.compacted, state.talk.context = True, None
        elif kind == "thread.started":
            # A headless run names its thread here; a rollout's own name stands.
            if not state.in_rollout and not state.beheaded:
                state.thread = text_of(record.thread_id) or state.thread
        elif kind == "message":
            self._asked(self._prompts.bare(bytes(record.role), bytes(record.content)), record)
        elif bytes(record.id) and is_bare_header(
            kind, name := wire.plain(record.id), record.timestamp, record.record_type
        ):
            about = {key: wire.plain(raw) for key in ("git", "cwd") if bytes(raw := getattr(record, key))}
            self._meta({"id": name, "timestamp": record.timestamp, **about}, ts)
        elif kind not in KNOWN_TYPES and not (not kind and record.record_type):
            self.chunk.skip("unknown", kind or "no type", offset)

    def _time(self, ts: int | None) -> int:
        """A record's time: its own, else the file's nearest earlier one, else the file's last change."""
        if ts is not None:
            return ts
        self._settle()
        return self._state.last_ts if self._state.last_ts is not None else self._changed_ms

    def _settle(self) -> None:
        """Take up the time of the latest message: few records need it, and there are many messages."""
        ts = to_ms(self._stamp) if self._stamp is not None else None
        if ts is not None:
            self._state.last_ts = ts
        self._stamp = None

    # -- whose calls they are

    def _meta(self, payload: Any, ts: int | None) -> None:
        state = self._state
        if state.in_rollout:
            return  # rule 1: later ones are ancestry
        fact = meta_fact(payload, ts, state.thread or self._name)
        state.in_rollout = True
        state.thread = fact.name
        state.forked = fact.forked_from is not None
        state.listed = imported_from(self._path, fact.name) is not None
        state.folder, state.branch, state.version = fact.folder, fact.branch, fact.version
        known = self._facts.get(fact.name)
        if known is not None:
            fact.title, fact.title_rank = known.title, known.title_rank
        self._facts[fact.name] = fact
        if fact.forked_from and not fact.paginated and fact.started is not None:
            state.said.copied_second = fact.started // 1000

    def _fact(self) -> SessionFact:
        fact = self._facts.get(self._name)
        if fact is None:
            fact = self._facts[self._name] = SessionFact(name=self._name)
        return fact

    def _turn_context(self, payload: Any) -> None:
        state = self._state
        state.folder = text_of(payload.get("cwd")) or state.folder
        if not state.in_rollout:
            self._fact().folder = self._fact().folder or state.folder
        model = text_of(payload.get("model"))
        if model:
            state.model = model.removeprefix("openai/")
            if state.nameless:
                state.nameless = False
                self._infer(state.model)
        self._turn(text_of(payload.get("turn_id")))
        self._tier(tiers.of_turn(payload, state.tier))

    def _tier(self, flags: int | None) -> None:
        """A tier is stated, and holds until the next one is; then no call's is left to be assumed."""
        state = self._state
        if flags is not None and state.tier is None and state.assumed:
            for sighting in self._by_identity.values():
                sighting.flags &= ~Flag.TIER_ASSUMED
            self.chunk.tier_stated = True
            self._fact()
        state.tier = flags if flags is not None else state.tier

    def _infer(self, model: str) -> None:
        """Rule 7: calls before the first turn context take the first model that follows."""
        for sighting in self._by_identity.values():
            if not sighting.model:
                sighting.model, sighting.inferred = model, True
        self.chunk.inferred_model = model

    def _turn(self, turn: str | None) -> None:
        if self._state.turns.begin(turn, self._state.thread):
            self._prompts.turn()
            self._state.pairs.clear()

    def _response(self, offset: int, record: wire.Envelope) -> None:
        """A message of a person may be a prompt; one of the agent may end an import."""
        self._asked(self._prompts.response(bytes(record.payload)), record)
        self._may_end_import(offset, record.payload)

    def _may_end_import(self, offset: int, payload: msgspec.Raw) -> None:
        """All that stands before the word that an import has ended is no work of this thread."""
        state = self._state
        whole = not state.import_ended and (not state.turns.own or (state.listed and not state.turns.imported))
        if not (whole or state.turns.importing) or not is_marker(bytes(payload)):
            return
        if whole:
            self._by_identity.clear()
            self.chunk.paired.clear()
            state.talk.turns = state.talk.replies = 0
            self.chunk.imported_until = offset
            self._fact()
        state.pairs.clear()
        state.turns.end_import()
        state.import_ended = True

    def _mark_imported(self) -> None:
        state = self._state
        if (state.import_ended or state.turns.imported) and not state.forked:
            self._fact().imported_from = imported_from(self._path, self._name) or ""

    def _asked(self, prompt: str | None, record: wire.Envelope) -> None:
        """A turn, where a record tells a prompt for the first time."""
        if prompt is None:
            return
        self._state.talk.turns += not self._state.turns.importing
        title = self._prompts.title(prompt, to_ms(record.timestamp))
        if title is not None:
            self._fact().title, self._fact().title_rank = title

    def _named(self, payload: Any) -> None:
        """A person named the thread; what a fork copied names its parent."""
        thread, name = text_of(payload.get("thread_id")), text_of(payload.get("thread_name"))
        if name and name.strip() and thread in (None, self._name):
            self._fact().title, self._fact().title_rank = title_text(name), NAME_RANK
            self._state.said.rank = NAME_RANK

    # -- what was spent

    def _token_count(self, offset: int, payload: msgspec.Raw, told: wire.Event, own_ts: int | None) -> None:
        ts = self._time(own_ts)
        limits = bytes(told.rate_limits)
        copied = self._state.turns.older or self._state.turns.importing
        if limits not in (b"", b"null") and not copied:
            self.chunk.readings += self._limits.take(limits, ts, self._name)
        if told.info is None and bytes(wire.raw_event(payload).info) in (b"", b"null"):
            return
        state = self._state
        total, last = wire.usage_vectors(payload, told.info)
        self._given(last, told.info)
        if total is None and last is None:
            self.chunk.skip("unreadable", "no usage", offset)
            return
        same = b"" if total else bytes(wire.raw_event(payload).info)
        if state.totals.is_empty(total, last):
            return
        size, unobserved = state.totals.step(total, last, same)
        if state.turns.importing:
            return
        # Its own time only: what stands in for a missing one may differ where the thread lies elsewhere.
        counts = str(total)
        both = f"{counts}\0{last}"
        said = f"{self._name}\0{own_ts}\0{both}"
        if size is None:
            repeat = self._unique(own_ts, f"codex repeat\0{said}")
            self._add(repeat, offset, ts, last or wire.NOTHING, reason=Reason.REPEAT)
            return
        call = self._unique(own_ts, f"codex\0{said}")
        model = (text_of(told.effective_model) or "").removeprefix("openai/")
        state.talk.replies += 1
        earlier, model_of_record = state.pairs.count(call, state.turns.current, size)
        if earlier is not None:
            known = self._by_identity.get(earlier)
            if known is not None:
                known.reason = Reason.RECORD
            else:
                self.chunk.paired.append(earlier)
        self._add(
            call, offset, ts, size, model=model or model_of_record, unobserved=unobserved, vector=identity_of(both),
            totals=identity_of(f"totals\0{counts}") if total else None,
        )  # fmt: skip

    def _given(self, last: wire.Vector | None, info: wire.Info | None) -> None:
        """What the newest answer was given to read; after a compaction Codex states its own estimate as a total."""
        talk = self._state.talk
        given = (last[0] or last[5]) if last else 0
        if given:
            talk.context, talk.model = given, self._state.model
            talk.peak = max(talk.peak, given)
        if info is not None and info.model_context_window is not None and 0 < info.model_context_window < MOST:
            talk.window = info.model_context_window

    def _usage_record(self, offset: int, payload: Any, own_ts: int | None) -> None:
        """Rule 4: beside its token count it is the same call, alone it is one of its own."""
        state, ts = self._state, self._time(own_ts)
        size = wire.vector(wire.usage_of(payload["usage"]))
        if wire.is_empty(size) or state.turns.importing:
            return
        turn = text_of(payload.get("turn_id"))
        model = (text_of(payload.get("effective_model")) or "").removeprefix("openai/")
        response = text_of(payload.get("response_id"))
        if response:
            call = identity("codex record", self._name, response)
        else:
            call = self._unique(own_ts, f"codex record\0{self._name}\0{own_ts}\0{size}")
        if response:
            if call in state.responses:
                return
            state.responses.append(call)
            del state.responses[:-RESPONSES_KEPT]
        paired = state.pairs.record(call, turn or state.turns.current, size, model)
        reason = Reason.RECORD if paired else Reason.COUNTED
        self._add(call, offset, ts, size, model=model, reason=reason, vector=identity("record", size), turn=turn)

    def _headless(self, offset: int, record: wire.Envelope, ts: int) -> None:
        size = wire.vector(wire.usage_of(wire.plain(record.usage)))
        if wire.is_empty(size) or self._state.turns.importing:
            return
        self._state.completed += 1
        if self._state.completed == 1:
            self._fact().first_ts = ts
        model = (text_of(record.model) or "").removeprefix("openai/")
        call = identity("codex headless", self._name, self._state.completed, size)
        self._add(call, offset, ts, size, model=model, flags=Flag.HEADLESS)

    def _add(
        self,
        call: int,
        offset: int,
        ts: int,
        size: wire.Vector,
        *,
        model: str = "",
        reason: Reason = Reason.COUNTED,
        unobserved: int = 0,
        vector: int | None = None,
        totals: int | None = None,
        turn: str | None = None,
        flags: int = 0,
    ) -> None:
        state = self._state
        if call in self._by_identity:
            return  # the very same line again
        given, read, written, output, reasoning = wire.normalised(size)
        if not (state.in_rollout or state.beheaded or flags & Flag.HEADLESS):
            state.beheaded = True
            self._fact().first_ts, self._fact().started = ts, BEGINNING_LOST
        model = model or state.model
        if not model:
            state.nameless = True
        turn = turn or state.turns.current
        if not flags & Flag.HEADLESS:
            flags |= state.turns.flags(turn, state.thread)
            flags |= Flag.TIER_ASSUMED if state.tier is None else state.tier
            state.assumed = state.assumed or state.tier is None
            if reason == Reason.COUNTED and flags & Flag.OLDER_TURN:
                reason = Reason.REPLAY
        self._by_identity[call] = Sighting(
            call, self._name, offset, ts, model, state.folder, state.branch, state.version,
            given, written, 0, read, output, reasoning,
            flags=flags, reason=reason, unobserved=unobserved, vector=vector,
            turn=self._turn_number(turn) if turn else None, totals=totals, named=identity_of(f"size\0{size[:5]}"),
        )  # fmt: skip

    def _turn_number(self, turn: str) -> int:
        if turn != self._numbered[0]:
            self._numbered = (turn, identity(turn))
        return self._numbered[1]

    def _unique(self, ts: int | None, text: str) -> int:
        """An identity that also tells apart equal records of one millisecond, by their order."""
        state = self._state
        if ts != state.same_ts:
            state.same_ts = ts
            state.same.clear()
        times = state.same[text] = state.same.get(text, 0) + 1
        return identity_of(text if times == 1 else f"{text}\0{times}")
