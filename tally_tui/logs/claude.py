"""Claude Code: a stretch of a transcript → calls, session facts and limit events.

The rules are those of the counting page: a call is one message id, its tokens are the element-wise
maximum over its lines, and where several files tell of it the ledger decides who owns it.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import msgspec

from tally_tui.logs.boilerplate import telling
from tally_tui.logs.claude_agents import ATTRIBUTED, DESCRIBED_RANK, Start, Starts, fact
from tally_tui.logs.claude_lines import Line, Message, Usage, lenient, plain, strict
from tally_tui.logs.claude_searches import Asked, Searches
from tally_tui.logs.claude_start import fits, folder_of_logs
from tally_tui.logs.claude_talk import TalkReader, TalkState
from tally_tui.logs.claude_titles import OLD_LIMIT, described, first_words
from tally_tui.logs.identity import identity_of
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import MOST, text_of
from tally_tui.logs.records import Chunk, LimitEvent, SessionFact, Sighting
from tally_tui.logs.salvage import salvage
from tally_tui.logs.title_text import title_text
from tally_tui.model import NANO, Flag, merge_flags

SYNTHETIC = "<synthetic>"
_SPEEDS: dict[str | None, int] = {"standard": Flag.SPEED_STANDARD, "fast": Flag.SPEED_FAST}
_TIERS: dict[str | None, int] = {"batch": Flag.TIER_BATCH, "flex": Flag.TIER_FLEX, "priority": Flag.TIER_PRIORITY}
_REGION_US, _STOPPED, _EMBEDDED = Flag.REGION_US, Flag.STOPPED, Flag.EMBEDDED
_MOST_USD = 1e9
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
    dated: bool = False
    """The file's first time stamp has been told."""
    start: str | None = None
    """The working folder that the folder of the file is named after, once a line told of it."""
    start_told: bool = False
    began: list[str] = []
    """Sessions whose own first record has been told."""
    session: list[str | None] = []
    """The session of the line before, once all is told of it; empty before that."""
    searches: list[Asked] = []
    starts: dict[str, Start] = {}
    """The calls that start subagents."""
    attributed: bool = False
    """The type that the subagent's own lines name has been told."""
    talk: TalkState = msgspec.field(default_factory=TalkState)


class _Texts(dict[str | None, str | None]):
    """Texts made safe once: the same few models, folders and branches come with every call."""

    def __missing__(self, text: str | None) -> str | None:
        safe = self[text] = text_of(text)
        return safe


class ClaudeParser:
    """Reads the lines of one transcript in order; `finish` gives the chunk's records."""

    def __init__(self, path: str, state: bytes, changed_ms: int) -> None:
        self.chunk = Chunk()
        self._state = msgspec.json.decode(state, type=State) if state else State()
        self._changed_ms = changed_ms
        self._calls: dict[str, Sighting] = {}
        self._searches = Searches(self._state.searches)
        self._facts: dict[str, SessionFact] = {}
        self._texts = _Texts()
        self._known_origins: dict[str | None, tuple[str, str, int]] = {}
        self._session: str | bool | None = self._state.session[0] if self._state.session else False
        """As the state's; False, which equals no session, while there is none."""
        self._path = path
        self._agent, self._file_session = whose(path)
        self._folder_of_logs = folder_of_logs(path)
        self._cwd: str | None = None
        self._starts = Starts(self._state.starts)
        self._talk = TalkReader(self._state.talk, self._agent is not None)

    def feed(self, offset: int, line: bytes, whole: bool) -> bool:
        """Take one line; False when it is the torn beginning of one that is still being written."""
        try:
            record = strict(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._feed_refused(offset, line, whole)
        self._take(offset, record)
        return True

    def _feed_refused(self, offset: int, line: bytes, whole: bool) -> bool:
        """Take a line that the strict decoder refuses; as `feed`."""
        if not line:
            self.chunk.skip("unreadable", "too long", offset)
            return True
        found = salvage(line)
        if not whole and (found.torn or not found.parts):
            return False
        for start in found.broken:
            self.chunk.skip("unreadable", "not JSON", offset + start)
        for part in found.parts:
            try:
                record = lenient(part.value)
            except ValueError:
                self.chunk.skip("unreadable", "bad usage", offset + part.start)
                continue
            self._take(offset + part.start, record)
        return True

    def _take(self, offset: int, record: Line) -> None:
        kind = record.type
        if record.cwd != self._cwd:
            self._cwd = record.cwd
            if self._state.start is None and record.cwd and fits(record.cwd, self._folder_of_logs):
                self._state.start = text_of(record.cwd)
        if kind == "assistant":
            ts = to_ms(record.timestamp)
            if ts is not None:
                self._state.last_ts = ts
            if (record.session_id or record.sessionId) != self._session or record.forkedFrom is not None:
                self._fact(record, ts)
            message = record.message
            if message is None:
                return
            self._starts.call(record, self._teller(record))
            if self._agent and record.attributionAgent and not self._state.attributed:
                self._attribute(record)
            if message.usage is not None and message.model != SYNTHETIC:
                self._call(offset, record, message, message.usage, ts)
                self._searches.asked(offset, record, message, message.usage)
            elif record.isApiErrorMessage or message.model == SYNTHETIC:
                self._limit(offset, record, message, ts)
        elif kind == "user":
            # Most lines are these, and most of them say nothing about cost.
            if (record.session_id or record.sessionId) != self._session or record.forkedFrom is not None:
                self._fact(record, to_ms(record.timestamp))
            if self._searches.kept:
                self._searched(record)
            started = self._starts.result(record, self._teller(record), self._whose(record)[0])
            if started is not None:
                self._learn(started)
            prompt = self._talk.prompt(record)
            if prompt and not self._state.titled:
                self._title(record, prompt)
        else:
            self._other(kind, offset, record)
            return
        if record.uuid is not None and (not record.isSidechain or self._agent is not None):
            self._talk.line = record

    def finish(self) -> Chunk:
        """The records of all lines fed, and the state to go on from."""
        self._tell_start()
        chunk = self.chunk
        chunk.sightings = list(self._calls.values())
        chunk.sessions = list(self._facts.values())
        begun = self._file_session or next(iter(self._state.began), None)
        talker = f"{begun}/agent-{self._agent}" if begun and self._agent else begun
        chunk.talk = self._talk.end(talker, chunk.sightings)
        self._state.session = [] if isinstance(self._session, bool) else [self._session]
        chunk.state = msgspec.json.encode(self._state)
        return chunk

    def _other(self, kind: str, offset: int, record: Line) -> None:
        if kind == "custom-title":
            self._named(record, record.customTitle, 4)
        elif kind == "ai-title":
            self._named(record, record.aiTitle, 3)
        elif kind == "summary":
            title = text_of(record.summary)
            if title and record.leafUuid:
                self.chunk.summaries[identity_of(record.leafUuid)] = title_text(title)
        elif kind == "cost-state":
            session = record.sessionId or self._file_session
            if record.totalCostUSD is not None and session and 0 <= record.totalCostUSD < _MOST_USD:
                # Cumulative per process: the largest is the one to hold our sum against.
                cost = round(record.totalCostUSD * NANO)
                self.chunk.cost_states[session] = max(cost, self.chunk.cost_states.get(session, 0))
        elif kind == "progress":
            if b'"usage"' in bytes(record.data):
                self._progress(offset, record)
        elif kind == "attachment":
            prompt = self._talk.queued(record)
            if prompt and not self._state.titled:
                self._title(record, prompt)
            self._dated(record)
        elif kind == "system" and bytes(record.subtype) == b'"compact_boundary"':
            self._talk.compacted(record, offset)
            self._dated(record)
        elif kind not in KNOWN_TYPES:
            self.chunk.skip("unknown", kind or "no type", offset)
        else:
            self._dated(record)

    def _dated(self, record: Line) -> None:
        if record.timestamp and not self._state.dated:
            self._fact(record, to_ms(record.timestamp))

    # -- whose line it is

    def _whose(self, record: Line) -> tuple[str, str, int]:
        """(origin, session, flags) of a line: the session it says it began in, its file's own unless it was copied."""
        fork = record.forkedFrom
        named = (fork.sessionId if fork else None) or record.session_id or record.sessionId
        known = self._known_origins.get(named)
        if known is None:
            origin = text_of(named or self._file_session) or PurePath(self._path).stem
            session = f"{origin}/agent-{self._agent}" if self._agent else origin
            flags = (Flag.COPIED if self._copied(origin) else 0) | (Flag.AGENT if self._agent else 0)
            known = self._known_origins[named] = (origin, session, flags)
        return known

    def _fact(self, record: Line, ts: int | None) -> None:
        """What the first line of a session in this stretch says of it; later lines only fill gaps."""
        if ts is None:
            return
        if not self._state.dated:
            self._state.dated = True
            self.chunk.first_ts = ts
        if record.cwd and not _from_elsewhere(record):
            self._session = record.sessionId
        origin = self._whose(record)[0]
        fact = self._facts.get(origin)
        if fact is None:
            fact = self._facts[origin] = self._new_fact(origin)
        if origin not in self._state.began and not self._copied(origin):
            # A copied line is no record of that session's own.
            self._state.began.append(origin)
            fact.first_ts = ts
        if fact.folder is None:
            fact.folder = text_of(record.cwd)
            fact.branch = fact.branch or text_of(record.gitBranch)
            fact.version = fact.version or text_of(record.version)
            fact.origin = fact.origin or text_of(record.entrypoint)

    def _tell_start(self) -> None:
        """The folder that the file's session began in, once it has a record of its own."""
        session = self._file_session or next(iter(self._state.began), None)
        if self._state.start is None or self._state.start_told or session not in self._state.began:
            return
        self._state.start_told = True
        name = f"{session}/agent-{self._agent}" if self._agent else session
        fact = self._facts.get(session) or self._facts.setdefault(session, SessionFact(name=name))
        fact.start_folder = self._state.start

    def _new_fact(self, origin: str) -> SessionFact:
        if not self._agent:
            return SessionFact(name=origin)
        about = described(self._path)
        return SessionFact(
            name=f"{origin}/agent-{self._agent}",
            parent=origin,
            agent=about.kind or self._agent,
            title=about.title,
            title_rank=DESCRIBED_RANK if about.title else 0,
            agent_type=about.kind,
            agent_rank=3 if about.kind else 0,
        )

    def _teller(self, record: Line) -> str:
        """The session that a line of this file is said in."""
        top = self._whose(record)[0]
        return f"{top}/agent-{self._agent}" if self._agent else top

    def _learn(self, started: SessionFact) -> None:
        """Keep what a call tells of a subagent beside what is known of it."""
        known = self._facts.setdefault(started.name, started)
        if started.agent_rank > known.agent_rank:
            known.agent_type, known.agent_rank = started.agent_type, started.agent_rank
        if started.title_rank > known.title_rank:
            known.title, known.title_rank = started.title, started.title_rank
        if known.parent is None or (started.parent or "").startswith(f"{known.parent}/agent-"):
            known.parent = started.parent

    def _attribute(self, record: Line) -> None:
        """A subagent's own line names its type."""
        self._state.attributed = True
        top = self._whose(record)[0]
        known = self._facts.get(top)
        if known is None:
            known = self._facts[top] = self._new_fact(top)
        if known.agent_rank < ATTRIBUTED:
            known.agent_type, known.agent_rank = text_of(record.attributionAgent), ATTRIBUTED

    def _copied(self, origin: str) -> bool:
        return self._file_session is not None and origin != self._file_session

    def _title(self, record: Line, prompt: str) -> None:
        origin, title = self._whose(record)[0], telling(prompt)
        if origin not in self._state.began:
            return
        if title:
            self._state.titled = True
            fact = self._facts.get(origin)
            if fact is None:
                fact = self._facts[origin] = self._new_fact(origin)
            # What a subagent was started for says more than its prompt.
            if fact.title_rank < 1:
                fact.title, fact.title_rank = title, 1

    def _named(self, record: Line, title: str | None, rank: int) -> None:
        session, title = text_of(record.sessionId) or self._file_session, text_of(title)
        if not session or not title or self._agent:
            return
        fact = self._facts.get(session)
        if fact is None:
            fact = self._facts[session] = self._new_fact(session)
        if rank >= fact.title_rank:
            fact.title, fact.title_rank = title_text(title), rank

    # -- what was spent

    def _call(
        self, offset: int, record: Line, message: Message, usage: Usage, ts: int | None, embedded: str | None = None
    ) -> None:
        creation, tools, details = usage.cache_creation, usage.server_tool_use, usage.output_tokens_details
        flat = usage.cache_creation_input_tokens
        write_1h = (creation.ephemeral_1h_input_tokens or 0) if creation else 0
        written = flat if flat is not None else (creation.ephemeral_5m_input_tokens or 0) if creation else 0
        given, output = usage.input_tokens or 0, usage.output_tokens or 0
        read = usage.cache_read_input_tokens or 0
        thinking = (details.thinking_tokens or 0) if details else 0
        searches = (tools.web_search_requests or 0) if tools else 0
        # One comparison covers every count: a negative or absurd one is nobody's usage.
        if not 0 <= given | output | read | written | write_1h | thinking | searches < MOST:
            self.chunk.skip("unreadable", "bad usage", offset)
            return
        write_5m = written if flat is None else flat - write_1h if flat > write_1h else 0
        origin, session, flags = self._whose(record)
        flags |= _SPEEDS.get(usage.speed, 0) | _TIERS.get(usage.service_tier, 0)
        if usage.inference_geo == "us":
            flags |= _REGION_US
        if message.stop_reason:
            flags |= _STOPPED
        key = message.id or record.requestId or record.uuid or f"{PurePath(self._path).name}:{offset}"
        recorded = 0
        if record.costUSD is not None and 0 <= record.costUSD < _MOST_USD:
            flags |= Flag.RECORDED
            recorded = round(record.costUSD * NANO)
        if embedded is not None:
            flags |= Flag.EMBEDDED | Flag.AGENT
            session = f"{origin}/agent-{embedded}"
        if ts is None:
            ts = self._state.last_ts if self._state.last_ts is not None else self._changed_ms
        texts = self._texts
        model = texts[message.model] or ""
        if thinking > output:
            thinking = output
        known = self._calls.get(key)
        if known is not None and bool(known.flags & _EMBEDDED) == bool(embedded):
            known.model = known.model or model
            _merge(known, flags, (given, write_5m, write_1h, read, output, thinking, searches), recorded, ts)
            return
        if known is not None and embedded:
            return  # the file holds the call itself
        identity = identity_of(f"claude\0{key}")
        if record.isSidechain and self._agent is None:
            self._talk.aside.add(identity)
        self._calls[key] = Sighting(
            identity, session, offset, ts, model, texts[record.cwd], texts[record.gitBranch],
            texts[record.version], given, write_5m, write_1h, read, output, thinking, searches, flags, recorded,
        )  # fmt: skip

    def _searched(self, record: Line) -> None:
        """What a tool's result says of web searches goes to the call that used the tool, as one more line of it."""
        offset, line = self._searches.answered(record) or (0, None)
        if line is None or line.message is None or line.message.usage is None:
            return
        before = len(self._calls)
        self._call(offset, line, line.message, line.message.usage, to_ms(line.timestamp))
        if len(self._calls) > before:
            # Its own lines stand in an earlier stretch: it is no new answer of the conversation.
            self._talk.aside.add(next(reversed(self._calls.values())).identity)

    def _progress(self, offset: int, record: Line) -> None:
        """A subagent's message embedded in its parent's transcript: counts only where no file holds the call."""
        try:
            data: Any = plain(record.data)
            inner = lenient(data["message"])
        except (msgspec.DecodeError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.chunk.skip("unreadable", "bad progress", offset)
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
        name = f"{self._whose(inner)[0]}/agent-{agent}"
        top = self._whose(inner)[0]
        self._starts.call(inner, name)
        start = self._starts.of(record.parentToolUseID) or Start(top, None, None)
        self._learn(fact(name, agent, start))

    def _limit(self, offset: int, record: Line, message: Message, ts: int | None) -> None:
        if ts is None:
            return
        text = first_words(record) or ""
        old = OLD_LIMIT.match(text)
        if old is None and (bytes(record.error) != b'"rate_limit"' or not record.isApiErrorMessage):
            return
        resets = to_ms(int(old[1])) if old is not None else None
        self.chunk.events.append(LimitEvent(ts, self._whose(record)[1], text or "limit reached", offset, resets))


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


def _merge(known: Sighting, flags: int, counts: tuple[int, ...], recorded: int, ts: int) -> None:
    """Another line of a call already met in this stretch: its larger figures win.

    Of cache writes these are their sum and the 1-hour part: the 5-minute part is what is left.
    """
    given, write_5m, write_1h, read, output, thinking, searches = counts
    known.lines += 1
    if flags | known.flags != known.flags:
        known.flags = merge_flags(known.flags, flags)
    if given > known.input:
        known.input = given
    if write_5m != known.write_5m or write_1h != known.write_1h:
        written = max(write_5m + write_1h, known.write_5m + known.write_1h)
        known.write_1h = max(write_1h, known.write_1h)
        known.write_5m = written - known.write_1h
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
    if ts < known.ts:
        known.ts = ts
