"""Every script and spelling: what index and checks find together is what a plain look at the text finds."""

from __future__ import annotations

import sqlite3
import unicodedata
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tally_tui.library.folding import Text, composed, fold
from tally_tui.library.phrases import sought
from tally_tui.library.words import indexed
from tally_tui.query import LIBRARY, parse
from tally_tui.query.terms import Term

RUNNING = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")


def script(char: str) -> str:
    """'' for what is no letter; one word for each kind of letter."""
    mark = unicodedata.category(char)[0] == "M"
    if not (char.isalnum() or mark):
        return ""
    first = unicodedata.name(char, "LATIN").split()[0]
    if first in RUNNING:
        return "running"
    return "latin" if first in ("LATIN", "DIGIT", "SUPERSCRIPT", "VULGAR") else "other"


def bare(text: str) -> str:
    """Without case, accents and width."""
    wide = (unicodedata.normalize("NFKC", char) if (unicodedata.east_asian_width(char) in "FH" and char.isalnum())
            or char in "\uff9e\uff9f" else char for char in text)  # fmt: skip
    found = ""
    for char in unicodedata.normalize("NFC", "".join(wide)):
        parts = unicodedata.normalize("NFD", char)
        orders = [unicodedata.combining(part) for part in parts[1:]]
        if orders and parts[0].isalnum() and all(order >= 200 for order in orders):
            char = parts[0]
        if unicodedata.category(char) == "Mn" and (unicodedata.combining(char) >= 200 or char == "\ufe0f"):
            continue
        found += char.casefold() if len(char.casefold()) == 1 else char.lower()
    return found


def scanned(term: Term, text: str) -> bool:
    """Whether a text has a term, looked for letter by letter."""
    if term.op == "regex":
        return bool(term.regex().search(unicodedata.normalize("NFC", text)))
    said, wanted = bare(text), bare(term.values[0].text)
    words = wanted.split()
    if not words:
        return unicodedata.normalize("NFC", term.values[0].text) in unicodedata.normalize("NFC", text)
    for start in range(len(said)):
        at = start
        for number, word in enumerate(words):
            if number:
                if not said[at : at + 1].isspace():
                    break
                while said[at : at + 1].isspace():
                    at += 1
            if not said.startswith(word, at):
                break
            at += len(word)
        else:
            first, last = script(wanted[0]), script(words[-1][-1])
            begins = first in ("", "running") or not start or script(said[start - 1]) != first
            ends = last in ("", "running") or term.op == "prefix" or at == len(said) or script(said[at]) != last
            if begins and ends:
                return True
    return False


def found(term: Term, text: str) -> bool:
    """Whether the index and the checks find it."""
    wanted = sought(term)
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, prefix='2', tokenize='ascii')")
    db.execute("INSERT INTO words (rowid, text) VALUES (1, ?)", (indexed(text),))
    if wanted.words and not db.execute("SELECT 1 FROM words WHERE words MATCH ?", (wanted.expression(),)).fetchone():
        return False
    return not wanted.verified or wanted.holds(Text(text))


def term(text: str) -> Term:
    return parse(text, now=0, tz=ZoneInfo("UTC"), allow=LIBRARY).terms[0]


def both(text: str) -> tuple[str, str]:
    return unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)


PIECES = (
    "gen", "-", "itgc", "main.py", "E1234", "7", "_", " ", "  ", "\n", "/", "日本", "語", "確認", "ガイド", "パ", "カ", "한국", "확인",
    "을", "ㅋㅋ", "ไฟล์", "ก", "กำ", "हिन्दी", "कि", "की", "क़", "файл", "Ёлка", "йод", "שלום", "ב", "ملف", "و", "λ", "ΟΔΟΣ", "ος", "é",
    "Größe", "ß", "ẞ", "được", "\u0301", "x\u0303", "❤️", "👩\u200d💻", "≠", "=", "<", "ＡＢ", "１", "ｶﾞ", "…", "。", "「", "µ", "K",
)  # fmt: skip
SAID = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=SAID, wanted=st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join), kind=st.sampled_from(["", '"', "*"]))
@example("重跑gen-itgc后50条", "gen-itgc", "")
@example("설정E1234확인됨", "E1234확인", "")
@example("เปิดไฟล์main.pyแล้ว", "main.py", "")
def test_what_is_found_is_what_a_plain_look_finds(text: str, wanted: str, kind: str) -> None:
    for said in both(text):
        for asked in both(wanted.strip("-*").strip() or "x"):
            one = Term("text", term(f'"{asked}"').values, {"": "word", '"': "phrase", "*": "prefix"}[kind])  # type: ignore[arg-type]
            assert found(one, said) == scanned(one, said), (asked, said)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("悬空", "重跑gen-itgc后50条悬空引用"), ("gen-itgc", "重跑gen-itgc后"), ("restart_nginx", "サーバーをrestart_nginxで再起動"),
        ("src/main.py", "ファイルsrc/main.pyを開く"), ("E1234", "오류코드E1234확인함"), ("E1234확인", "오류코드E1234확인함"),
        ("getUserName", "ユーザーgetUserName関数"), ("config.yaml", "แก้ไฟล์config.yamlแล้ว"), ("git", "สั่งgitแล้ว"), ("แล้ว", "สั่งgitแล้ว"),
        ("main.py", "फ़ाइलmain.pyखोलो"), ("api", "בapi"), ("GitHub", "وGitHub"), ("nginx", "запустиnginxснова"), ("->", "甲->乙"),
        ("--flag", "加上--flag试试"), ("ㅋㅋ", "확인ㅋㅋㅋ"), ("v2", "ដំឡើងv2រួច"), ("gen*", "重跑generate后"),
        ("Größe", "die größe"), ("ΟΔΟΣ", "οδος"), ("GROẞE", "große"), ("ABC", "ＡＢＣ"), ("ガイド", "ｶﾞｲﾄﾞ"),
        ("❤", "so ❤️ much"), ("👩‍💻", "a 👩‍💻!"), ("re:学.*정", "学점인정"), ("re:caf.$", "cafe\u0301"),
    ],
)  # fmt: skip
def test_words_beside_other_scripts_in_every_spelling(query: str, text: str) -> None:
    for asked in both(query):
        for said in both(text):
            assert found(term(asked), said), (asked, said)


@pytest.mark.parametrize(
    ("query", "text"),
    [("की", "कि"), ("ガ", "カ"), ("gen", "regenerate再"), ("=", "≠"), ("код", "кодекс"), ("api", "בapis"), ("確認", "確 認")],
)
def test_what_is_another_word_is_not_found(query: str, text: str) -> None:
    for asked in both(query):
        for said in both(text):
            assert not found(term(asked), said), (asked, said)


@given(st.text(max_size=30) | SAID)
def test_places_lead_back_into_the_text(text: str) -> None:
    said = Text(text)
    for form, folded in ((fold, True), (composed, False)):
        whole = said.folded if folded else said.composed
        for start in range(len(whole)):
            low, high = said.span(start, start + 1, folded=folded)
            assert 0 <= low < high <= len(text)
            assert whole[start] in form(text[low:high])


@pytest.mark.parametrize("spelling", ["NFC", "NFD"])
def test_a_hit_is_shown_with_all_its_marks(spelling: str) -> None:
    text = unicodedata.normalize(spelling, "die größte Überprüfung, 회의록을 ein")  # type: ignore[arg-type]
    for query in ('"größte Überprüfung"', "회의록", "re:회.록"):
        (place,) = sought(term(query)).places(Text(text))
        shown = unicodedata.normalize("NFC", text[slice(*place)])
        assert shown == query.strip('"').replace("re:회.록", "회의록")
