"""Search as people use it: what is found, in which order, with which text shown."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from small_logs import at, write
from talks import Talks, answered, called, line, replied, said, span, thought

from tally_tui.ledger.marks import Bookmarked
from tally_tui.library import search as library_search
from tally_tui.library import source
from tally_tui.library.facets import GROUPS
from tally_tui.library.reader import Library
from tally_tui.query import LIBRARY, QueryError, parse
from tally_tui.reports import search as search_report
from tally_tui.reports.search import SearchAnswer, StoppedError, search

FILLER = "filler words\n" * 30
ROLLOUT = "0190000a-0000-7000-8000-00000000000a"


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Talks:
    talks = Talks(tmp_path_factory.mktemp("talks"))
    talks.write(
        "aaaa-1",
        said("aaaa-1", 1, "Please make the lamp blink at the harbour gate"),
        thought("aaaa-1", 2, "A blinking lamp wants a timer"),
        called("aaaa-1", 3, "Bash", command="make blink && ./lamp --flag"),
        answered("aaaa-1", 4, 3, "Exit code 1\nmake: no rule for target blink", failed=True),
        called("aaaa-1", 5, "Edit", file_path="/home/dev/harbour/src/lamp_timer.py", old_string="off", new_string="1"),
        answered("aaaa-1", 6, 5, "The file was updated"),
        replied("aaaa-1", 7, "The lamp blinks now: x->y, café, 東京都庁舎 lamp"),
        {"type": "custom-title", "sessionId": "aaaa-1", "customTitle": "Lighting the gate"},
    )
    talks.write(
        "bbbb-2",
        said("bbbb-2", 100, "the lamp again? exit with code 1", cwd="/home/dev/lantern"),
        replied("bbbb-2", 101, f"Nothing about that lamp\n{FILLER}the end", cwd="/home/dev/lantern"),
    )
    write(
        talks.folder / "codex" / "sessions" / "2026" / "03" / "01" / f"rollout-2026-03-01T03-20-00-{ROLLOUT}.jsonl",
        [
            {"timestamp": at(200), "type": "session_meta", "payload": {"id": ROLLOUT, "cwd": "/home/dev/lantern"}},
            {"timestamp": at(201), "type": "event_msg",
             "payload": {"type": "user_message", "message": "lamp from codex"}},
        ],
    )
    talks.account()
    talks.index()
    return talks


def test_newest_first_with_titles_projects_and_roles(talks: Talks) -> None:
    answer = talks.ask("lamp")
    times = [hit.time_ms for hit in answer.hits]
    assert times == sorted(times, reverse=True)
    assert (answer.total, answer.total_is_exact, answer.finished) == (len(answer.hits), True, True)
    newest, *_, oldest = answer.hits
    assert (newest.provider, newest.session) == ("codex", ROLLOUT)
    assert (oldest.title, oldest.project, oldest.role) == ("Lighting the gate", "harbour", "user")
    assert oldest.score is None
    groups = answer.by_session()
    assert [group.session for group in groups] == [ROLLOUT, "bbbb-2", "aaaa-1"]
    assert sum(len(group.hits) for group in groups) == len(answer.hits)


def test_spans_are_what_was_sought(talks: Talks) -> None:
    for hit in talks.ask("lamp").hits:
        assert hit.spans
        assert {hit.snippet[start:end].lower() for start, end in hit.spans} == {"lamp"}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("blink", 3), ("blink*", 5), ("harbour gate", 1), ("nowhere", 0), ("lamp -blink", 6), ("lamp -blink*", 4),
        ('"exit code 1"', 1), ("exit code", 2), ('"code exit"', 0), ('-"exit code 1" code', 1),
        ("--flag", 1), ("lamp_timer", 1), ("->", 1), ("cafe", 1), ("CAFÉ", 1),
        ("東京", 1), ("京都", 1), ("都", 1), ("東京都庁", 1), ("京東", 0),
        (r"re:blink(s|ing)", 2), ("re:^the.end$", 1), ("lamp re:timer", 2),
        ("session:aaaa lamp", 5), ("session:bbbb", 2), ("provider:codex lamp", 1), ("-provider:codex lamp", 7),
        ("project:harbour lamp", 5), ("project:lantern lamp", 3), ("project:none lamp", 0), ("branch:main lamp", 7),
        ("model:sonnet lamp", 7), ("model:gpt lamp", 0), ("tokens:>1 lamp", 7), ("cost:>5 lamp", 0),
        ("role:user lamp", 3), ("role:assistant lamp", 5), ("role:tool exit", 1), ("-role:user lamp", 5),
        ("tool:Bash", 2), ("tool:bash,edit", 4), ("tool:Bash exit", 1), ("tool:Read", 0), ("lamp -tool:Bash", 7),
        ("file:*.py", 2), ("file:lamp_timer updated", 1), ("file:*.rs", 0), ("-file:*.py lamp", 7),
        ("is:error", 1), ("is:error blink", 1), ("lamp -is:error", 8), ("is:gone", 0), ("-is:subagent lamp", 8),
        ("lamp since:2026-03-01T01:00", 3), ("lamp until:2026-03-01T01:00", 5), ("lamp since:2026-04", 0),
        ('lamp "', -1),
    ],
)  # fmt: skip
def test_what_is_found(talks: Talks, query: str, count: int) -> None:
    if count < 0:
        with pytest.raises(QueryError):
            talks.ask(query)
        return
    answer = talks.ask(query)
    assert (len(answer.hits), answer.total) == (count, count), [hit.snippet for hit in answer.hits]


def test_only_the_last_word_goes_on_while_typing(talks: Talks) -> None:
    assert talks.found("lam") == []
    assert len(talks.found("lam", typing=True)) == 8
    assert len(talks.found("lamp bli", typing=True)) == 4
    assert talks.found("bli lamp", typing=True) == []
    assert len(talks.found("lamp ", typing=True)) == len(talks.found("lamp"))


@pytest.mark.parametrize(
    ("group", "facets"),
    [
        ("prompts", {"prompt"}), ("replies", {"reply"}), ("thinking", {"thinking"}), ("tools", {"tool_input"}),
        ("files", {"file"}),
    ],
)
def test_each_kind_of_text_can_be_chosen(talks: Talks, group: str, facets: set[str]) -> None:
    hits = talks.ask("lamp", facets=GROUPS[group]).hits
    assert {hit.facet for hit in hits} == facets


def test_titles_can_be_found(talks: Talks) -> None:
    (hit,) = talks.ask("lighting", facets=GROUPS["titles"]).hits
    assert (hit.snippet, hit.session) == ("Lighting the gate", "aaaa-1")


def test_ranking_puts_the_best_first(talks: Talks) -> None:
    hits = talks.ask("lamp blink*", ranked=True).hits
    scores = [hit.score for hit in hits]
    assert None not in scores
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]
    assert hits[0].snippet.startswith("Please make the lamp blink")
    exact, loose = talks.ask("exit code", ranked=True).hits
    assert "Exit code 1" in exact.snippet or (exact.score or 0) >= (loose.score or 0)


def test_a_page_is_the_newest_and_the_count_goes_on(talks: Talks) -> None:
    everything = talks.ask("lamp").hits
    told: list[SearchAnswer] = []
    answer = talks.ask("lamp", limit=3, progress=told.append)
    assert answer.hits == everything[:3]
    assert (answer.total, answer.total_is_exact) == (8, True)
    assert told[0].hits == everything[:3]
    assert not told[0].finished


def test_a_snippet_is_a_few_lines_around_the_place(talks: Talks) -> None:
    (hit,) = (hit for hit in talks.ask("end").hits if hit.facet == "reply")
    assert "the end" in hit.snippet
    assert len(hit.snippet.split("\n")) <= 3
    assert "Nothing about" not in hit.snippet


def test_copies_of_a_message_are_shown_once(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    first = [said("one-1", 1, "a unique question"), replied("one-1", 2, "its answer")]
    talks.write("one-1", *first)
    copies = [each | {"sessionId": "two-2"} for each in first]
    talks.write("two-2", *copies, said("two-2", 9, "another unique question"))
    talks.write("three-3", *(each | {"sessionId": "three-3", "forkedFrom": {"sessionId": "one-1"}} for each in first))
    talks.write("four-4", said("four-4", 1, "a third unique question of the same minute"))
    talks.index()
    assert sorted(talks.found("unique")) == [
        "a third unique question of the same minute", "a unique question", "another unique question"
    ]  # fmt: skip
    for limit, ranked in ((1, False), (2, False), (50, False), (2, True), (50, True)):
        told = talks.ask("unique", limit=limit, ranked=ranked)
        assert (told.total, told.total_is_exact) == (3, True), "as many as there are, however few are listed"
        assert len(told.hits) == min(limit, 3), "the place of a copy is taken by the next"


def test_what_one_text_of_a_message_lacks_may_stand_in_another(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.write(
        "one-1",
        line("one-1", 1, "assistant", [
            {"type": "thinking", "thinking": "the red lamp, then", "signature": "s"},
            {"type": "text", "text": "A lamp that is red"},
            {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "paint lamp red"}},
        ]),
    )  # fmt: skip
    talks.index()
    assert talks.found('"red lamp"') == ["the red lamp, then"]
    assert talks.found('"lamp that is red"') == ["A lamp that is red"]
    assert talks.found('"lamp red"') == ["paint lamp red"]
    assert len(talks.found("red lamp")) == 1, "it is one message"


def test_colours_and_pictures_of_a_terminal_are_no_part_of_its_words(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.write(
        "one-1",
        called("one-1", 1, "Bash", command="make check"),
        answered("one-1", 2, 1, "\x1b[1;31mFAILED\x1b[0m tests/\x1b[32mlamp\x1b[m_test.py\x1b(B done \ue0a0main \U000f0a0amaster"),
    )
    talks.index()
    for query in ("failed", "main", "master", '"failed tests/lamp_test.py"', "re:/lamp_test", "lamp_test.py", "\ue0a0main"):
        assert talks.ask(query).total == 1, query
    assert talks.found("failed") == ["FAILED tests/lamp_test.py done \ue0a0main \U000f0a0amaster"]


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("यह हिन्दी भाषा में है", ["हिन्दी", "हिन्*", '"हिन्दी भाषा"']),
        ("نكتب مُحَمَّد هنا", ["محمد", "مُحَمَّد"]),
        ("בְּרֵאשִׁית ברא", ["בראשית", "ברא"]),
        ("Tiếng Việt, Tie\u0302\u0301ng", ["tieng", "viet", "Tiếng", "Tie\u0302\u0301ng", "vi*"]),
        ("Καλημέρα ΚΌΣΜΕ", ["καλημερα", "κόσμε", '"καλημέρα κοσμε"']),
        ("ёлка и Й", ["елка", "ЁЛКА"]),
        ("นี่คือภาษาไทยที่ใช้", ["ภาษาไทย", "ไทย", "นี่คือภาษาไทยที่ใช้"]),
        ("ភាសាខ្មែរ", ["ខ្មែរ"]),
        ("\U0001e900\U0001e922 ᲐᲑ", ["\U0001e900\U0001e922", "ᲐᲑ"]),
    ],
)
def test_every_script_can_be_searched(tmp_path: Path, text: str, queries: list[str]) -> None:
    talks = Talks(tmp_path)
    talks.write("one-1", said("one-1", 1, f"before {text} behind"), said("one-1", 2, "nothing of the kind"))
    talks.index()
    for query in queries:
        assert talks.found(query) == [f"before {text} behind"], query


@pytest.mark.parametrize("query", ["role:boss lamp", "-role:user,boss"])
def test_a_role_that_nobody_has_is_pointed_at(talks: Talks, query: str) -> None:
    with pytest.raises(QueryError) as caught:
        talks.ask(query)
    assert caught.value.word == query.split()[0]
    assert "user, assistant, tool, title" in caught.value.suggestion


def test_a_role_in_kinds_of_text_that_it_never_has_finds_nothing(talks: Talks) -> None:
    assert talks.ask("role:user lamp", facets=GROUPS["replies"]).total == 0
    assert talks.ask("-role:user -role:assistant -role:tool -role:title lamp").total == 0


def test_without_a_ledger_what_only_it_knows_is_an_error(tmp_path: Path) -> None:
    talks = Talks(tmp_path)
    talks.write("one-1", said("one-1", 1, "hello there"))
    talks.index()
    (hit,) = talks.ask("hello session:one provider:claude").hits
    assert (hit.session, hit.title, hit.project) == ("one-1", "", None)
    with pytest.raises(QueryError) as caught:
        talks.ask("hello project:web")
    assert caught.value.word == "project:web"


@pytest.mark.parametrize("query", ["is:bookmarked,error lamp", "is:error,gone lamp"])
def test_what_cannot_be_asked_points_at_the_word(talks: Talks, query: str) -> None:
    with pytest.raises(QueryError) as caught:
        talks.ask(query)
    assert caught.value.word == query.split()[0]


def test_bookmarks_are_chosen_by_the_message(talks: Talks) -> None:
    by_id = Bookmarked(frozenset({"aaaa-1-1-user"}))
    (hit,) = talks.ask("is:bookmarked lamp", bookmarks=by_id).hits
    assert hit.uuid == "aaaa-1-1-user"
    assert len(talks.ask("-is:bookmarked lamp", bookmarks=by_id).hits) == 7
    by_place = Bookmarked(places=frozenset({f"{hit.session}:{hit.offset}"}))
    assert [each.uuid for each in talks.ask("is:bookmarked lamp", bookmarks=by_place).hits] == ["aaaa-1-1-user"]
    assert talks.ask("is:bookmarked lamp", bookmarks=Bookmarked()).hits == ()


def test_a_stopped_search_ends_and_the_next_one_works(talks: Talks) -> None:
    query = parse("lamp", now=0, tz=time_zone(), allow=LIBRARY)
    with Library(talks.shards) as library:
        with pytest.raises(StoppedError):
            search(library, None, query, stopped=lambda: True)
        library.interrupt()
        assert len(search(library, None, query).hits) == 8


@pytest.mark.parametrize("block", [1, 300, 1 << 16])
def test_patterns_find_the_same_however_much_is_read_at_once(
    talks: Talks, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    queries = (r"re:lamp\b", r"re:(timer|gate).*", r"re:\d.*->|x->y", "re:nowhere", "re:..", "-re:lamp")
    expected = [talks.ask(query).hits for query in queries]
    assert [len(hits) for hits in expected[:4]] == [7, 4, 1, 0]
    monkeypatch.setattr(source, "BLOCK", block)
    monkeypatch.setattr(source, "BLOCKS", 1)
    assert [talks.ask(query).hits for query in queries] == expected


def test_a_search_that_takes_its_time_says_how_far_back_it_has_looked(
    talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_report, "TELL_WAY_S", -1.0)
    monkeypatch.setattr(library_search, "OFTEN", 1)
    monkeypatch.setattr(library_search, "FETCHED", 2)
    told: list[SearchAnswer] = []
    last = talks.ask("re:nowhere", progress=told.append)
    backs = [each.back_to_ms for each in told if each.back_to_ms is not None]
    assert backs
    assert backs == sorted(backs, reverse=True)
    shares = [each.share for each in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
    assert not any(each.finished or each.hits for each in told)
    assert (last.finished, last.back_to_ms, last.hits) == (True, None, ())


def test_a_span_narrows(talks: Talks) -> None:
    hits = talks.ask("lamp").hits
    middle = hits[3].time_ms
    assert [hit.time_ms for hit in talks.ask("lamp", span=span(middle, middle + 1)).hits] == [middle]


def test_time_is_right(talks: Talks) -> None:
    oldest = talks.ask("lamp").hits[-1]
    assert time.strftime("%Y-%m-%dT%H:%M", time.gmtime(oldest.time_ms / 1000)) == "2026-03-01T00:01"


def time_zone() -> object:
    from zoneinfo import ZoneInfo

    return ZoneInfo("UTC")
