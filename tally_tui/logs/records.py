"""What a stretch of a log says, as records that cross process borders (msgpack, compact arrays)."""

from __future__ import annotations

from typing import Any

import msgspec


class Sighting(msgspec.Struct, array_like=True, gc=False):
    """One call as one file tells it. Tokens normalised as in `model.Tokens`, times in ms UTC."""

    identity: int
    """Signed 64-bit hash of what makes it this call, wherever it is seen."""
    session: str
    offset: int
    ts: int
    model: str
    folder: str | None
    branch: str | None
    version: str | None
    input: int
    write_5m: int
    write_1h: int
    cache_read: int
    output: int
    reasoning: int
    searches: int = 0
    flags: int = 0
    recorded: int = 0
    """Nano-dollars that the log states."""
    lines: int = 1
    inferred: bool = False
    reason: int = 0
    """`model.Reason` where the file alone tells a duplicate (REPEAT, RECORD)."""
    unobserved: int = 0
    vector: int | None = None
    turn: int | None = None
    totals: int | None = None
    """Codex: hash of its running totals, where it states them."""
    part: int = 0
    """Claude: the how-manieth call of this message id in the file; a relay may give many answers one id."""
    request: int | None = None
    """Claude: 32-bit hash of the request id, where the log has one."""
    named: int | None = None
    """Claude: hash of the session that the lines name as their origin, where that is another one. Codex: hash of
    the size, by which copies with rebased totals are known."""
    evidence: bytes | None = None
    """Claude: 32-bit hashes of the ids and times of its lines, sorted, 4 bytes each."""


BEGINNING_LOST = 1 << 62
"""Stands for the start of a rollout that has lost its first line: later than any that is known."""


class SessionFact(msgspec.Struct, array_like=True, gc=False):
    """What a log says of a session; None means that it does not say."""

    name: str
    parent: str | None = None
    forked_from: str | None = None
    agent: str | None = None
    title: str | None = None
    title_rank: int = 0
    folder: str | None = None
    branch: str | None = None
    version: str | None = None
    origin: str | None = None
    first_ts: int | None = None
    """Its own first record."""
    started: int | None = None
    """Codex: when its rollout began (or BEGINNING_LOST); None for what is no rollout."""
    paginated: bool = False
    agent_type: str | None = None
    """A subagent's type; `agent` is its own name."""
    agent_rank: int = 0
    """How much is to be believed of `agent_type`: its meta.json 3, the call that started it 2, attributed 1."""
    start_folder: str | None = None
    """Claude: the working folder whose mangled form is the name of the folder that holds the file."""
    imported_from: str | None = None
    """Codex: the session of another agent that this one was imported from."""


class Talk(msgspec.Struct, array_like=True, gc=False):
    """How far the conversation that one file tells has come. Subagents have talks of their own."""

    session: str = ""
    turns: int = 0
    """Prompts of a person."""
    replies: int = 0
    """Answers of the model, however many lines each takes."""
    context: int | None = 0
    """Tokens that the newest answer was given to read: fresh input, cache reads and cache writes. After a
    compaction what it left, or None where the log does not say, until the next answer."""
    peak: int = 0
    """The most that any answer was given."""
    model: str = ""
    """Who gave the newest answer."""
    window: int | None = None
    """How many tokens fit, where the log says so."""
    leaf: int | None = None
    """Claude: hash of its last message's id, by which summaries in other files know it."""


class Reading(msgspec.Struct, array_like=True, gc=False):
    """An observed percentage of a limit window of `minutes`."""

    limit: str
    minutes: int
    ts: int
    percent: float
    resets_at: int | None
    plan: str | None = None
    object: str | None = None
    """The whole object it was taken from, as logged (JSON)."""
    session: str = ""
    """Whose log holds it."""


class LimitEvent(msgspec.Struct, array_like=True, gc=False):
    """An agent's own words that a limit stopped it."""

    ts: int
    session: str
    text: str
    offset: int
    resets_at: int | None = None
    """Epoch milliseconds, where the words say when."""


class Chunk(msgspec.Struct):
    """What a stretch of one log file says, and where the next stretch begins."""

    cursor: int = 0
    state: bytes = b""
    """The parser's memory at the cursor; opaque to everyone else."""
    lines: int = 0
    at_end: bool = True
    """Whether all that the file held was read (a partial last line waits)."""
    problem: str | None = None
    """Why reading ended before the file did, for people."""
    tail: bytes | None = None
    """Fingerprint of what lies right before the cursor (empty: unknown); None when it did not move."""
    first_ts: int | None = None
    sightings: list[Sighting] = []
    sessions: list[SessionFact] = []
    readings: list[Reading] = []
    events: list[LimitEvent] = []
    cost_states: dict[str, tuple[int, int]] = {}
    """Session → Claude's own running total in nano-dollars (a cross-check), and when its process began, ms."""
    skipped: dict[str, list[int]] = {}
    """`unreadable:reason` or `unknown:type` → [lines, first offset]."""
    talk: Talk | None = None
    """The conversation from the file's beginning to the end of the stretch."""
    summaries: dict[int, str] = {}
    """`Talk.leaf` of a conversation, here or in another file → what Claude Code summed it up as."""
    inferred_model: str | None = None
    """The model of all earlier sightings of this file that name none."""
    paired: list[int] = []
    """Identities of usage records, seen in earlier stretches, whose token count came later."""
    tier_stated: bool = False
    """Codex: the file states a service tier for the first time, so that no earlier call's is to be assumed."""
    imported_until: int = 0
    """Codex: what stands before this offset was imported from another agent, and is no call."""

    def skip(self, kind: str, name: str, offset: int) -> None:
        """Count a line that says nothing we can use."""
        entry = self.skipped.setdefault(f"{kind}:{name[:80]}", [0, offset])
        entry[0] += 1


encode = msgspec.msgpack.Encoder().encode
decode: Any = msgspec.msgpack.Decoder(Chunk).decode
