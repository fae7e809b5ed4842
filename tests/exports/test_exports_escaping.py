"""What is exported as Markdown shows the text it was given, and nothing in it is live that the text did not make so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tally_tui.exports.escaping import escaped, literal, tamed
from tally_tui.exports.harmless import harmless

SIGNS = st.text(alphabet="\\`*_[]<>#|&~!()-+=.:1 \n\tax/\"';", max_size=60)
TEXTS = st.one_of(
    SIGNS,
    st.text(max_size=60),
    st.lists(
        st.sampled_from([
            "\\", "\\\\", "<script>", "</b>", "<!-- x", "<?x", "<http://x.org>", "![a](http://x/y.png)", "[a](http://x)",
            "[a]: http://x", "```", "~~~~", "`", "``", "\n", "\n\n", "    ", "> ", "- ", "1. ", "# ", "---", "===", "&lt;",
            "&#60;", "| a |", "a", " ", "<a@b.org>", "!", "[", "]", "http://x.org", "<div>", "\t",
        ]),
        max_size=9,
    ).map("".join),
).map(harmless)  # fmt: skip
LIVE = {"html_block", "html_inline", "image"}


def tokens(text: str, renderer: str = "commonmark") -> Iterator[Any]:
    waiting = MarkdownIt(renderer).parse(text)
    while waiting:
        token = waiting.pop(0)
        yield token
        waiting = [*(token.children or ()), *waiting]


def seen(text: str) -> str:
    """What a reader of the parsed text sees, without white space."""
    words = "".join(
        token.content for token in tokens(text) if token.type in ("text", "text_special", "code_inline", "fence", "code_block")
    )
    return "".join(words.split())


@given(TEXTS)
@example("x \\<script>alert(1)</script> \\![a](http://evil.example/x.png) end")
@example("\\\\\\<b>")
@example("1. a\n2) b\n- c\n+ d\n    e\n\tf\n===\n---")
def test_what_was_typed_is_shown_as_it_stands(text: str) -> None:
    page = literal(text)
    kinds = {token.type for token in tokens(page)}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "hardbreak", "softbreak"}
    assert seen(page) == "".join(text.split())


@given(TEXTS.map(lambda text: " ".join(text.split())))
def test_a_title_is_shown_as_it_stands(text: str) -> None:
    for page in (f"# {escaped(text)}", f"- title: {escaped(text)}"):
        kinds = {token.type for token in tokens(page)}
        assert not kinds & (LIVE | {"link_open", "code_inline", "em_open", "strong_open"})
        assert seen(page).removeprefix("title:") == "".join(text.split())


@given(TEXTS, TEXTS)
@example("x \\<script>alert(1)</script> \\![a](http://evil.example/x.png) end", "")
@example("```\nnever closed", "[a]")
@example("[a]: http://evil.example", "[a]")
@example("a ` b <img src=x> ` c\n\n`<b>`", "")
def test_a_reply_has_no_tag_and_no_image_and_stays_in_its_place(text: str, other: str) -> None:
    page = f"{tamed(text, 2)}\n\nbetween\n\n{tamed(other, 2)}\n"
    found = list(tokens(page))
    assert not LIVE & {token.type for token in found}
    at_top = [token for token in MarkdownIt("commonmark").parse(page) if token.type == "inline" and token.content == "between"]
    assert len(at_top) >= 1
    # In GitHub's dialect, too.
    assert not LIVE & {token.type for token in tokens(page, "gfm-like")}


def test_code_and_headings_of_a_reply_are_kept() -> None:
    text = "# Title\n\n```html\n<b>x</b>\n```\n\nUse `<b>` and **this**, see [docs](https://x.org)."
    assert tamed(text, 2) == text.replace("# Title", "### Title")


@pytest.mark.parametrize(("text", "shown"), [("a < b", "a < b"), ("<b>", "\\<b>"), ("\\<b>", "\\<b>"), ("\\\\<b>", "\\\\\\<b>")])
def test_a_backslash_before_a_tag_is_counted(text: str, shown: str) -> None:
    assert tamed(text, 2) == shown
