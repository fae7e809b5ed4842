"""The fields of a Codex rollout line that accounting needs.

A line is opened in two steps: the envelope first, its payload left as it is; then the payload, with
the fields of its own type. Long items (messages, tool output) are never decoded.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tally_tui.logs.lines import MOST, text_of, whole_number
from tally_tui.logs.salvage import as_json

Vector = tuple[int, int, int, int, int, int]
"""Codex's own counts: input (cached and writes inside), cached, cache writes, output, reasoning, total."""

NOTHING: Vector = (0, 0, 0, 0, 0, 0)


class Envelope(msgspec.Struct, gc=False):
    type: str = ""
    timestamp: str | float | None = None
    payload: msgspec.Raw = msgspec.Raw()
    # Lines without an envelope: the earliest rollouts, and the event stream of a headless run.
    id: msgspec.Raw = msgspec.Raw()
    instructions: msgspec.Raw = msgspec.Raw()
    git: msgspec.Raw = msgspec.Raw()
    cwd: msgspec.Raw = msgspec.Raw()
    role: msgspec.Raw = msgspec.Raw()
    content: msgspec.Raw = msgspec.Raw()
    record_type: str | None = None
    thread_id: str | None = None
    model: str | None = None
    usage: msgspec.Raw = msgspec.Raw()


class Counts(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_output_tokens: int | None = None
    total_tokens: int | None = None


class Info(msgspec.Struct, gc=False):
    total_token_usage: Counts | None = None
    last_token_usage: Counts | None = None
    model_context_window: int | None = None


class Event(msgspec.Struct, gc=False):
    """The payload of an `event_msg`: a token count's fields, or only its type."""

    type: str = ""
    info: Info | None = None
    rate_limits: msgspec.Raw = msgspec.Raw()
    effective_model: str | None = None


class _RawEvent(msgspec.Struct, gc=False):
    type: str = ""
    info: msgspec.Raw = msgspec.Raw()
    rate_limits: msgspec.Raw = msgspec.Raw()
    effective_model: msgspec.Raw = msgspec.Raw()


envelope = msgspec.json.Decoder(Envelope).decode
event = msgspec.json.Decoder(Event).decode
raw_event = msgspec.json.Decoder(_RawEvent).decode
plain = msgspec.json.Decoder().decode
_NAMES = (
    "input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens",
    "reasoning_output_tokens", "total_tokens",
)  # fmt: skip


def read_event(payload: msgspec.Raw) -> Event:
    """The payload of an `event_msg`; its `info` is left out where only a lenient reading of it can tell."""
    try:
        return event(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Some field has another type than it should: what matters is read again leniently.
        raw = raw_event(payload)
        model = text_of(plain(raw.effective_model)) if bytes(raw.effective_model) else None
        return Event(type=raw.type, rate_limits=raw.rate_limits, effective_model=model)


def lenient(value: dict[str, Any]) -> Envelope:
    """A line's object that the strict decoder refused."""

    def raw(name: str) -> msgspec.Raw:
        return msgspec.Raw(as_json(value.get(name)))

    return Envelope(
        type=text_of(value.get("type")) or "",
        timestamp=value.get("timestamp"),
        payload=raw("payload"),
        id=raw("id"),
        instructions=raw("instructions"),
        git=raw("git"),
        cwd=raw("cwd"),
        role=raw("role"),
        content=raw("content"),
        record_type=text_of(value.get("record_type")),
        thread_id=text_of(value.get("thread_id")),
        model=text_of(value.get("model")),
        usage=raw("usage"),
    )


def usage_of(value: object) -> dict[str, Any]:
    """The object in which counts are expected.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(value, dict):
        raise ValueError("usage is no object")
    return value


def vector(counts: Counts | dict[str, Any]) -> Vector:
    """The counts of a usage object; a negative one is 0.

    Raises:
        ValueError: a count is no whole number.
    """
    if isinstance(counts, dict):
        given, cached, written, output, reasoning, total = (_count(counts.get(name)) for name in _NAMES)
        return given, cached, written, output, reasoning, total
    found = (
        counts.input_tokens or 0,
        counts.cached_input_tokens or 0,
        counts.cache_write_input_tokens or 0,
        counts.output_tokens or 0,
        counts.reasoning_output_tokens or 0,
        counts.total_tokens or 0,
    )
    given, cached, written, output, reasoning, total = found
    if given | cached | written | output | reasoning | total < 0:
        found = tuple(max(0, count) for count in found)  # type: ignore[assignment]
        given, cached, written, output, reasoning, total = found
    if not 0 <= given | cached | written | output | reasoning | total < MOST:
        raise ValueError("not a count")
    return found


def _count(value: object) -> int:
    if isinstance(value, str):
        value = int(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return 0
    return whole_number(value)


def is_empty(size: Vector) -> bool:
    """Whether nothing was given and nothing was said; a total beside it is an estimate of the agent's."""
    return not any(size[:5])


def usage_vectors(payload: msgspec.Raw, info: Info | None) -> tuple[Vector | None, Vector | None]:
    """(totals, last) of a token count; `info` is None where only a lenient reading of it can tell.

    Raises:
        ValueError: a count is no whole number, or the object has another shape.
    """
    if info is not None:
        total, last = info.total_token_usage, info.last_token_usage
        return None if total is None else vector(total), None if last is None else vector(last)
    value: Any = plain(payload).get("info")
    if not isinstance(value, dict):
        raise ValueError("info is no object")
    parts = [value.get(name) for name in ("total_token_usage", "last_token_usage")]
    found = [None if part is None else vector(usage_of(part)) for part in parts]
    return found[0], found[1]


def normalised(counts: Vector) -> tuple[int, int, int, int, int]:
    """(uncached input, cache reads, cache writes, output, reasoning) of Codex's inclusive counts.

    Cached is clamped to the input, writes to what is left, reasoning to the output.
    """
    given, cached, written, output, reasoning, _ = counts
    if cached > given:
        cached = given
    if written > given - cached:
        written = given - cached
    return given - cached - written, cached, written, output, reasoning if reasoning < output else output
