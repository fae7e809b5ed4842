"""A conversation's entries as sections with titles and parts: what Markdown and HTML both write down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from tally_tui.exports.changes import changes
from tally_tui.exports.escaping import escaped
from tally_tui.exports.harmless import harmless, one_line, plain_output
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.reports.conversation import Conversation, Entry, Spent
from tally_tui.reports.conversation_order import CALLS, Block

Cleaner = Callable[[str], str]
"""Makes a text fit to be shown to others; with `--raw` it leaves it as it is."""
RULES: Final = frozenset(
    {Kind.COMPACTION, Kind.INTERRUPTION, Kind.LIMIT, Kind.MODEL_SWITCH, Kind.REWIND, Kind.BRANCH, Kind.CONTINUED}
)
_BOXES: Final = {"completed": "x", "in_progress": "~"}
_SAYS: Final = tuple("description command cmd file_path notebook_path path pattern query url prompt".split())


class Part(Struct, frozen=True):
    """A stretch of a section: prose (Markdown), words as they were typed, or code, diff or output of a language."""

    form: str
    """prose | words | code | diff | output | note"""
    text: str
    language: str = ""


class Section(Struct, frozen=True):
    """One entry: a rule across the page where it has no parts and `rule` is set."""

    kind: str
    title: str
    parts: tuple[Part, ...]
    ts: int | None
    level: int
    rule: bool = False
    folded: bool = False
    failed: bool = False
    undone: bool = False
    spent: Spent | None = None
    anchor: str = ""
    agents: tuple[Conversation, ...] = field(default=())


def sections(told: Conversation, clean: Cleaner) -> Iterator[Section]:
    """The sections of a conversation, in order; subagents hang on theirs."""
    for number, entry in enumerate(told.entries):
        section = _section(entry, clean, f"m{number + 1}")
        if section.parts or section.kind != Kind.REPLY.word:  # an answer of nothing but line breaks
            yield section


def _section(entry: Entry, clean: Cleaner, anchor: str) -> Section:
    block = entry.block
    item = block.item
    title, parts = _told(block, clean)
    return Section(
        item.kind.word,
        one_line(clean(title), 160),
        tuple(replace(part, text=harmless(part.text)) for part in parts if part.text.strip()),
        item.ts,
        entry.level,
        item.kind in RULES,
        entry.level >= 4 or item.kind is Kind.SUMMARY,
        block.failed,
        block.undone,
        entry.spent,
        anchor,
        tuple(entry.agents),
    )


def _told(block: Block, clean: Cleaner) -> tuple[str, list[Part]]:
    item = block.item
    kind, words = item.kind, clean(item.text)
    if kind in CALLS and (item.call or kind is not Kind.PLAN):
        return _call(block, clean)
    if kind is Kind.PROMPT:
        return "You" + (" (queued)" if item.marks & Mark.QUEUED else ""), [Part("words", harmless(words))]
    if kind in (Kind.REPLY, Kind.PLAN):
        return item.model or ("Plan" if kind is Kind.PLAN else "Agent"), [Part("prose", harmless(words))]
    if kind is Kind.THINKING:
        if item.marks & Mark.HIDDEN:
            return "Thinking (its words are kept by the provider)", []
        return "Thinking", [Part("prose", harmless(words))]
    if kind in (Kind.COMMAND, Kind.BASH):
        if item.marks & Mark.OUTPUT:
            return "Output", [Part("output", plain_output(words))]
        return ("! " if kind is Kind.BASH else "") + one_line(words), []
    if kind in RULES:
        return _rule(item, clean), [Part("note", harmless(words))] if kind in (Kind.LIMIT, Kind.MODEL_SWITCH) else []
    if kind in (Kind.SUMMARY, Kind.REVIEW, Kind.AGENT, Kind.ERROR):
        title = {Kind.SUMMARY: "Summary of what was before", Kind.ERROR: "Error"}.get(kind, item.name or kind.word)
        return title, [Part("words" if kind is Kind.ERROR else "prose", harmless(words))]
    if kind is Kind.TOOL_RESULT:
        return "Result", [Part("output", plain_output(words))]
    if kind is Kind.IMAGE:
        return f"Image {item.name} {item.text}".strip(), [Part("note", clean(", ".join(item.files)))]
    if kind is Kind.DOCUMENT:
        return f"Document {', '.join(item.files) or item.name}", [Part("output", plain_output(words))]
    if kind is Kind.RAW:
        shown = json.dumps(item.detail, ensure_ascii=False, indent=1) if item.detail is not None else ""
        return f"Record {item.name}", [Part("code", harmless(clean(shown)), "json")]
    return f"{kind.word.capitalize()} {item.name}".strip(), [Part("output", plain_output(words))]


def _rule(item: Item, clean: Cleaner) -> str:
    detail = item.detail if isinstance(item.detail, dict) else {}
    if item.kind is Kind.COMPACTION:
        before, after = detail.get("preTokens"), detail.get("postTokens")
        how = detail.get("trigger")
        sizes = f" {before:,} → {after:,} tokens" if type(before) is int and type(after) is int else ""
        return "compacted" + (f" ({how})" if isinstance(how, str) else "") + sizes
    if item.kind is Kind.REWIND:
        turns = detail.get("turns")
        return f"rewound by {turns} turns" if type(turns) is int and turns != 1 else "rewound"
    if item.kind is Kind.BRANCH:
        return f"another branch: {detail.get('items', 0):,} items taken back"
    if item.kind is Kind.CONTINUED:
        return f"{item.name} {item.text}"
    if item.kind is Kind.MODEL_SWITCH:
        return f"model: {item.name}"
    if item.kind is Kind.LIMIT:
        return "limit reached"
    return one_line(clean(item.text.strip("[]"))) or "interrupted"


def _call(block: Block, clean: Cleaner) -> tuple[str, list[Part]]:
    item = block.item
    given = item.input
    parts: list[Part] = []
    if item.kind is Kind.TODO:
        parts.append(Part("prose", harmless(clean(_todos(given)))))
    elif item.kind is Kind.QUESTION:
        parts.append(Part("prose", harmless(clean(_questions(given)))))
    elif item.kind is Kind.PLAN:
        plan = given.get("plan") if isinstance(given, dict) else None
        parts.append(Part("prose", harmless(clean(plan if isinstance(plan, str) else item.text))))
    diff = changes(block)
    if diff:
        parts.append(Part("diff", plain_output(clean(diff)), "diff"))
    elif item.text:
        language = "javascript" if item.name == "exec" else ""
        parts.append(Part("code", harmless(clean(item.text)), language))
    elif not parts or not parts[0].text.strip():
        parts += _arguments(given, clean)
    for inner in block.inner:
        title, below = _call(inner, clean)
        parts += [Part("note", clean(title)), *below]
    told_inside = any(block.text.strip() == inner.text.strip() for inner in block.inner)
    if not (diff and not block.failed) and not told_inside:
        parts.append(Part("output", plain_output(clean(block.text))))
    images = [each for each in block.results if each.kind is Kind.IMAGE]
    if images:
        parts.append(Part("note", clean(", ".join(f"image {each.name}".strip() for each in images))))
    about = ", ".join(_says(inner.item, clean) for inner in block.inner) or _says(item, clean)
    return f"{item.name}: {about}".rstrip(": "), parts


def _says(item: Item, clean: Cleaner) -> str:
    """What a call is about, in a few words; cleaned before it is cut, for half of a secret is not known as one."""
    given = item.input
    if isinstance(given, dict):
        for name in _SAYS:
            value = given.get(name)
            if isinstance(value, list):
                value = " ".join(each for each in value if isinstance(each, str))
            if isinstance(value, str) and value.strip():
                return one_line(clean(value), 100)
    if item.files:
        return ", ".join(item.files[:3])
    return one_line(clean(item.text), 100)


def _arguments(given: Any, clean: Cleaner) -> list[Part]:
    if isinstance(given, dict):
        for name in ("command", "cmd"):
            command = given.get(name)
            if isinstance(command, str):
                return [Part("code", plain_output(clean(command)), "sh")]
        words = given.get("prompt")
        if isinstance(words, str):
            return [Part("prose", harmless(clean(words)))]
    if not given:
        return []
    return [Part("code", harmless(clean(json.dumps(given, ensure_ascii=False, indent=1))), "json")]


def _todos(given: Any) -> str:
    found = given if isinstance(given, list) else None
    if isinstance(given, dict):
        found = next((given[name] for name in ("todos", "plan", "items") if isinstance(given.get(name), list)), [given])
    lines = []
    for each in found or []:
        if isinstance(each, dict):
            words = next((each[n] for n in ("content", "step", "subject", "text") if isinstance(each.get(n), str)), "")
            state = each.get("status") or ("completed" if each.get("completed") is True else "")
            if words or state:
                mark = _BOXES.get(str(state), " ")
                number = f"#{each['taskId']} " if isinstance(each.get("taskId"), str) else ""
                lines.append(f"- [{mark}] {escaped(number + ' '.join(str(words or state).split()))}")
    return "\n".join(lines)


def _questions(given: Any) -> str:
    asked = given.get("questions") if isinstance(given, dict) else None
    lines: list[str] = []
    for each in asked if isinstance(asked, list) else []:
        if isinstance(each, dict):
            lines.append(f"**{_words(each.get('question'))}**")
            options = each.get("options")
            lines += [
                f"- {_words(option.get('label'))} {_words(option.get('description'))}".rstrip()
                for option in (options if isinstance(options, list) else [])
                if isinstance(option, dict)
            ]
    return "\n".join(lines)


def _words(value: Any) -> str:
    """A value of a log on one line of Markdown, as it is."""
    return escaped(" ".join(value.split())) if isinstance(value, str) else ""
