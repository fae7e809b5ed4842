"""The naive counter's reading: a log's lines as objects, whole and in memory, and forgiving numbers."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime


def whole(value):
    """A token count, whether written as a number or as text; nothing sensible is nothing."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def obj(value):
    return value if isinstance(value, dict) else {}


def instant(text):
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def objects(path, skipped):
    """The JSON objects of a log, with their line numbers; what is not one is counted by reason."""
    data = path.read_bytes()
    if path.name.endswith(".zst"):
        import zstandard

        data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True).read()
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, raw in enumerate(lines):
        text = raw.strip(b"\0 \t\r\n").decode("utf-8", "replace")
        if not text:
            continue
        try:
            record = json.loads(text)
        except ValueError:
            if number < len(lines) - 1:
                skipped["not JSON"] += 1
            continue
        if isinstance(record, dict):
            yield number, record
        else:
            skipped["not an object"] += 1
