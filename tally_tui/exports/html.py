"""A conversation as one HTML file that needs nothing else: no scripts, no fonts, no network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

from tally_tui.exports.harmless import one_line
from tally_tui.exports.markdown import facts, moment, spent_words
from tally_tui.exports.sections import Cleaner, Part, Section, sections
from tally_tui.reports.conversation import Conversation

_STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1c1e;--dim:#6b6b70;--line:#dcdce0;--you:#eef4ff;--code:#f5f5f7;
--add:#e3f6e5;--cut:#fdeaea;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--paper:#161618;--ink:#e6e6ea;--dim:#9a9aa2;--line:#34343a;--you:#1d2738;
--code:#1f1f23;--add:#173220;--cut:#3b1d1d;--bad:#ff8a80}}
body{background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif;max-width:54rem;margin:2rem auto;
padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.5rem}h2.who{font-size:.95rem;margin:1.6rem 0 .3rem}small,.dim{color:var(--dim);font-weight:normal}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;color:var(--dim);font-size:.9rem}dd{margin:0}
section.prompt{background:var(--you);border-radius:8px;padding:.1rem 1rem .3rem;margin:1.2rem 0}
section.undone{opacity:.6}
pre{background:var(--code);border-radius:6px;padding:.6rem .8rem;overflow-x:auto;font:13px/1.45 ui-monospace,monospace;
white-space:pre-wrap}
code{font-family:ui-monospace,monospace;font-size:.9em}
pre .add{background:var(--add);display:block}pre .cut{background:var(--cut);display:block}pre .at{color:var(--dim)}
details{border-left:2px solid var(--line);padding-left:.8rem;margin:.5rem 0}summary{cursor:pointer}
.failed>summary,.failed>h2{color:var(--bad)}
.rule{display:flex;align-items:center;gap:.8rem;color:var(--dim);margin:1.4rem 0;font-size:.9rem}
.rule:before,.rule:after{content:"";flex:1;border-top:1px solid var(--line)}
table{border-collapse:collapse;display:block;overflow-x:auto}td,th{border:1px solid var(--line);padding:.2rem .6rem}
blockquote{border-left:3px solid var(--line);margin-left:0;padding-left:1rem;color:var(--dim)}
"""
_HEAD: Final = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="referrer" content="no-referrer">\n'
)


def html(told: Conversation, tz: ZoneInfo, clean: Cleaner) -> Iterator[str]:
    """The document, in pieces."""
    prose = _prose()
    session = told.session
    title = escape(one_line(clean(session.title or session.agent or session.name)))
    yield f"{_HEAD}<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<dl>\n"
    for name, value in facts(told, tz, clean):
        yield f"<dt>{name}</dt><dd>{escape(value)}</dd>\n"
    yield "</dl>\n"
    yield from _entries(told, tz, clean, prose, "")
    yield "</body>\n</html>\n"


def _entries(told: Conversation, tz: ZoneInfo, clean: Cleaner, prose: Any, prefix: str) -> Iterator[str]:
    for section in sections(told, clean):
        yield _section(section, tz, prose, prefix)
        for number, agent in enumerate(section.agents):
            yield from _agent(agent, tz, clean, prose, f"{prefix}{section.anchor}-{number}-")
    for number, agent in enumerate(told.agents):
        yield from _agent(agent, tz, clean, prose, f"{prefix}agent{number}-")


def _agent(told: Conversation, tz: ZoneInfo, clean: Cleaner, prose: Any, prefix: str) -> Iterator[str]:
    words = told.description or told.session.title
    name = one_line(clean(f"{told.session.agent or 'subagent'}: {words}" if words else told.session.name))
    costs = spent_words(told.spent)
    yield f'<details class="agent"><summary>Subagent {escape(name)} <small>{escape(costs)}</small></summary>\n'
    yield from _entries(told, tz, clean, prose, prefix)
    yield "</details>\n"


def _section(section: Section, tz: ZoneInfo, prose: Any, prefix: str) -> str:
    time = moment(section.ts, tz, "%Y-%m-%d %H:%M") if section.ts is not None else ""
    notes = " · ".join(filter(None, (time, spent_words(section.spent) if section.spent else "")))
    body = "".join(_part(part, prose) for part in section.parts)
    title = escape(section.title)
    if section.rule:
        return f'<div class="rule" id="{prefix}{section.anchor}">{title} <small>{notes}</small></div>\n{body}'
    marks = " ".join(
        filter(None, (section.kind, "failed" if section.failed else "", "undone" if section.undone else ""))
    )
    if section.folded and body:
        head = f"<summary>{title} <small>{notes}</small></summary>"
        return f'<details class="{marks}" id="{prefix}{section.anchor}">{head}\n{body}</details>\n'
    return (
        f'<section class="{marks}" id="{prefix}{section.anchor}">\n'
        f'<h2 class="who">{title} <small>{notes}</small></h2>\n{body}</section>\n'
    )


def _part(part: Part, prose: Any) -> str:
    if part.form in ("prose", "words"):
        return str(prose.render(part.text))
    if part.form == "note":
        return f'<p class="dim">{escape(part.text)}</p>\n'
    if part.form == "diff":
        return f"<pre>{''.join(map(_diff_line, part.text.strip(chr(10)).split(chr(10))))}</pre>\n"
    return f"<pre>{escape(part.text.strip(chr(10)))}</pre>\n"


def _diff_line(line: str) -> str:
    name = {"+": "add", "-": "cut", "@": "at"}.get(line[:1])
    # A block of its own ends its line; what is between blocks needs its line end.
    text = escape(line)
    if name in ("add", "cut"):
        return f'<span class="{name}">{text}</span>'
    return f'<span class="at">{text}</span>\n' if name else f"{text}\n"


def _prose() -> Any:
    """A Markdown renderer that lets no tags of the text through and loads nothing."""
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    # An image in a reply would be fetched from elsewhere when the file is opened.
    return renderer.disable("image")
