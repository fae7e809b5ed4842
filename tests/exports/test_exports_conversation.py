"""Conversations as documents: all of it there, nothing of it acting, secrets masked."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conversation_logs import CHILD, MAIN, THREAD, write_home
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.exports.harmless import AsLogged, harmless, one_line, plain_output
from tally_tui.exports.html import html
from tally_tui.exports.json import document
from tally_tui.exports.markdown import markdown
from tally_tui.ledger.open import open_reader
from tally_tui.reports.conversation import conversation
from tally_tui.rules.redaction import shareable, shareable_value

VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_home(folder)
    return folder


@pytest.fixture
def db(home: Path) -> Iterator[sqlite3.Connection]:
    db = open_reader(home / "data" / "ledger.db")
    yield db
    db.close()


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_markdown_has_the_conversation_in_order(db: sqlite3.Connection) -> None:
    page = "".join(markdown(conversation(db, MAIN), VIENNA, shareable))
    words = ["Count the boats", "I will look", "And the oars", "DB_PASSWORD", "167,000 → 3,000 tokens", "interrupted"]
    places = [page.index(each) for each in words]
    assert places == sorted(places)
    assert "\\<script>alert(1)\\</script> \\![x](" in page  # words, not a tag and an image to fetch
    assert "```diff\n@@ -1,1 +1,1 @@\n-x = 1\n+x = 2\n```" in page
    assert "another branch: 2 items taken back" in page
    assert "Subagent counter: Count oars" in page
    assert "> " in page
    assert "**Bash: make** · 09:22 · failed" in page


def test_a_page_needs_nothing_else_and_does_nothing(db: sqlite3.Connection) -> None:
    page = "".join(html(conversation(db, MAIN), VIENNA, shareable))
    read = Page(page)
    assert not read.open
    assert read.tags.isdisjoint({"script", "img", "iframe", "link", "object", "form"})
    assert read.links == ["http://evil.example/x.png"]  # to be clicked, not fetched
    assert "default-src 'none'" in page
    words = "".join(read.text)
    assert "<script>alert(1)</script>" in words  # as words
    assert "Count oars" in words
    assert read.text.count("x = 1") == 0
    assert "-x = 1" in words


@pytest.mark.parametrize("write", [markdown, html])
def test_nothing_in_a_transcript_acts_on_a_terminal(db: sqlite3.Connection, write: object) -> None:
    for name in (MAIN, THREAD, CHILD):
        page = "".join(write(conversation(db, name, branches=True), VIENNA, str))  # type: ignore[operator]
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert "Mended" not in page


def test_secrets_and_homes_are_masked_unless_raw(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN)
    for write in (markdown, html):
        page = "".join(write(told, VIENNA, shareable))
        assert "Tr0ub4dor" not in page
        assert "/home/mira" not in page
        assert "Tr0ub4dor" in "".join(write(told, VIENNA, str))
    text = json.dumps(document(told, shareable_value))
    assert "Tr0ub4dor" not in text
    assert "/home/mira" not in text
    assert "Tr0ub4dor" in json.dumps(document(told, lambda value: value))


def test_json_holds_what_the_conversation_does(db: sqlite3.Connection) -> None:
    told = conversation(db, MAIN)
    made = document(told, shareable_value)
    assert made["schema"] == "tally.conversation/1"
    assert [message["kind"] for message in made["messages"]] == [e.block.item.kind.word for e in told.entries]
    bash = next(message for message in made["messages"] if message["name"] == "Bash")
    assert (bash["input"], bash["failed"]) == ({"command": "ls boats"}, False)
    assert "ok" in bash["output"]
    agent = next(message for message in made["messages"] if message["subagents"])
    assert agent["subagents"][0]["agent"] == "counter"
    json.dumps(made)


def test_the_time_is_from_the_first_to_the_last_of_what_is_shown(db: sqlite3.Connection) -> None:
    made = document(conversation(db, MAIN), shareable_value)
    times = [each["time"] for each in made["messages"]]
    for agent in [agent for each in made["messages"] for agent in each["subagents"]] + made["subagents"]:
        times += [agent["first_time"], agent["last_time"]]
        assert agent["first_time"] == min(each["time"] for each in agent["messages"])
    assert made["first_time"] == min(filter(None, times))
    assert made["last_time"] >= max(filter(None, times)), "what came of the last call is later than the call"
    prompts = document(conversation(db, MAIN, depth=1), shareable_value)
    assert prompts["last_time"] == prompts["messages"][-1]["time"]


def test_codex_work_is_told_whole(db: sqlite3.Connection) -> None:
    page = "".join(markdown(conversation(db, THREAD), VIENNA, shareable))
    assert "```diff\n*** Update ~/a.py\n@@ -1 +1 @@\n-x\n+y\n```" in page
    assert "**exec: ls**" in page
    assert page.count("net.py") == 1
    assert "Helping." in page
    assert "rewound" in page


@given(st.text())
def test_what_is_written_is_plain_text(text: str) -> None:
    for made in (harmless(text), plain_output(text)):
        assert all(each.isprintable() or each in "\n\t\u200c\u200d\ufe0e\ufe0f" for each in made)
    assert "\n" not in one_line(text)


def test_colours_of_output_are_left_out_and_other_signs_written() -> None:
    assert plain_output("\x1b[1;32mok\x1b[0m\x1b]8;;http://x\x07link\x1b]8;;\x07\x07") == "oklink\\x07"
    assert harmless("a\u202eb\r\nc\td") == "a\\u202eb\nc\td"


KEPT = "glyph \ue0b0, word\u2060joiner, no\u00a0break, soft\u00adhyphen, zero\u200bwidth, \U000f0001, line\u2028end"


def test_what_is_wanted_as_logged_keeps_every_character_that_is_only_shown() -> None:
    assert harmless(AsLogged(KEPT)) == plain_output(AsLogged(KEPT)) == KEPT
    assert harmless(AsLogged("a\x1b[31mb\x07\u202ec\r\nd\x9be")) == "a\\x1b[31mb\\x07\\u202ec\nd\\x9be"
    assert plain_output(AsLogged("\x1b[31mred \ue0b0\x1b[0m")) == "red \ue0b0"
    assert one_line(AsLogged("a \ue0b0\u2060 b")) == "a \ue0b0\u2060 b"
    assert "\ue0b0" not in harmless(KEPT)
