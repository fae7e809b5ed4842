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
        found = values(text)
        if not any(isinstance(record, dict) for record in found):
            skipped["not an object" if found else "not JSON"] += number < len(lines) - 1
        for record in found:
            if isinstance(record, dict):
                yield number, record


def values(text):
    """The JSON values of a line, one behind the other; what is torn before a whole object with a type is left out."""
    found, at = [], 0
    while at < len(text):
        try:
            value, at = json.JSONDecoder(strict=False).raw_decode(text, at)
            found.append(value)
        except ValueError:
            later = [place for place in range(at + 1, len(text)) if text.startswith('{"', place)]
            at = next((place for place in later if rest_is_whole(text[place:])), len(text))
        at += len(text[at:]) - len(text[at:].lstrip("\0 \t\r"))
    return found


def rest_is_whole(text):
    try:
        value = json.loads(text)
    except ValueError:
        return False
    return isinstance(value, dict) and "type" in value
