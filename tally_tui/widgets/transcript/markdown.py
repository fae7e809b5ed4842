"""Markdown to blocks: read once, laid out for any width, with no widget of its own."""

from __future__ import annotations

from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct, field
from textual.content import Content

from tally_tui.widgets.transcript import safe

LARGEST = 200_000
"""Characters of one text that are read as Markdown; the rest is shown plainly."""
HIGHLIGHTED = 20_000
"""Code of more characters than this stays plain."""
_INLINE = {"strong": "bold", "em": "italic", "s": "strike"}


class Block(Struct):
    """One thing that stands by itself: a paragraph, a heading, code, a table."""

    kind: str
    content: Content = field(default_factory=Content)
    indent: int = 0
    """How many lists it is in."""
    bullet: str = ""
    quoted: int = 0
    language: str = ""
    rows: list[list[Content]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    """Of a table: which columns are set to the right."""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # `javascript:` and the like are shown as any other: nothing here is ever followed.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def blocks(text: str, breaks: bool = False) -> list[Block]:
    """The blocks of a Markdown text; `breaks`: its line breaks are kept. Safe for any text."""
    text, rest = text[:LARGEST], text[LARGEST:]
    try:
        tokens = _parser().parse(safe.block(text))
    except (RecursionError, ValueError, IndexError):
        return [Block("plain", Content(safe.block(text + rest)))]
    found = _Reading(breaks).read(tokens)
    if rest:
        found.append(Block("plain", Content(safe.block(rest))))
    return found


class _Reading:
    """Walks the parser's tokens."""

    def __init__(self, breaks: bool) -> None:
        self.breaks = breaks
        self.found: list[Block] = []
        self.lists: list[tuple[bool, int]] = []
        self.quoted = 0
        self.bullet = ""
        self.kind = "p"
        self.row: list[Content] | None = None

    def read(self, tokens: list[Token]) -> list[Block]:
        for token in tokens:
            kind = token.type
            if kind == "heading_open":
                self.kind = token.tag
            elif kind == "paragraph_open":
                self.kind = "p"
            elif kind in ("bullet_list_open", "ordered_list_open"):
                self.lists.append((kind[0] == "o", int(token.attrs.get("start", 1))))
            elif kind in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
            elif kind == "list_item_open":
                ordered, number = self.lists[-1]
                self.bullet = f"{number}. " if ordered else "• "
                self.lists[-1] = (ordered, number + 1)
            elif kind == "blockquote_open":
                self.quoted += 1
            elif kind == "blockquote_close":
                self.quoted -= 1
            elif kind.startswith(("t", "inline")):
                self._table_or_text(token)
            elif kind in ("fence", "code_block"):
                words = token.info.split()
                language = words[0].strip("{}.").lower() if words else ""
                self._add(Block("code", Content(token.content.removesuffix("\n")), language=language))
            elif kind == "hr":
                self._add(Block("hr"))
            elif kind == "html_block":
                self._add(Block("p", Content(token.content.rstrip())))
        return self.found

    def _table_or_text(self, token: Token) -> None:
        kind = token.type
        if kind == "table_open":
            self._add(Block("table"))
        elif kind == "tr_open":
            self.row = []
        elif kind == "tr_close":
            self.found[-1].rows.append(self.row or [])
            self.row = None
        elif kind == "th_open":
            self.found[-1].right.append("right" in str(token.attrs.get("style")))
        elif kind == "inline":
            content = inline(token, self.breaks)
            if self.row is not None:
                self.row.append(content)
            else:
                self._add(Block(self.kind, content))

    def _add(self, block: Block) -> None:
        block.indent, block.quoted = len(self.lists), self.quoted
        block.bullet, self.bullet = self.bullet, ""
        if block.bullet and block.content.plain[:4] in ("[ ] ", "[x] ", "[X] "):
            done = block.content.plain[1] != " "
            block.bullet, block.content = ("☑ " if done else "☐ "), block.content[4:]
        self.found.append(block)


def inline(token: Token, breaks: bool) -> Content:
    """Words with emphasis, code, links (their address behind them where the text does not say it)."""
    text: list[str] = []
    spans: list[tuple[int, int, str]] = []
    opened: list[tuple[int, str, str]] = []
    at = 0

    def add(piece: str, style: str = "") -> None:
        nonlocal at
        text.append(piece)
        if style:
            spans.append((at, at + len(piece), style))
        at += len(piece)

    for each in token.children or ():
        kind = each.type
        if kind == "softbreak":
            add("\n" if breaks else " ")
        elif kind == "hardbreak":
            add("\n")
        elif kind == "code_inline":
            add(each.content, ".transcript--code-word")
        elif kind == "image":
            add(f"▨ {safe.line(each.content or str(each.attrs.get('src', '')))}", ".transcript--quiet")
        elif kind == "link_open":
            opened.append((at, ".transcript--link", safe.line(str(each.attrs.get("href", "")))))
        elif kind.endswith("_open"):
            opened.append((at, _INLINE.get(kind[:-5], ""), ""))
        elif kind.endswith("_close") and opened:
            start, style, address = opened.pop()
            if style:
                spans.append((start, at, style))
            said = "".join(text)[start:]
            if address and address.removeprefix("mailto:") != said and not address.startswith("#"):
                add(f" ({safe.short(address, 200)})", ".transcript--quiet")
        else:
            # An entity such as &#27; turns into the sign itself only here.
            add(safe.line(each.content))
    return safe.styled("".join(text), spans)


def highlighted(text: str, language: str, ansi: bool) -> Content:
    """Code with its colours; plain where the language is unknown or there is too much of it."""
    if not language or len(text) > HIGHLIGHTED or text.count("\n") > 1_000:
        return Content(text)
    return _highlighted(text, language, ansi)


def prepare() -> None:
    """Load what colours the commonest languages: it takes tens of milliseconds, best while nobody waits for it."""
    for language in ("python", "bash"):
        highlighted("pass", language, False)


@lru_cache(maxsize=256)
def _highlighted(text: str, language: str, ansi: bool) -> Content:
    from textual.highlight import highlight

    from tally_tui.widgets.transcript.highlighting import AnsiColours, Colours

    try:
        # A final line break would be a line of its own.
        found = highlight(text, language=language, theme=AnsiColours if ansi else Colours)
    except Exception:
        # Lexers are regular expressions over anything at all; a failing one must not take a page with it.
        return Content(text)
    return found if found.plain == text else Content(text)
