"""From the items of a log to what a transcript shows: heads for all of them, bodies for those unfolded."""

from __future__ import annotations

from typing import Any, Final

from tally_tui.logs.messages import Item, Mark
from tally_tui.logs.messages import Kind as Said
from tally_tui.reports.growing import BYTES
from tally_tui.reports.transcripts import Entry
from tally_tui.widgets.figures import count, size
from tally_tui.widgets.transcript import tool_parts, tool_titles
from tally_tui.widgets.transcript.pages import Body, Code, Depth, Head, Kind, Label, Output, Part, Prose

_WHOLE: Final = frozenset({"application/pdf"})
"""Documents whose bytes, not words, stand in the log."""
_CALLS: Final = frozenset({Said.TOOL_CALL, Said.TODO, Said.QUESTION, Said.PLAN})
_NAMES: Final = {"claude": "Claude", "codex": "Codex"}
_NOTES: Final[dict[Said, tuple[str, Depth]]] = {
    Said.DOCUMENT: ("document", Depth.TOOLS),
    Said.HOOK: ("hook", Depth.EVERYTHING),
    Said.REMINDER: ("told to the model", Depth.EVERYTHING),
    Said.SYSTEM: ("system", Depth.EVERYTHING),
    Said.TITLE: ("title", Depth.EVERYTHING),
    Said.RAW: ("record", Depth.EVERYTHING),
    Said.SUMMARY: ("Summary of what was before", Depth.TOOLS),
    Said.AGENT: ("agent", Depth.SUBAGENTS),
}
_RULES: Final[dict[Said, str]] = {
    Said.COMPACTION: "compacted",
    Said.INTERRUPTION: "interrupted",
    Said.LIMIT: "limit reached",
    Said.MODEL_SWITCH: "model",
    Said.REWIND: "rewound",
    Said.BRANCH: "another branch",
    Said.CONTINUED: "continued",
}


def speaker(provider: str, model: str) -> str:
    """Who replies, for people: `Claude · opus-4-8`."""
    name = _NAMES.get(provider, provider)
    return f"{name} · {model.removeprefix('claude-')}" if model else name


def head_of(
    entry: Entry, *, who: str = "", figures: str = "", folder: str = ""
) -> Head:
    """An item (a call with its result) as a transcript lists it.

    Args:
        who: who speaks; empty where the speaker has not changed.
        figures: cost and tokens of the turn that a prompt begins.
        folder: the session's folder, which paths are shown from.
    """
    item, level = entry.item, entry.level
    text, kind = item.text, item.kind

    def head(shown: Kind, title: str, depth: Depth, **more: Any) -> Head:
        if item.marks & Mark.AGAIN:
            depth = Depth.EVERYTHING
        return Head(
            entry.key, shown, title, depth, item.ts, figures, level=level, fill=_fill(entry), branch=entry.branch,
            **{"length": entry.length, "breaks": entry.breaks, "note": _marks(item), **more},
        )  # fmt: skip

    if kind is Said.PROMPT:
        return head(Kind.PROMPT, "You" if not level else "Asked", Depth.PROMPTS if not level else Depth.SUBAGENTS)
    if kind is Said.REPLY and not text.strip():
        # Some models begin an answer with nothing but line breaks.
        return head(Kind.NOTE, "an empty answer", Depth.EVERYTHING, hollow=True)
    if kind in (Said.REPLY, Said.REVIEW):
        title = who if kind is Said.REPLY else f"Review{' · ' + who if who else ''}"
        return head(Kind.REPLY, title, Depth.REPLIES if not level else Depth.SUBAGENTS)
    if kind is Said.THINKING:
        if item.marks & Mark.HIDDEN or not text.strip():
            note = "its words are kept by the provider"
            return head(Kind.THINKING, "Thinking", Depth.EVERYTHING, hollow=True, note=note)
        return head(Kind.THINKING, "Thinking", Depth.TOOLS, note=f"{entry.length // 6:,} words")
    if kind in _CALLS and (item.input is not None or item.call or kind is Said.TOOL_CALL):
        return _call(entry, head, folder)
    if kind is Said.PLAN:
        return head(Kind.REPLY, "Plan", Depth.REPLIES)
    if kind is Said.TOOL_RESULT:
        return head(Kind.TOOL, f"Result {tool_titles.first_line(text)}", Depth.TOOLS, error=_failed(item))
    if kind in (Said.COMMAND, Said.BASH):
        return _typed(entry, head)
    if kind is Said.IMAGE:
        return head(Kind.NOTE, _media(item, folder), Depth.REPLIES, hollow=True, opens=True, note="Enter opens it")
    if kind is Said.ERROR:
        line = tool_titles.first_line(text) or "error"
        return head(Kind.PROBLEM, line, Depth.REPLIES, error=True, hollow=len(text.strip()) <= len(line))
    if kind in _RULES:
        return _rule(item, head)
    word, depth = _NOTES.get(kind, (kind.word, Depth.EVERYTHING))
    said = item.name if item.name and item.name != word else tool_titles.first_line(text)
    title = f"{word} {said}" if kind not in (Said.SUMMARY, Said.AGENT) else f"{word}: {tool_titles.first_line(text)}"
    if item.files and kind is Said.DOCUMENT:
        title = f"{word} {tool_titles.short_path(item.files[0], folder)}"
    hollow = not text and item.detail is None and kind is not Said.RAW
    if kind is Said.DOCUMENT and item.name in _WHOLE:
        return head(Kind.NOTE, _media(item, folder), depth, hollow=True, opens=True, note="Enter opens it")
    note = _marks(item) if hollow or _failed(item) else _lines(entry)
    return head(Kind.NOTE, title, depth, error=_failed(item), hollow=hollow, note=note)


def media_of(entry: Entry) -> list[Item]:
    """The images and documents in an item, or in what came of a call."""
    if entry.item.kind in (Said.IMAGE, Said.DOCUMENT):
        return [entry.item]
    return [each for each in entry.answers if each.kind in (Said.IMAGE, Said.DOCUMENT) and not each.marks & Mark.AGAIN]


def media_labels(entry: Entry) -> Body:
    """A line for each image and document in what came of a call."""
    if entry.item.kind in (Said.IMAGE, Said.DOCUMENT):
        return ()
    return tuple(Label(_media(each), opens=True) for each in media_of(entry))


def _media(item: Item, folder: str = "") -> str:
    """An image or a document on one line: `▨ image · png · 34.1 kB`."""
    name = item.name.rpartition("/")[2]
    if item.files:
        name = tool_titles.short_path(item.files[0], folder)
    detail = item.detail if isinstance(item.detail, dict) else {}
    room = detail.get(BYTES)
    words = (name if name != item.kind.word else "", size(room) if isinstance(room, int) else "")
    said = tool_titles.first_line(item.text)
    return " · ".join(filter(None, (f"▨ {item.kind.word}", *words, said)))


def _fill(entry: Entry) -> tuple[int, int | None] | None:
    return None if entry.context is None else (entry.context.tokens, entry.context.window)


def _call(entry: Entry, head: Any, folder: str) -> Head:
    item, result = entry.item, entry.result
    tool = item.name
    failed = result is not None and _failed(result)
    if item.kind is Said.PLAN:
        return head(Kind.REPLY, "Plan", Depth.REPLIES, length=2_000, breaks=30)  # type: ignore[no-any-return]
    if item.kind is Said.QUESTION:
        return head(Kind.REPLY, "A question to you", Depth.REPLIES, length=600, breaks=12)  # type: ignore[no-any-return]
    shown = Kind.SUBAGENT if tool in tool_titles.SUBAGENTS else Kind.TOOL
    depth = Depth.SUBAGENTS if shown is Kind.SUBAGENT else Depth.TOOLS
    title = tool_titles.title(tool, item.input, item.text, folder)
    if item.files and title == tool_titles.named(tool):
        more = f" and {len(item.files) - 1} more" if len(item.files) > 1 else ""
        title = f"{title} {tool_titles.short_path(item.files[0], folder)}{more}"
    if shown is Kind.SUBAGENT:
        title = tool_titles.argument(tool, item.input, item.text, folder) or tool_titles.named(tool)
    return head(  # type: ignore[no-any-return]
        shown, title, depth, error=failed, edits=tool in tool_titles.EDITS and not failed,
        command=tool in tool_titles.COMMANDS, note=_outcome(entry), opens=bool(media_of(entry)),
    )  # fmt: skip


def _outcome(entry: Entry) -> str:
    """What came of a call, in two words."""
    item, result = entry.item, entry.result
    if result is None:
        return "no result"
    if _failed(result):
        code = result.detail.get("exit_code") if isinstance(result.detail, dict) else None
        return f"exit {code}" if code is not None else "failed"
    if item.kind is Said.TODO:
        return ""
    if item.name in tool_titles.EDITS:
        added, removed = entry.changed or (0, 0)
        return " ".join(f"{sign}{count:,}" for sign, count in (("+", added), ("−", removed)) if count)
    return f"{entry.result_lines:,} lines" if entry.result_lines > 1 else ""


def _lines(entry: Entry) -> str:
    """How much there is to unfold, and what must be said of it."""
    text = entry.item.text
    lines = (text.strip().count("\n") if len(text) >= entry.length else entry.breaks) + 1
    return ", ".join(filter(None, (_marks(entry.item), f"{lines:,} lines" if lines > 1 else "")))


def _typed(entry: Entry, head: Any) -> Head:
    """A slash command or a `!` line, or what one put out."""
    item = entry.item
    if item.marks & Mark.OUTPUT:
        line = tool_titles.first_line(item.text)
        hollow = not line or item.text.strip() == line
        return head(  # type: ignore[no-any-return]
            Kind.NOTE, f"└ {line or 'no output'}", Depth.TOOLS if item.kind is Said.BASH else Depth.EVERYTHING,
            hollow=hollow, error=_failed(item), note=_marks(item) if hollow or _failed(item) else _lines(entry),
        )  # fmt: skip
    sign, hollow = "! " if item.kind is Said.BASH else "", "\n" not in item.text.strip()
    return head(  # type: ignore[no-any-return]
        Kind.TOOL, sign + (tool_titles.first_line(item.text) or item.name), Depth.REPLIES,
        hollow=hollow, command=item.kind is Said.BASH, note=_marks(item) if hollow else _lines(entry),
    )  # fmt: skip


def _rule(item: Item, head: Any) -> Head:
    words, note = _RULES[item.kind], ""
    detail = item.detail if isinstance(item.detail, dict) else {}
    line = tool_titles.first_line(item.text)
    if item.kind is Said.COMPACTION:
        before, after = detail.get("preTokens"), detail.get("postTokens")
        words = f"compacted{' by hand' if detail.get('trigger') == 'manual' else ''}"
        if item.name == "microcompaction":
            words = "old results dropped"
        if isinstance(before, int) or isinstance(after, int):
            ends = [count(each) if isinstance(each, int) else "?" for each in (before, after)]
            note = f"{'about ' if detail.get('estimated') else ''}{' → '.join(ends)} tokens"
    elif item.kind is Said.BRANCH:
        count_of = detail.get("items")
        one = "message" if count_of == 1 else "messages"
        words, note = "taken back", f"{count_of:,} {one} left out" if isinstance(count_of, int) else ""
    elif item.kind is Said.MODEL_SWITCH:
        words, note = f"model {item.name}" if item.name else "another model", line
    elif line and item.kind is not Said.INTERRUPTION:
        note = line
    error, holds = item.kind in (Said.LIMIT, Said.INTERRUPTION), item.kind is Said.BRANCH
    hollow = not holds and "\n" not in item.text.strip()
    return head(Kind.RULE, words, Depth.REPLIES, note=note, error=error, hollow=hollow, holds=holds)  # type: ignore[no-any-return]


def _failed(item: Item) -> bool:
    return bool(item.marks & Mark.FAILED)


def _marks(item: Item) -> str:
    """What must be said of an item besides its text."""
    words = []
    if item.marks & Mark.UNDONE:
        words.append("taken back")
    if item.marks & Mark.QUEUED and item.kind is Said.PROMPT:
        words.append("typed while it worked")
    if item.marks & Mark.AGAIN:
        words.append("again")
    return ", ".join(words)


def body_of(item: Item, result: Item | None) -> Body:
    """The parts of an item, unfolded."""
    kind, text = item.kind, item.text
    if kind is Said.BRANCH:
        return ()  # what it folds away are items of their own
    if kind in (Said.REPLY, Said.REVIEW, Said.THINKING, Said.SUMMARY, Said.AGENT):
        return (Prose(text),)
    if kind is Said.PROMPT:
        return (Prose(text, breaks=True),)
    if kind in _CALLS and (item.input is not None or item.call or kind is Said.TOOL_CALL):
        answer = None if result is None else result.text
        detail = result.detail if result is not None and result.detail is not None else item.detail
        found = tool_parts.parts(
            item.name, item.input, text, answer, result is not None and _failed(result), detail
        )
        if result is not None and result.marks & Mark.LOADED:
            found += (Label("The whole output was too large for the log: it stands in a file of its own.", loads=True),)
        return _without_silence(found) if kind in (Said.PLAN, Said.QUESTION) else found
    if kind is Said.PLAN:
        return (Prose(text),)
    if kind is Said.BASH and not item.marks & Mark.OUTPUT:
        return (Code(text, "bash", folds=True),)
    parts: list[Part] = []
    if text:
        parts.append(Prose(text, breaks=True) if kind is Said.COMPACTION else Output(text, error=kind is Said.ERROR))
    if item.detail is not None and (kind is Said.RAW or not text):
        parts.append(Code(tool_titles.as_json(item.detail), "json", folds=True))
    if item.kind is Said.IMAGE and isinstance(item.detail, dict):
        data = item.detail.get("data")
        return (Label(f"{item.name}, {size(len(data) * 3 // 4)}" if isinstance(data, str) else item.name),)
    return tuple(parts)


def _without_silence(body: Body) -> Body:
    return tuple(part for part in body if not (isinstance(part, Label) and part.text.startswith("No ")))
