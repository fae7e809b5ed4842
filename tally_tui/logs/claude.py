"""Claude Code: a stretch of a transcript → calls, session facts and limit events.

The rules are those of the counting page: a call is one message id, its tokens are the element-wise
maximum over its lines, and where several files tell of it the ledger decides who owns it.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import msgspec

from tally_tui.logs.claude_lines import Line, Message, Usage, lenient, plain, strict
from tally_tui.logs.claude_titles import described, first_prompt
from tally_tui.logs.identity import identity_of
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of, tidy, tolerant
from tally_tui.logs.records import Chunk, LimitEvent, SessionFact, Sighting
from tally_tui.model import NANO, Flag, merge_flags

SYNTHETIC = "<synthetic>"
_SPEEDS = {"standard": Flag.SPEED_STANDARD, "fast": Flag.SPEED_FAST}
_TIERS = {"batch": Flag.TIER_BATCH, "flex": Flag.TIER_FLEX, "priority": Flag.TIER_PRIORITY}
_MOST = 10**15
_AGENT_FILE = re.compile(r"agent-(.+)\.jsonl$")

KNOWN_TYPES = frozenset(
    """
    user assistant system attachment progress summary custom-title ai-title agent-name agent-color
    agent-setting tag pr-link last-prompt mode permission-mode tools-used cost-state worktree-state
    relocated continued-in ended-by-model queue-operation bridge-session session-owner isolation-latch
    dev-mods atis-latch history-suppression attribution-snapshot observer-ref repl-mode hybrid-organization
    host-row derived-from content-replacement data-flow-records data-flow-incomplete memory-mode
    fork-context-ref frame-link artifact-comment-monitor artifact-autoreact-ledger file-history-snapshot
    file-history-delta resume-head-vouch api-request-shape api-request-blob api-request api-request-resumed
    started result
    """.split()
)


class State(msgspec.Struct):
    """What the parser remembers from one stretch of a file to the next."""

    last_ts: int | None = None
    titled: bool = False


class ClaudeParser:
    """Reads the lines of one transcript in order; `finish` gives the chunk's records."""

    def __init__(self, path: str, state: bytes, changed_ms: int) -> None:
        self.chunk = Chunk()
        self._state = msgspec.json.decode(state, type=State) if state else State()
        self._changed_ms = changed_ms
        self._calls: dict[str, Sighting] = {}
        self._facts: dict[str, SessionFact] = {}
        self._texts: dict[str, str | None] = {}
        self._session: str | None = None
        """The session of the lines just read, once its fact is known; None compares equal to no fact."""
        self._path = path
        self._agent, self._file_session = whose(path)

    def feed(self, offset: int, line: bytes, whole: bool) -> bool:
        """Take one line; False when it is the torn beginning of one that is still being written."""
        try:
            record = strict(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            text = tidy(line)
            if not text:
                if not line:
                    self.chunk.skip("unreadable", "too long", offset)
                return True
            value = tolerant(text)
            if value is None:
                if whole:
                    self.chunk.skip("unreadable", "not JSON", offset)
                return whole
            try:
                record = lenient(value)
            except ValueError:
                self.chunk.skip("unreadable", "bad usage", offset)
                return True
        kind = record.type
        if kind == "assistant":
            self._assistant(offset, record)
        elif kind == "user":
            # Most lines are these, and most of them say nothing about cost.
            if record.sessionId != self._session or _from_elsewhere(record):
                self._fact(record, to_ms(record.timestamp))
            if not self._state.titled and self._agent is None:
                self._title(record)
        else:
            self._other(kind, offset, record)
        return True

    def finish(self) -> Chunk:
        """The records of all lines fed, and the state to go on from."""
        chunk = self.chunk
        chunk.sightings = list(self._calls.values())
        chunk.sessions = list(self._facts.values())
        chunk.state = msgspec.json.encode(self._state)
        return chunk

    def _assistant(self, offset: int, record: Line) -> None:
        ts = to_ms(record.timestamp)
        if ts is not None:
            self._state.last_ts = ts
        if record.sessionId != self._session or _from_elsewhere(record):
            self._fact(record, ts)
        message = record.message
        if message is None:
            return
        if message.usage is not None and message.model != SYNTHETIC:
            self._call(offset, record, message, message.usage, ts)
        elif record.isApiErrorMessage:
            self._limit(offset, record, message, ts)

    def _other(self, kind: str, offset: int, record: Line) -> None:
        if kind == "custom-title":
            self._named(record, record.customTitle, 4)
        elif kind == "ai-title":
            self._named(record, record.aiTitle, 3)
        elif kind == "cost-state":
            session = record.sessionId or self._file_session
            if record.totalCostUSD is not None and session:
                # Cumulative per process: the largest is the one to hold our sum against.
                cost = round(record.totalCostUSD * NANO)
                self.chunk.cost_states[session] = max(cost, self.chunk.cost_states.get(session, 0))
        elif kind == "progress":
            if b'"usage"' in bytes(record.data):
                self._progress(offset, record)
        elif kind not in KNOWN_TYPES:
            self.chunk.skip("unknown", kind or "no type", offset)
        elif record.timestamp and self.chunk.first_ts is None:
            self._fact(record, to_ms(record.timestamp))

    # -- whose line it is

    def _origin(self, record: Line) -> str:
        """The session that a line says it began in: its file's own, unless the line was copied."""
        fork = record.forkedFrom
        named = (fork.sessionId if fork else None) or record.session_id or record.sessionId or self._file_session
        return self._text(named) or PurePath(self._path).stem

    def _name(self, record: Line) -> str:
        origin = self._origin(record)
        agent = self._agent
        return f"{origin}/agent-{agent}" if agent else origin

    def _fact(self, record: Line, ts: int | None) -> None:
        """What the first line of a session in this stretch says of it; later lines only fill gaps."""
        if self.chunk.first_ts is None and ts is not None:
            self.chunk.first_ts = ts
        if ts is None:
            return
        if record.cwd and not _from_elsewhere(record):
            self._session = record.sessionId
        origin = self._origin(record)
        fact = self._facts.get(origin)
        if fact is None:
            fact = self._facts[origin] = self._new_fact(origin)
        if fact.first_ts is None and not self._copied(origin):
            # A copied line is no record of that session's own.
            fact.first_ts = ts
        if fact.folder is None:
            fact.folder = text_of(record.cwd)
            fact.branch = text_of(record.gitBranch)
            fact.version = text_of(record.version)
            fact.origin = text_of(record.entrypoint)

    def _new_fact(self, origin: str) -> SessionFact:
        if not self._agent:
            return SessionFact(name=origin)
        about = described(self._path)
        return SessionFact(
            name=f"{origin}/agent-{self._agent}",
            parent=origin,
            agent=about.kind or self._agent,
            title=about.title,
            title_rank=1 if about.title else 0,
        )

    def _copied(self, origin: str) -> bool:
        return self._file_session is not None and origin != self._file_session

    def _title(self, record: Line) -> None:
        origin = self._origin(record)
        fact = self._facts.get(origin)
        if fact is None or self._copied(origin):
            return
        title = first_prompt(record)
        if title:
            self._state.titled = True
            if fact.title_rank <= 1:
                fact.title, fact.title_rank = title, 1

    def _named(self, record: Line, title: str | None, rank: int) -> None:
        session, title = text_of(record.sessionId) or self._file_session, text_of(title)
        if not session or not title or self._agent:
            return
        fact = self._facts.get(session)
        if fact is None:
            fact = self._facts[session] = self._new_fact(session)
        if rank >= fact.title_rank:
            fact.title, fact.title_rank = title[:300], rank

    # -- what was spent

    def _call(
        self, offset: int, record: Line, message: Message, usage: Usage, ts: int | None, embedded: str | None = None
    ) -> None:
        creation, tools, details = usage.cache_creation, usage.server_tool_use, usage.output_tokens_details
        flat = usage.cache_creation_input_tokens
        write_1h = (creation.ephemeral_1h_input_tokens or 0) if creation else 0
        if flat is None:
            write_5m = (creation.ephemeral_5m_input_tokens or 0) if creation else 0
        else:
            write_5m = flat - write_1h if flat > write_1h else 0
        given, output = usage.input_tokens or 0, usage.output_tokens or 0
        read = usage.cache_read_input_tokens or 0
        thinking = (details.thinking_tokens or 0) if details else 0
        searches = (tools.web_search_requests or 0) if tools else 0
        # One comparison covers every count: a negative or absurd one is nobody's usage.
        if min(given, output, read, write_5m, write_1h, thinking, searches) < 0 or (
            given + output + read + write_5m + write_1h + thinking + searches >= _MOST
        ):
            self.chunk.skip("unreadable", "bad usage", offset)
            return
        flags = (
            _SPEEDS.get(usage.speed or "", 0)
            | _TIERS.get(usage.service_tier or "", 0)
            | (Flag.REGION_US if usage.inference_geo == "us" else 0)
            | (Flag.STOPPED if message.stop_reason else 0)
        )
        key = message.id or record.requestId or record.uuid or f"{self._path}:{offset}"
        recorded = 0
        if record.costUSD is not None and 0 <= record.costUSD < 1e9:
            flags |= Flag.RECORDED
            recorded = round(record.costUSD * NANO)
        known = self._calls.get(key)
        if known is not None and bool(known.flags & Flag.EMBEDDED) == bool(embedded):
            _merge(known, flags, (given, write_5m, write_1h, read, output, thinking, searches), recorded, ts)
            return
        if known is not None and embedded:
            return  # the file holds the call itself
        if embedded is not None:
            flags |= Flag.EMBEDDED
        if self._agent or embedded:
            flags |= Flag.AGENT
        origin = self._origin(record)
        if self._copied(origin):
            flags |= Flag.COPIED
        if ts is None:
            ts = self._state.last_ts if self._state.last_ts is not None else self._changed_ms
        self._calls[key] = Sighting(
            identity_of(f"claude\0{key}"), f"{origin}/agent-{embedded}" if embedded else self._name(record), offset, ts,
            self._text(message.model) or "", self._text(record.cwd), self._text(record.gitBranch),
            self._text(record.version), given, write_5m, write_1h, read, output, min(thinking, output), searches, flags,
            recorded,
        )  # fmt: skip

    def _text(self, value: str | None) -> str | None:
        """A text made safe once: the same few models, folders and branches come with every call."""
        if value is None:
            return None
        known = self._texts.get(value, "")
        if known == "":
            known = self._texts[value] = text_of(value)
        return known

    def _progress(self, offset: int, record: Line) -> None:
        """A subagent's message embedded in its parent's transcript: counts only where no file holds the call."""
        try:
            data: Any = plain(record.data)
            inner = lenient(data["message"])
        except (msgspec.DecodeError, ValueError, TypeError, KeyError, AttributeError):
            return
        message = inner.message
        if message is None or message.usage is None or message.model == SYNTHETIC or not message.id:
            return
        agent = text_of(data.get("agentId")) or "unknown"
        for name in ("sessionId", "cwd", "gitBranch", "version"):
            if getattr(inner, name) is None:
                setattr(inner, name, getattr(record, name))
        ts = to_ms(inner.timestamp) or to_ms(record.timestamp)
        self._call(offset, inner, message, message.usage, ts, embedded=agent)
        name = f"{self._origin(inner)}/agent-{agent}"
        self._facts.setdefault(name, SessionFact(name=name, parent=self._origin(inner), agent=agent))

    def _limit(self, offset: int, record: Line, message: Message, ts: int | None) -> None:
        if bytes(record.error) != b'"rate_limit"' or ts is None:
            return
        text = first_prompt(record, commands=True) or "limit reached"
        self.chunk.events.append(LimitEvent(ts, self._name(record), text, offset))


def whose(path: str) -> tuple[str | None, str | None]:
    """(subagent id, session) that a transcript's path tells; None for what only its lines can tell."""
    name = PurePath(path)
    agent = _AGENT_FILE.match(name.name)
    if not agent:
        return None, name.stem
    parts = name.parts
    if "subagents" in parts:
        return agent[1], parts[len(parts) - 1 - parts[::-1].index("subagents") - 1]
    return agent[1], None


def _from_elsewhere(record: Line) -> bool:
    """Whether a line says that it is a copy of another session's."""
    if record.forkedFrom is not None:
        return True
    return record.session_id is not None and record.session_id != record.sessionId


def _merge(known: Sighting, flags: int, counts: tuple[int, ...], recorded: int, ts: int | None) -> None:
    """Another line of a call already met in this stretch: its larger figures win."""
    given, write_5m, write_1h, read, output, thinking, searches = counts
    known.lines += 1
    if flags | known.flags != known.flags:
        known.flags = merge_flags(known.flags, flags)
    if given > known.input:
        known.input = given
    if write_5m > known.write_5m:
        known.write_5m = write_5m
    if write_1h > known.write_1h:
        known.write_1h = write_1h
    if read > known.cache_read:
        known.cache_read = read
    if output > known.output:
        known.output = output
    if thinking > known.reasoning:
        known.reasoning = thinking
    if searches > known.searches:
        known.searches = searches
    if recorded > known.recorded:
        known.recorded = recorded
    if ts is not None and ts < known.ts:
        known.ts = ts
