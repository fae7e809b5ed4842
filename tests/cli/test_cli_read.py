"""`tally-tui read`: a session by the beginning of its id, in every form."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Tally = Callable[..., Any]


@pytest.fixture
def session(month: Any, tally: Tally) -> str:
    rows = tally("sessions", "--json", "--no-sync").json["rows"]
    return str(next(row["session"] for row in rows if row["provider"] == "claude" and row["subagents"]))


def test_without_a_form_it_is_the_chat(tally: Tally, session: str) -> None:
    chat = tally("read", session, "--no-sync")
    assert (chat.status, chat.err) == (0, "")
    assert chat.out.startswith("# ")
    assert "## You · " in chat.out
    assert chat.out == tally("read", session, "--no-sync", "--md", "--depth", "2").out
    assert len(tally("read", session, "--no-sync", "--depth", "5").out) > len(chat.out)


def test_the_beginning_of_an_id_is_enough(tally: Tally, session: str) -> None:
    assert tally("read", session[:13], "--no-sync").out == tally("read", session, "--no-sync").out


def test_json_and_html(tally: Tally, session: str) -> None:
    document = tally("read", session, "--json", "--no-sync").json
    assert (document["schema"], document["session"]) == ("tally.conversation/1", session)
    assert any(message["kind"] == "tool_call" for message in document["messages"])
    assert tally("read", session, "--html", "--no-sync").out.startswith("<!doctype html>")


def test_depths_have_words(tally: Tally, session: str) -> None:
    for word, number in (("prompts", "1"), ("chat", "2"), ("all", "5")):
        by_word = tally("read", session, "--no-sync", "--depth", word)
        assert by_word.status == 0 and by_word.out == tally("read", session, "--no-sync", "--depth", number).out


def test_names_and_secrets_are_masked_apart(tally: Tally, session: str) -> None:
    folder = tally("read", session, "--no-sync", "--json", "--raw").json["folder"]
    assert tally("read", session, "--no-sync", "--json", "--named").json["folder"] == folder
    assert tally("read", session, "--no-sync", "--json").json["folder"] != folder or "/home/" not in folder


def test_every_session_of_the_month_can_be_read(month: Any, tally: Tally) -> None:
    for row in tally("sessions", "--json", "--no-sync").json["rows"]:
        read = tally("read", row["session"], "--json", "--no-sync")
        assert read.status == 0, read.err
        assert read.json["messages"] or read.json["subagents"]


def test_every_field_is_described(tally: Tally, session: str) -> None:
    from pathlib import Path

    told = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    document = tally("read", session, "--json", "--no-sync").json
    message = document["messages"][0]
    assert "## tally.conversation/1" in told
    for name in (*document, *message, *(message["turn"] or {})):
        assert re.search(rf"\b{name}\b", told), name


@pytest.mark.usefixtures("month")
def test_what_is_not_understood_is_pointed_at(tally: Tally) -> None:
    nothing = tally("read", "zzz", "--no-sync")
    assert (nothing.status, nothing.out) == (2, "")
    assert "no session has the id 'zzz'" in nothing.err
    assert "^^^" in nothing.err
    assert "which session" in tally("read").err
    several = tally("read", "0", "--no-sync")
    assert several.status == 2
    assert "begins with '0'" in several.err
    assert tally("read", "a", "--md", "--html").status == 2
    assert "It takes 1, 2" in tally("read", "a", "--depth", "6").err
