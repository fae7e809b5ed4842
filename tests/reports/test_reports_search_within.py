"""Walking visits exactly what the search found: the same messages, session by session, as items of the conversation."""

from __future__ import annotations

import os
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from talks import NOW, Talks, answered, called, line, replied, said, thought

from tally_tui.library.facets import GROUPS, Facet
from tally_tui.library.folding import Text
from tally_tui.library.reader import Library
from tally_tui.model import Provider
from tally_tui.query import LIBRARY, parse
from tally_tui.reports.search_answers import SessionPlaces
from tally_tui.reports.search_within import places
from tally_tui.reports.transcripts import Reading
from tally_tui.widgets.transcript.conversation import Conversation

ONE, TWO = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Talks:
    talks = Talks(tmp_path_factory.mktemp("walk"))
    both = [
        {"type": "text", "text": "I think of mauve."},
        {"type": "tool_use", "id": "two-1", "name": "Bash", "input": {"command": "echo indigo"}},
        {"type": "tool_use", "id": "two-2", "name": "Bash", "input": {"command": "echo ochre"}},
    ]
    results = [
        {"type": "tool_result", "tool_use_id": "two-1", "content": "the indigo came out"},
        {"type": "tool_result", "tool_use_id": "two-2", "content": "the ochre came out"},
    ]
    first = [
        said(ONE, 1, "Where is the green lantern kept?"),
        replied(ONE, 2, "In the shed: the green\n  lantern, not the greenlantern."),
        replied(ONE, 3, "The greenlantern only. And green, lanterns."),
        said(ONE, 4, "Wrong turn: paint the crimson lantern"),
        called(ONE, 5, "Bash", command="echo crimson_lantern"),
        answered(ONE, 6, 5, "row\n" * 90 + "a crimson lantern at the end"),
        said(ONE, 7, "Paint it blue"),
        line(ONE, 8, "assistant", both),
        line(ONE, 9, "user", results),
    ]
    last = None
    for each in first:
        each["parentUuid"], last = last, each["uuid"]
    first[6]["parentUuid"] = first[1]["uuid"]  # gone back behind the crimson one
    talks.write(ONE, *first)
    talks.write(
        TWO, said(TWO, 20, "日本語の検索機能"), thought(TWO, 21, "about the lantern -> and 検索"),
        replied(TWO, 22, "x->y, 3.14 and Émile's naïve café"), replied(TWO, 23, "検 索 apart"),
    )  # fmt: skip
    talks.account()
    talks.index()
    return talks


QUERIES = [
    "lantern", '"green lantern"', "green lantern", "lanter*", "re:green.?lantern", "検索", "索", '"検索機能"', "x->y",
    '"3.14"', "emile", "crimson", '"crimson lantern"', "role:tool came", "tool:Bash", "lantern -green", "indigo", "ochre",
    "mauve", "echo", "came out", "is:error",
]  # fmt: skip


def look(talks: Talks, query: str, session: str, *facets: Facet) -> SessionPlaces:
    asked = parse(query, now=NOW, tz=ZoneInfo("UTC"), allow=LIBRARY)
    with Library(talks.shards) as library, talks.ledger() as ledger:
        return places(library, ledger, asked, Provider.CLAUDE, session, facets=facets or tuple(Facet))


def pages(talks: Talks, session: str) -> Conversation:
    with patch.dict(os.environ, talks.environment), talks.ledger() as ledger:
        assert ledger is not None
        reading = Reading(Provider.CLAUDE, session)
        reading.more(ledger)
        return Conversation(reading.told)


@pytest.mark.parametrize("query", QUERIES)
def test_every_message_found_is_walked_to_and_no_other(talks: Talks, query: str) -> None:
    found = talks.ask(query, limit=1_000, typing=True).hits
    for session in (ONE, TWO):
        told = look(talks, query, session)
        here = {(hit.file, hit.offset, hit.facet) for hit in found if hit.root == session}
        assert {(each.file, each.offset, each.facet) for each in told.places} == here
        shown = pages(talks, session)
        for place in told.places:
            items = shown.items_of(place)
            assert items, "each is an item of the conversation"
            texts = "\n".join(text for item in items for text in shown.said(item))
            for term in told.terms:
                assert term.holds(Text(texts))


def test_of_several_calls_in_one_line_the_one_that_has_it_is_meant(talks: Talks) -> None:
    shown = pages(talks, ONE)
    for word, command in (("indigo", "echo indigo"), ("ochre", "echo ochre")):
        told = look(talks, word, ONE)
        assert len(told.places) == 2, "the call and its result"
        items = {item for place in told.places for item in shown.items_of(place)}
        assert [shown.transcript.entries[item].item.input["command"] for item in items] == [command]
    (mauve,) = look(talks, "mauve", ONE).places
    assert [shown.heads[item].title for item in shown.items_of(mauve)] != []


def test_a_hit_in_what_was_taken_back_is_an_item_below_its_rule(talks: Talks) -> None:
    shown = pages(talks, ONE)
    items = [item for place in look(talks, '"crimson lantern"', ONE).places for item in shown.items_of(place)]
    rules = {head.key for head in shown.heads if head.holds}
    assert items and len(rules) == 1
    assert all(shown.heads[item].branch in rules for item in items)


def test_only_the_kinds_of_text_that_were_looked_in(talks: Talks) -> None:
    told = look(talks, "came", ONE, *GROUPS["prompts"])
    assert told.places == ()
    assert {each.facet for each in look(talks, "came", ONE, *GROUPS["tools"]).places} == {"tool_output"}
