"""The fields of a Codex rollout line that accounting needs.

A line is opened in two steps: the envelope first, its payload left as it is; then the payload, with
the fields of its own type. Long items (messages, tool output) are never decoded.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tally_tui.logs.lines import whole_number

Vector = tuple[int, int, int, int, int]
"""Codex's own counts: input (cached and writes inside), cached, cache writes, output, reasoning."""


class Envelope(msgspec.Struct, gc=False):
    type: str = ""
    timestamp: str | float | None = None
    payload: msgspec.Raw = msgspec.Raw()
    # Lines without an envelope: the earliest rollouts, and the event stream of a headless run.
    id: msgspec.Raw = msgspec.Raw()
    instructions: msgspec.Raw = msgspec.Raw()
    record_type: str | None = None
    thread_id: str | None = None
    model: str | None = None
    usage: msgspec.Raw = msgspec.Raw()


class Kind(msgspec.Struct, gc=False):
    type: str = ""


class Counts(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_output_tokens: int | None = None


class TokenCount(msgspec.Struct, gc=False):
    info: msgspec.Raw = msgspec.Raw()
    rate_limits: msgspec.Raw = msgspec.Raw()
    effective_model: str | None = None


class Info(msgspec.Struct, gc=False):
    total_token_usage: Counts | None = None
    last_token_usage: Counts | None = None


envelope = msgspec.json.Decoder(Envelope).decode
kind = msgspec.json.Decoder(Kind).decode
token_count = msgspec.json.Decoder(TokenCount).decode
info = msgspec.json.Decoder(Info).decode
plain = msgspec.json.Decoder().decode


def vector(counts: Counts | dict[str, Any] | None) -> Vector | None:
    """The five counts of a usage object; None for none.

    Raises:
        ValueError: a count is no whole number.
    """
    if counts is None:
        return None
    if isinstance(counts, dict):
        return (
            whole_number(counts.get("input_tokens")),
            whole_number(counts.get("cached_input_tokens")),
            whole_number(counts.get("cache_write_input_tokens")),
            whole_number(counts.get("output_tokens")),
            whole_number(counts.get("reasoning_output_tokens")),
        )
    return (
        whole_number(counts.input_tokens),
        whole_number(counts.cached_input_tokens),
        whole_number(counts.cache_write_input_tokens),
        whole_number(counts.output_tokens),
        whole_number(counts.reasoning_output_tokens),
    )


def usage_vectors(raw: msgspec.Raw) -> tuple[Vector | None, Vector | None]:
    """(totals, last) of a token count's `info`.

    Raises:
        ValueError: a count is no whole number, or the object has another shape.
    """
    try:
        decoded = info(raw)
        return vector(decoded.total_token_usage), vector(decoded.last_token_usage)
    except msgspec.DecodeError:
        pass
    value: Any = plain(raw)
    if not isinstance(value, dict):
        raise ValueError("info is no object")
    parts = []
    for name in ("total_token_usage", "last_token_usage"):
        part = value.get(name)
        if part is not None and not isinstance(part, dict):
            raise ValueError(f"{name} is no object")
        parts.append(vector(part))
    return parts[0], parts[1]


def normalised(counts: Vector) -> tuple[int, int, int, int, int]:
    """(uncached input, cache reads, cache writes, output, reasoning) of Codex's inclusive counts.

    Cached is clamped to the input, writes to what is left, reasoning to the output.
    """
    given, cached, written, output, reasoning = counts
    cached = min(cached, given)
    written = min(written, given - cached)
    return given - cached - written, cached, written, output, min(reasoning, output)
