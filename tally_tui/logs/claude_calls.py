"""The calls of a stretch of a transcript, each put together from the lines that tell of it."""

from __future__ import annotations

import struct
from pathlib import PurePath

import msgspec

from tally_tui.logs.claude_lines import Line, Message, Usage
from tally_tui.logs.claude_parts import Parts, Vector, conflicting
from tally_tui.logs.identity import identity_of, short_of
from tally_tui.logs.lines import MOST, text_of
from tally_tui.logs.records import Sighting
from tally_tui.model import NANO, Flag, merge_flags

MOST_USD = 1e9
_SPEEDS: dict[str | None, int] = {"standard": Flag.SPEED_STANDARD, "fast": Flag.SPEED_FAST}
_TIERS: dict[str | None, int] = {"batch": Flag.TIER_BATCH, "flex": Flag.TIER_FLEX, "priority": Flag.TIER_PRIORITY}
_REGION_US, _STOPPED, _COPIED = Flag.REGION_US, Flag.STOPPED, Flag.COPIED
_WORD = 0xFFFFFFFF
_CHAINED = 64
"""Lines of answers without any id that are remembered: a line that goes on with one of them is of its call."""
EVIDENCE = 128
"""Hashes of lines that are kept of one call: the smallest ones, so that copies keep the same."""


class CallState(msgspec.Struct):
    """What is remembered from one stretch of a file to the next."""

    parts: str = ""
    """`claude_parts.Parts.pack`."""
    chain: dict[str, tuple[int, int, int, int]] = {}
    """Id of a line without message id and request id → identity and prompt vector of its call."""


class Texts(dict[str | None, str | None]):
    """Texts made safe once: the same few models, folders and branches come with every call."""

    def __missing__(self, text: str | None) -> str | None:
        safe = self[text] = text_of(text)
        return safe


class Calls:
    """Takes the lines of answers in the order of their file; `told` gives their calls."""

    def __init__(self, state: CallState, path: str, texts: Texts) -> None:
        self._state, self._path, self._texts = state, path, texts
        self._parts = Parts(state.parts)
        self._found: dict[tuple[int, int], Sighting] = {}
        self._evidence: dict[tuple[int, int], set[int]] = {}
        self._identities: dict[str, int] = {}
        self._before: tuple[str | None, str | None, Vector, bool] | None = None
        """What told the call of the line before, and which that is: most lines are like it."""
        self._last: tuple[tuple[int, int], int] = ((0, 0), 0)

    def take(
        self, offset: int, record: Line, message: Message, usage: Usage, ts: int,
        session: str, flags: int, named: int | None, embedded: bool,
    ) -> Sighting | None:  # fmt: skip
        """Add a line to its call, which is returned; None for a copy of a call that the file holds itself.

        A call of which no line so far tells any usage has no `lines`: it is none yet.

        Args:
            offset: of the line.
            record: the line, or what is embedded in it.
            message: of the line.
            usage: of the message.
            ts: when it was written, ms; the file's when the line does not say.
            session: whose it is, by name.
            flags: what `record` alone tells (`model.Flag`).
            named: hash of the session that the line names as its origin.
            embedded: whether it is a copy in a progress record.

        Raises:
            ValueError: the usage has counts that are none.
        """
        creation, tools, details = usage.cache_creation, usage.server_tool_use, usage.output_tokens_details
        flat = usage.cache_creation_input_tokens or 0
        hour, minutes = 0, 0
        if creation:
            hour, minutes = creation.ephemeral_1h_input_tokens or 0, creation.ephemeral_5m_input_tokens or 0
        given, output = usage.input_tokens or 0, usage.output_tokens or 0
        read = usage.cache_read_input_tokens or 0
        thinking = (details.thinking_tokens or 0) if details else 0
        searches = (tools.web_search_requests or 0) if tools else 0
        # One comparison covers every count: a negative or absurd one is nobody's usage.
        if not 0 <= given | output | read | flat | hour | minutes | thinking | searches < MOST:
            raise ValueError("bad usage")
        written = flat or hour + minutes
        if hour > written:
            hour = written
        request = record.requestId
        vector = _vector(given, read, written)
        empty = not (given or output or read or written or thinking or searches)
        telling = message.id, request, vector, embedded
        if telling == self._before and not empty:
            key, asked = self._last
            known = self._found.get(key)
        elif empty:
            asked = 0 if not request or request.isspace() else short_of(request)
            identity = self._identity(offset, record, message.id, request if asked else None, vector)
            # It is no call of its own, and must not decide which lines are one.
            key = identity, self._parts.newest(identity)
            known = self._found.get(key)
            if known is not None:
                return known
        else:
            asked = 0 if not request or request.isspace() else short_of(request)
            identity = self._identity(offset, record, message.id, request if asked else None, vector)
            part = self._parts.of(identity, vector, asked, embedded)
            if part is None:
                self._before = None
                return None
            key = identity, part.number
            known = self._found.get(key)
            # Without ids it takes more than this to tell a call.
            self._before = telling if message.id and not message.id.isspace() else None
            self._last = key, asked
        texts = self._texts
        model = texts[message.model] or ""
        flags |= _SPEEDS.get(usage.speed, 0) | _TIERS.get(usage.service_tier, 0)
        if usage.inference_geo == "us":
            flags |= _REGION_US
        if message.stop_reason:
            flags |= _STOPPED
        recorded = 0
        if record.costUSD is not None and 0 <= record.costUSD < MOST_USD:
            flags |= Flag.RECORDED
            recorded = round(record.costUSD * NANO)
        if embedded:
            flags |= Flag.EMBEDDED | Flag.AGENT
        if thinking > output:
            thinking = output
        if known is not None and known.lines and bool(known.flags & Flag.EMBEDDED) == embedded:
            self._note(key, record, ts)
            known.model = known.model or model
            _add(known, flags, (given, written, hour, read, output, thinking, searches), recorded, ts, named)
            known.request = known.request or asked or None
            return known
        # New, or told of so far by nothing but lines without usage or copies in progress records.
        seen = self._found[key] = Sighting(
            identity, session, offset, ts, model, texts[record.cwd], texts[record.gitBranch], texts[record.version],
            given, written - hour, hour, read, output, thinking, searches, flags, recorded,
            0 if empty else 1, part=key[1], request=asked or None, named=named,
        )  # fmt: skip
        self._evidence.pop(key, None)
        if not empty:
            self._note(key, record, ts)
        return seen

    def told(self) -> list[Sighting]:
        """All calls in the order of their first lines, also those without usage (their `lines` are 0)."""
        for key, lines in self._evidence.items():
            hashes = sorted(lines)[:EVIDENCE]
            self._found[key].evidence = struct.pack(f"<{len(hashes)}I", *hashes)
        self._state.parts = self._parts.pack()
        return list(self._found.values())

    def _identity(self, offset: int, record: Line, name: str | None, request: str | None, vector: Vector) -> int:
        """Of a message id; where that is blank of the request id, else of the first line that this one goes on with."""
        key = name if name and not name.isspace() else request
        if key is not None:
            known = self._identities.get(key)
            if known is None:
                known = self._identities[key] = identity_of(f"claude\0{key}")
            return known
        chain, own = self._state.chain, record.uuid
        before = chain.get(own or "") or chain.get(record.parentUuid or "")
        if before is not None and not conflicting((before[1], before[2], before[3]), vector):
            identity = before[0]
            vector = (before[1] or vector[0], before[2] or vector[1], before[3] or vector[2])
        else:
            identity = identity_of(f"claude\0{own or f'{PurePath(self._path).name}:{offset}'}")
        if own:
            chain.pop(own, None)
            chain[own] = (identity, *vector)
            if len(chain) > _CHAINED:
                del chain[next(iter(chain))]
        return identity

    def _note(self, key: tuple[int, int], record: Line, ts: int) -> None:
        """Keep what tells a line from all others: by it copies in other files are known."""
        hashes = self._evidence.get(key)
        if hashes is None:
            hashes = self._evidence[key] = set()
        if record.uuid:
            hashes.add(short_of(record.uuid))
        if record.timestamp:
            hashes.add(ts & _WORD)


def _vector(given: int, read: int, written: int) -> Vector:
    """A prompt vector of 32-bit counts, in which 0 stays the only nothing."""
    if given <= _WORD and read <= _WORD and written <= _WORD:
        return given, read, written
    return tuple(count and (count - 1) % _WORD + 1 for count in (given, read, written))  # type: ignore[return-value]


def _add(
    known: Sighting, flags: int, counts: tuple[int, ...], recorded: int, ts: int, named: int | None
) -> None:
    """Another line of a call already met in this stretch: its larger figures win.

    Of cache writes these are their sum and the 1-hour part: the 5-minute part is what is left.
    """
    given, written, hour, read, output, thinking, searches = counts
    known.lines += 1
    if named is not None and named != known.named:
        known.named = origin_of(known.named, known.flags, named, flags)
    if flags | known.flags != known.flags:
        known.flags = merge_flags(known.flags, flags)
    if given > known.input:
        known.input = given
    if written != known.write_5m + known.write_1h or hour != known.write_1h:
        written = max(written, known.write_5m + known.write_1h)
        known.write_1h = max(hour, known.write_1h)
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


def origin_of(one: int | None, one_flags: int, other: int | None, other_flags: int) -> int | None:
    """The origin that lines of one call name: what they were forked from before all else, in whatever order."""
    if (one_flags ^ other_flags) & _COPIED:
        return one if one_flags & _COPIED else other
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)
