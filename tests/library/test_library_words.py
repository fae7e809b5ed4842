"""Words of texts and of queries: the index and Python cut them alike."""

from __future__ import annotations

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from tally_tui.library.folding import fold
from tally_tui.library.phrases import quoted
from tally_tui.library.words import indexed, words_of

LETTERS = st.text(
    "abzAZ09éÉñüßøØжЖёωΩάếİ日本語テガ한국어हिन्दीกี่מְمُღᲐ\u0301\U0001e900\ue0a0½ _-./:'\"()→\n", max_size=30
)


def index_of(text: str) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, tokenize='ascii')")
    db.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", (indexed(text),))
    return db


@given(LETTERS)
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    db = index_of(text)
    for word in words_of(text):
        found = db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (quoted(word) + "*",)).fetchone()[0]
        assert found == 1, word


@given(LETTERS, LETTERS)
def test_any_part_of_a_cjk_run_is_found(before: str, after: str) -> None:
    db = index_of(f"{before} 東京都庁舎 {after}")
    for part in ("東京", "京都", "都庁舎", "東京都庁舎", "都"):
        expression = " AND ".join(map(quoted, words_of(part))) + ("*" if len(part) == 1 else "")
        assert db.execute("SELECT count(*) FROM words WHERE words MATCH ?", (expression,)).fetchone()[0] == 1


@given(st.text(max_size=40))
def test_no_text_is_refused(text: str) -> None:
    index_of(text)


def test_half_characters_and_marks_do_no_harm() -> None:
    db = index_of("left\ud800right \uf8e11 \x00nul")
    assert db.execute("SELECT count(*) FROM words WHERE words MATCH '\"left\"*'").fetchone()[0] == 1
    assert db.execute("SELECT count(*) FROM words WHERE words MATCH ?", ('"\uf8e11"',)).fetchone()[0] == 0


def test_accents_and_case_do_not_matter() -> None:
    assert fold("CAFÉ Ünïcode") == "cafe unicode"
