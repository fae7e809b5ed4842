"""A conversation as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tally_tui.exports.escaping import escaped, literal, tamed
from tally_tui.exports.harmless import one_line
from tally_tui.exports.sections import Cleaner, Part, Section, sections
from tally_tui.reports.conversation import Conversation, Spent
from tally_tui.rules.figures import money_of, short_tokens

_FENCES = re.compile(r"^\s{0,3}(`{3,}|~{3,})", re.MULTILINE)


def markdown(told: Conversation, tz: ZoneInfo, clean: Cleaner) -> Iterator[str]:
    """The document, in pieces that end in line breaks."""
    session = told.session
    title = session.title or session.agent or session.name
    yield f"# {escaped(one_line(clean(title)))}\n\n"
    for name, value in facts(told, tz, clean):
        yield f"- {name}: {escaped(value)}\n"
    yield "\n"
    yield from _entries(told, tz, clean, 2)


def facts(told: Conversation, tz: ZoneInfo, clean: Cleaner) -> list[tuple[str, str]]:
    """What is known of a session as a whole, as name and value."""
    session = told.session
    times = [moment(ts, tz, "%Y-%m-%d %H:%M") for ts in (told.first_ms, told.last_ms) if ts is not None]
    rows = [
        ("session", f"{session.provider.word} {session.name}"),
        ("project", told.project or ""),
        ("folder", clean(session.folder or "")),
        ("branch", clean(session.branch or "")),
        ("models", ", ".join(told.models)),
        ("time", " – ".join(dict.fromkeys(times))),
        ("cost", spent_words(told.spent)),
        ("source", told.from_archive),
        ("note", "some of its logs are gone: what they told is missing" if told.file_gone else ""),
    ]
    return [(name, one_line(value, 300)) for name, value in rows if value]


def spent_words(spent: Spent) -> str:
    """`$1.24 · 1.2M tokens`, with a `+` where calls have no price."""
    if not spent.calls:
        return ""
    return f"{money_of(spent.cost, spent.unpriced)} · {short_tokens(spent.tokens)} tokens"


def moment(ts: int, tz: ZoneInfo, form: str) -> str:
    """An instant of epoch milliseconds in a zone."""
    return datetime.fromtimestamp(ts / 1000, tz).strftime(form)


def _entries(told: Conversation, tz: ZoneInfo, clean: Cleaner, level: int) -> Iterator[str]:
    day = before = ""
    for section in sections(told, clean):
        if section.ts is not None and (today := moment(section.ts, tz, "%A, %d %B %Y")) != day:
            day = today
            yield f"*{day}*\n\n"
        speaker = f"{section.kind} {section.title}"
        yield from _section(section, tz, level, goes_on=section.kind == "reply" and speaker == before)
        before = speaker
        for agent in section.agents:
            yield from _agent(agent, tz, clean, level)
    for agent in told.agents:
        yield from _agent(agent, tz, clean, level)


def _agent(told: Conversation, tz: ZoneInfo, clean: Cleaner, level: int) -> Iterator[str]:
    words = told.description or told.session.title
    name = one_line(clean(f"{told.session.agent or 'subagent'}: {words}" if words else told.session.name))
    costs = spent_words(told.spent)
    yield f"{'#' * min(level + 1, 6)} Subagent {escaped(name)}{' · ' + costs if costs else ''}\n\n"
    body = "".join(_entries(told, tz, clean, min(level + 1, 6))).rstrip("\n")
    yield "\n".join(f"> {line}".rstrip() for line in body.split("\n")) + "\n\n"


def _section(section: Section, tz: ZoneInfo, level: int, goes_on: bool) -> Iterator[str]:
    time = moment(section.ts, tz, "%H:%M") if section.ts is not None else ""
    title = escaped(section.title)
    failed = " · failed" if section.failed else ""
    undone = " · taken back" if section.undone else ""
    if section.rule:
        yield f"---\n*{' · '.join(filter(None, (title, time)))}*\n\n"
    elif goes_on:
        pass  # the same speaker says more
    elif section.level <= 2:
        costs = spent_words(section.spent) if section.spent else ""
        notes = " · ".join(filter(None, (time, costs)))
        yield f"{'#' * level} {title}{' · ' + notes if notes else ''}{failed}{undone}\n\n"
    else:
        yield f"**{title}**{' · ' + time if time else ''}{failed}{undone}\n\n"
    for part in section.parts:
        yield _part(part, level)


def _part(part: Part, level: int) -> str:
    text = part.text.strip("\n")
    if part.form == "prose":
        return f"{tamed(text, level)}\n\n"
    if part.form == "words":
        return f"{literal(text)}\n\n"
    if part.form == "note":
        return f"*{escaped(one_line(text, 300))}*\n\n"
    longest = max((len(found[1]) for found in _FENCES.finditer(text)), default=2)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{part.language}\n{text}\n{fence}\n\n"
