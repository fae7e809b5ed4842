"""Claude Code's notes between the messages: system lines and attachments → what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tally_tui.logs.claude_texts import Told, source_of, told
from tally_tui.logs.lines import text_of
from tally_tui.logs.messages import Kind, Mark

NOT_SHOWN = frozenset({"attachment/prompt_snapshot", "system/turn_duration", "system/file_snapshot"})
"""Notes that hold nothing anyone said: the program's own prompt, clock times, backups."""
_MODEL = frozenset({"model_refusal_fallback", "model_fallback"})
_FILES = frozenset(
    """
    file pdf pdf_reference edited_text_file compact_file_reference image already_read_file edited_image_file
    selected_lines_in_ide opened_file_in_ide
    """.split()
)
_WHOLE = frozenset({Kind.PROMPT, Kind.COMMAND, Kind.BASH, Kind.IMAGE})
"""What is a person's words or an image, to which nothing may be added."""
_MODES = frozenset({"plan_mode", "plan_mode_exit", "plan_mode_reentry", "auto_mode", "auto_mode_exit"})


def first_text(value: Any) -> str:
    """The words in a value of unknown shape: a text, a list's texts, or an object's most likely field."""
    if isinstance(value, str):
        return text_of(value) or ""
    if isinstance(value, list):
        return "\n".join(filter(None, map(first_text, value)))
    if isinstance(value, dict):
        for name in ("text", "content", "message", "thinking", "file", "prompt", "subject"):
            words = first_text(value.get(name))
            if words:
                return words
    return ""


_NO_WORDS = frozenset(
    """
    type data hookEvent commandMode media_type role kind toolUseID tool_use_id hookId sessionId session_id uuid
    parentUuid id promptId messageId requestId agentId taskId hash sha signature base64 timestamp version
    """.split()
)
"""Fields of an attachment that hold no words: names of kinds, identities, bytes."""
_KNOWN_SYSTEM = frozenset(
    """
    compact_boundary microcompact_boundary local_command api_error away_summary rewind stop_hook_summary informational
    scheduled_task_fire permission_retry agents_killed bridge_status memory_saved
    """.split()
)


def words_of(value: Any) -> Iterator[str]:
    """Every text in a value of unknown shape, in its order; names of kinds, identities and bytes left out."""
    waiting: list[Any] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            words = text_of(each)
            if words and words.strip():
                yield words
        elif isinstance(each, list):
            waiting.extend(reversed(each))
        elif isinstance(each, dict):
            waiting.extend(part for name, part in reversed(each.items()) if name not in _NO_WORDS)


def with_all_words(told: list[Told], files: list[str], value: Any) -> list[Told]:
    """What an attachment tells, with the texts that are nowhere in it yet added to the last of it."""
    if not told or told[-1].kind in _WHOLE:
        return told
    said = "\n".join((*files, *(part for each in told for part in (each.text, each.name))))
    more = [words for words in dict.fromkeys(words_of(value)) if words not in said and words.strip() not in said]
    if not more:
        return told
    last = told[-1]
    return [*told[:-1], last._replace(text="\n".join(filter(None, (last.text, *more))))]


def is_known_system(subtype: str) -> bool:
    """Whether all that a system line of this subtype says is told by `system_note`."""
    return not subtype or subtype in _KNOWN_SYSTEM or subtype in _MODEL or f"system/{subtype}" in NOT_SHOWN


def system_note(subtype: str, record: Any) -> tuple[list[Told], Any]:
    """(what a system line tells, its details)."""
    words = first_text(record.content)
    if subtype == "compact_boundary":
        return [Told(Kind.COMPACTION, words, "compaction", role="system")], record.compactMetadata
    if subtype == "microcompact_boundary":
        return [Told(Kind.COMPACTION, words, "microcompaction", role="system")], record.microcompactMetadata
    if subtype == "local_command":
        return list(told(words)), None
    if subtype == "api_error":
        error: Any = record.error
        said = (text_of(error.get("formatted")) or first_text(error)) if isinstance(error, dict) else first_text(error)
        detail = {"retry": record.retryAttempt, "of": record.maxRetries, "wait_ms": record.retryInMs}
        return [Told(Kind.ERROR, said or words or "API error", "api_error", role="system")], detail
    if subtype == "away_summary":
        return [Told(Kind.SUMMARY, words, subtype, role="system")], None
    if subtype in _MODEL:
        switch = f"{text_of(record.originalModel) or '?'} → {text_of(record.fallbackModel) or '?'}"
        return [Told(Kind.MODEL_SWITCH, words, switch, role="system")], None
    if subtype == "rewind":
        return [Told(Kind.REWIND, words, subtype, role="system")], None
    if subtype == "stop_hook_summary":
        return _stop_hooks(record), None
    return [Told(Kind.SYSTEM, words, subtype or "system", role="system")], None


def _stop_hooks(record: Any) -> list[Told]:
    infos = record.hookInfos if isinstance(record.hookInfos, list) else []
    commands = [text_of(info.get("command")) or "" for info in infos if isinstance(info, dict)]
    errors = first_text(record.hookErrors)
    words = "\n".join(filter(None, [*commands, errors]))
    return [Told(Kind.HOOK, words, "Stop", Mark.FAILED if errors else 0, "system")]


def attachment_note(kind: str, value: dict[str, Any]) -> tuple[list[Told], list[str]]:
    """(what an attachment tells, the files it names)."""
    if kind == "queued_command":
        return _queued(value), []
    if kind.startswith("hook_") or kind == "async_hook_response":
        return [_hook(kind, value)], []
    if kind in _FILES:
        files = [name for name in (text_of(value.get(key)) for key in ("filename", "path")) if name][:1]
        inner = value.get("content")
        image = kind in ("image", "edited_image_file") or (isinstance(inner, dict) and inner.get("type") == "image")
        words = "" if image else text_of(value.get("snippet")) or first_text(inner)
        return [Told(Kind.IMAGE if image else Kind.DOCUMENT, words, kind)], files
    if kind == "nested_memory":
        path = text_of(value.get("path"))
        return [Told(Kind.REMINDER, first_text(value.get("content")), kind, Mark.META)], [path] if path else []
    if kind in _MODES:
        return [Told(Kind.SYSTEM, first_text(value), kind, role="system")], []
    if kind == "task_status":
        words = " ".join(filter(None, (text_of(value.get("description")), text_of(value.get("status")))))
        return [Told(Kind.AGENT, words, kind, role="agent")], []
    return [Told(Kind.REMINDER, first_text(value), kind, Mark.META)], _paths(value)


def _paths(value: dict[str, Any]) -> list[str]:
    """The files that an attachment of a kind not known here names."""
    inner = value.get("files")
    held = [value, *(each for each in (inner if isinstance(inner, list) else []) if isinstance(each, dict))]
    found = (text_of(each.get(name)) for each in held for name in ("path", "filePath", "file_path", "filename"))
    return list(dict.fromkeys(path for path in found if path))


def _queued(value: dict[str, Any]) -> list[Told]:
    """A prompt that a person typed while the agent was working; some are the program's own."""
    words = first_text(value.get("prompt"))
    source = source_of(value.get("origin"), value.get("promptSource"))
    if value.get("commandMode") == "bash":
        return [Told(Kind.BASH, words, "!")]
    return list(told(words, meta=value.get("isMeta") is True, source=source))


def _hook(kind: str, value: dict[str, Any]) -> Told:
    words = first_text(value.get("content")) or text_of(value.get("stdout")) or ""
    error = text_of(value.get("stderr")) or first_text(value.get("blockingError"))
    name = text_of(value.get("hookName")) or text_of(value.get("hookEvent")) or kind
    failed = "error" in kind or bool(value.get("exitCode"))
    return Told(Kind.HOOK, "\n".join(filter(None, (words, error))), name, Mark.FAILED if failed else 0, "system")
