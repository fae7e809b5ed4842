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
from tally_tui.logs.claude_calls import MOST_USD, Calls, CallState, Texts
from tally_tui.logs.claude_lines import Line, Message, Usage, lenient, plain, strict
from tally_tui.logs.claude_searches import Asked, Searches
from tally_tui.logs.claude_start import fits, folder_of_logs
from tally_tui.logs.claude_talk import TalkReader, TalkState
from tally_tui.logs.claude_titles import OLD_LIMIT, described, first_words
from tally_tui.logs.identity import identity_of, short_of
from tally_tui.logs.instants import to_ms
from tally_tui.logs.lines import text_of
from tally_tui.logs.records import Chunk, LimitEvent, SessionFact
from tally_tui.logs.salvage import salvage
from tally_tui.logs.title_text import title_text
from tally_tui.model import NANO, Flag

SYNTHETIC = "<synthetic>"
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
    start_told: list[str] = []
    """Sessions that were told of it."""
    began: list[str] = []
    """Sessions whose own first record has been told."""
    session: list[str | None] = []
    """The session of the line before, once all is told of it; empty before that."""
    teller: str | None = None
    """Whose conversation the file tells: the session it is named after where any line is of it, else the last one."""
    entitled: list[str] = []
    """Sessions that were given a title by a prompt."""
    calls: CallState = msgspec.field(default_factory=CallState)
    searches: list[Asked] = []
    starts: dict[str, Start] = {}
    """The calls that start subagents."""
    attributed: bool = False
    """The type that the subagent's own lines name has been told."""
    talk: TalkState = msgspec.field(default_factory=TalkState)


class ClaudeParser:
    """Reads the lines of one transcript in order; `finish` gives the chunk's records."""

    def __init__(self, path: str, state: bytes, changed_ms: int) -> None:
        self.chunk = Chunk()
        self._state = msgspec.json.decode(state, type=State) if state else State()
        self._changed_ms = changed_ms
        self._texts = Texts()
        self._calls = Calls(self._state.calls, path, self._texts)
        self._searches = Searches(self._state.searches)
        self._facts: dict[str, SessionFact] = {}
        self._known: dict[str | None, tuple[str, str]] = {}
        self._origins: dict[str | None, int] = {}
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
            if record.sessionId != self._session or record.forkedFrom is not None:
                self._fact(record, ts)
            message = record.message
            if message is None:
                return
            self._starts.call(record, self._whose(record)[1])
            if self._agent and record.attributionAgent and not self._state.attributed:
                self._attribute(record)
            if message.usage is not None and message.model != SYNTHETIC:
                self._call(offset, record, message, message.usage, ts)
                self._searches.asked(offset, record, message, message.usage)
            elif record.isApiErrorMessage or message.model == SYNTHETIC:
                self._limit(offset, record, message, ts)
        elif kind == "user":
            # Most lines are these, and most of them say nothing about cost.
            if record.sessionId != self._session or record.forkedFrom is not None:
                self._fact(record, to_ms(record.timestamp))
            if self._searches.kept:
                self._searched(record)
            started = self._starts.result(record, self._whose(record)[1], self._whose(record)[0])
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
        calls = self._calls.told()
        # A call is what any line tells usage of; an answer without usage is an answer all the same.
        chunk.sightings = [call for call in calls if call.lines]
        chunk.sessions = list(self._facts.values())
        teller = self._state.teller or self._file_session
        talker = f"{teller}/agent-{self._agent}" if teller and self._agent else teller
        chunk.talk = self._talk.end(talker, calls)
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
            if record.totalCostUSD is not None and session and 0 <= record.totalCostUSD < MOST_USD:
                # Cumulative per process: the largest is the one to hold our sum against.
                stated = round(record.totalCostUSD * NANO), round(record.startTime or 0)
                self.chunk.cost_states[session] = max(stated, self.chunk.cost_states.get(session, (0, 0)))
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

    def _whose(self, record: Line) -> tuple[str, str]:
        """(top session, session) of a line: the one it says, its file's where it says none."""
        known = self._known.get(record.sessionId)
        if known is None:
            top = text_of(record.sessionId) or self._file_session or PurePath(self._path).stem
            session = f"{top}/agent-{self._agent}" if self._agent else top
            known = self._known[record.sessionId] = (top, session)
        return known

    def _origin(self, record: Line) -> int | None:
        """Hash of the session that a line names as its origin, where that is another one than its own.

        `session_id` is what the process had before, often stale: only who holds the call too can have been it.
        """
        fork = record.forkedFrom
        named = (fork.sessionId if fork else None) or record.session_id
        if not named or named == record.sessionId:
            return None
        known = self._origins.get(named)
        if known is None:
            known = self._origins[named] = short_of(named)
        return known

    def _fact(self, record: Line, ts: int | None) -> None:
        """What the first line of a session in this stretch says of it; later lines only fill gaps."""
        origin = self._whose(record)[0]
        if self._state.teller is None or self._state.teller != self._file_session:
            self._state.teller = origin
        self._state.titled = origin in self._state.entitled
        if ts is None:
            return
        if not self._state.dated:
            self._state.dated = True
            self.chunk.first_ts = ts
        if record.cwd and record.forkedFrom is None:
            self._session = record.sessionId
        fact = self._facts.get(origin)
        if fact is None:
            fact = self._facts[origin] = self._new_fact(origin)
        if origin not in self._state.began and record.forkedFrom is None:
            # A copied line is no record of that session's own.
            self._state.began.append(origin)
            fact.first_ts = ts
        if fact.folder is None:
            fact.folder = text_of(record.cwd)
            fact.branch = fact.branch or text_of(record.gitBranch)
            fact.version = fact.version or text_of(record.version)
            fact.origin = fact.origin or text_of(record.entrypoint)

    def _tell_start(self) -> None:
        """The folder that the file's sessions began in, each once it has a record of its own."""
        if self._state.start is None:
            return
        for session in self._state.began:
            if session not in self._state.start_told:
                self._state.start_told.append(session)
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

    def _title(self, record: Line, prompt: str) -> None:
        origin, title = self._whose(record)[0], telling(prompt)
        if origin not in self._state.began:
            return
        if title:
            self._state.titled = True
            self._state.entitled.append(origin)
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
        top, session = self._whose(record)
        flags = (Flag.COPIED if record.forkedFrom is not None else 0) | (Flag.AGENT if self._agent else 0)
        if embedded is not None:
            session = f"{top}/agent-{embedded}"
        if ts is None:
            ts = self._state.last_ts if self._state.last_ts is not None else self._changed_ms
        try:
            call = self._calls.take(
                offset, record, message, usage, ts, session, flags, self._origin(record), embedded is not None
            )
        except ValueError:
            self.chunk.skip("unreadable", "bad usage", offset)
            return
        if call is not None and record.isSidechain and self._agent is None:
            self._talk.aside.add(call.identity)

    def _searched(self, record: Line) -> None:
        """What a tool's result says of web searches goes to the call that used the tool, as one more line of it."""
        offset, line = self._searches.answered(record) or (0, None)
        if line is None or line.message is None or line.message.usage is None:
            return
        self._call(offset, line, line.message, line.message.usage, to_ms(line.timestamp))

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
