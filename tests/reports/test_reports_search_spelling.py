"""Search in every script and spelling, and negation as the complement of finding."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from talks import Line, Talks, answered, called, line, replied, said, thought

from tally_tui.library.folding import joins

NFC, NFD = "NFC", "NFD"


def spelled(form: str, text: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]


def told(form: str) -> list[Line]:
    session = f"{form.lower()}-1"
    folder = spelled(form, "/home/dev/größe-회의록")
    where = {"cwd": folder}
    return [
        said(session, 1, spelled(form, "설정을파일main.py로바꿔 die Größe prüfen, ガイドを開いて tiếng Việt"), **where),
        replied(session, 2, spelled(form, "확인E1234함 gen-itgc后50条 सूची हिन्दी Ёлка, c'est très naïf"), **where),
        line(session, 3, "assistant", [
            {"type": "tool_use", "id": "c3", "name": "Edit", "input": {
                "file_path": spelled(form, "/home/dev/größe-회의록/학점인정.md"), "old_string": "mango", "new_string": "papaya"}},
            {"type": "text", "text": spelled(form, "Zweite Stückliste")},
        ], **where),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Talks:
    talks = Talks(tmp_path_factory.mktemp("spelling"))
    for form in (NFC, NFD):
        talks.write(f"{form.lower()}-1", *told(form))
    talks.write(
        "plain-1",
        said("plain-1", 10, "plain words, a mango -> b"),
        thought("plain-1", 11, "mango juice?"),
        called("plain-1", 12, "Edit", file_path="/srv/app/main.py", old_string="one mango", new_string="two"),
        answered("plain-1", 13, 12, "done: 3 lines, mango"),
        called("plain-1", 14, "Bash", command="ls src/main.py"),
        replied("plain-1", 15, "The file src/main.py is there"),
    )
    talks.account()
    talks.index()
    return talks


@pytest.mark.parametrize(
    "query",
    [
        "Größe", "größe prüfen", '"Größe prüfen"', "파일", "설정을파일main.py로", "확인", "E1234", "E1234함", "gen-itgc", "itgc",
        "ガイド", "tiếng", '"tiếng Việt"', "हिन्दी", "Ёлка", "naïf", "naï*", "Grö*", "re:Gr.ße", "re:학점.정", "re:확인E[0-9]+함",
        "file:*회의록*", "file:학점인정", 'file:"/home/dev/größe-회의록/학점인정.md"', "project:회의록", "project:größe",
        "-harbour Stückliste", "project:größe -ガイド",
    ],
)  # fmt: skip
def test_both_spellings_are_found_by_both(talks: Talks, query: str) -> None:
    for form in (NFC, NFD):
        hits = talks.ask(spelled(form, query)).hits
        assert {hit.session for hit in hits} == {"nfc-1", "nfd-1"}, form
        counts = [sum(hit.session == session for hit in hits) for session in ("nfc-1", "nfd-1")]
        assert counts[0] == counts[1]


@pytest.mark.parametrize("query", ["Größe", "확인", "E1234", "ガイド", "हिन्दी", '"tiếng Việt"'])
def test_a_snippet_marks_whole_letters(talks: Talks, query: str) -> None:
    for hit in talks.ask(query).hits:
        marked = [spelled(NFC, hit.snippet[start:end]) for start, end in hit.spans]
        assert [each.casefold() for each in marked] == [query.strip('"').casefold()]


@pytest.mark.parametrize("inside", ["", "role:assistant ", "role:tool ", "tool:Edit "])
@pytest.mark.parametrize(
    "term",
    ["mango", "main.py", '"->"', '"one mango"', "man*", "re:mang[aeo]", "E1234", "gen-itgc", "ガイド", "파일", "gen", "Größe", "main", "home"],
)
def test_a_negated_term_finds_all_other_messages(talks: Talks, inside: str, term: str) -> None:
    def found(query: str) -> set[tuple[str, int]]:
        return {(hit.file, hit.offset) for hit in talks.ask(query, limit=1000).hits}

    everything = found(inside) if inside else found("re:.")
    with_it, without = found(inside + term), found(f"{inside}-{term}")
    assert not with_it & without
    assert with_it | without == everything


def test_a_snippet_cuts_no_letter_in_two(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    text = spelled(NFD, "확인했습니다" * 40 + " needle " + "ééé" * 200)
    talks.write("cut-1", *(said("cut-1", n, "x" * n + text) for n in range(1, 9)))
    talks.account()
    talks.index()
    for hit in talks.ask("needle").hits:
        shown = hit.snippet.lstrip("x")
        assert not joins(shown[0])
        after = text[text.index(shown) + len(shown) :]
        assert not after or not joins(after[0])
