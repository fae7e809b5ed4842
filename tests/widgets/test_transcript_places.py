"""Which files a message is about, and where in them."""

from __future__ import annotations

from tally_tui.logs.messages import Item, Kind
from tally_tui.widgets.transcript.masking import masked_body, masked_head
from tally_tui.widgets.transcript.pages import Code, Depth, Diff, Head, Hunk, Label, Output, Prose, Todos
from tally_tui.widgets.transcript.pages import Kind as Shown
from tally_tui.widgets.transcript.places import Place, places_of


def call(name: str, **given: object) -> Item:
    return Item(Kind.TOOL_CALL, 0, 1, name=name, input=given)


def test_a_change_leads_to_its_first_changed_line() -> None:
    hunk = Hunk(40, 42, (" same", " same", "-old", "+new"))
    assert places_of(call("Edit", file_path="a.py"), (Diff("/x/a.py", (hunk,)),)) == [Place("/x/a.py", 44)]
    assert places_of(call("Edit"), (Diff("a.py", (Hunk(0, 0, ("-old", "+new")),)),)) == [Place("a.py", None)]


def test_a_patch_names_several_files_after_their_moves() -> None:
    body = (Diff("a.py → b.py", ()), Diff("c.py (deleted)", ()), Diff("b.py", ()))
    assert [place.path for place in places_of(call("apply_patch"), body)] == ["b.py", "c.py"]


def test_what_was_read_leads_to_where_it_was_read() -> None:
    assert places_of(call("Read", file_path="/x/a.py", offset=200), (Code("x", "", 200),)) == [Place("/x/a.py", 200)]
    assert places_of(call("Read", file_path="/x/a.py", offset=17), ()) == [Place("/x/a.py", 17)]
    assert places_of(call("Bash", command="ls"), (Code("ls"),)) == []


def test_words_that_look_like_files_are_guesses() -> None:
    said = Item(Kind.REPLY, 0, 1, text="See src/tail.py:12, ~/notes.md and https://example.org/a.py. Version 1.2.3")
    found = places_of(said, (Prose(said.text),))
    assert Place("src/tail.py", 12, True) in found and Place("~/notes.md", None, True) in found
    assert all(place.guessed for place in found)
    assert len(places_of(Item(Kind.REPLY, 0, 1, text="a.py b.py " * 900), ())) == 2


KEY = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


def test_secrets_are_masked_in_every_part() -> None:
    private = ("+-----BEGIN RSA PRIVATE KEY-----", "+MIIabc", "+-----END RSA PRIVATE KEY-----", "+x = 1")
    body = (Prose(KEY), Code(KEY), Output(KEY), Label(KEY), Todos((("open", KEY),)), Diff("a", (Hunk(1, 1, private),)),
            Diff("a", (Hunk(1, 1, (f"-{KEY}", " kept")),)))  # fmt: skip
    shown = masked_body(body)
    assert KEY not in repr(shown) and "MIIabc" not in repr(shown)
    assert repr(shown).count("‹Anthropic key›") == 6 and "‹private key›" in repr(shown)
    assert "x = 1" in repr(shown) and "kept" in repr(shown)
    head = Head("k", Shown.TOOL, f"Bash export KEY={KEY}", Depth.TOOLS, note=KEY)
    assert KEY not in repr(masked_head(head))
    plain = Head("k", Shown.TOOL, "Bash ls", Depth.TOOLS)
    assert masked_head(plain) is plain
