from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tally_tui.model import NANO, Span
from tally_tui.query import LEDGER, LIBRARY, Query, QueryError, Term, complete, describe, join
from tally_tui.query import parse as parse_with
from tally_tui.query.fields import FIELDS, FLAGS

BERLIN = ZoneInfo("Europe/Berlin")


def ms(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)).timestamp() * 1000)


NOW = ms("2026-11-22T14:30")


def parse(text: str, allow: frozenset[str] | None = None) -> Query:
    return parse_with(text, now=NOW, tz=BERLIN, allow=allow)


def only(text: str) -> Term:
    (term,) = parse(text).terms
    assert (term.start, term.end) == (0, len(text))
    return term


def refused(text: str, allow: frozenset[str] | None = None) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text, allow)
    return caught.value


def test_an_empty_query_wants_everything():
    assert parse("  \t") == Query(text="  \t") and describe(parse("")) == ""


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [
        ("timeout", "word", "timeout"),
        ('"exit code 1"', "phrase", "exit code 1"),
        ("time*", "prefix", "time"),
        (r"re:time.?out\b", "regex", r"time.?out\b"),
        (r're:"exit code [1-9]\d"', "regex", r"exit code [1-9]\d"),
        (r'"say \"hi\" \\ \n"', "phrase", r'say "hi" \ \n'),
        ('don"t', "word", 'don"t'),
        ("--no-sync", "word", "--no-sync"),
        ("http://x.org/a?b=c", "word", "http://x.org/a?b=c"),
        ("12:30", "word", "12:30"),
        ("->", "word", "->"),
        ("std::move", "word", "std::move"),
        (r"C:\new", "word", r"C:\new"),
        ("TypeError:", "word", "TypeError:"),
        ("gpt-5:high", "word", "gpt-5:high"),
        ("-", "word", "-"),
        ("*", "word", "*"),
        ("日本語", "word", "日本語"),
    ],
)
def test_what_is_searched_for(text, op, value):
    term = only(text)
    assert (term.field, term.op, term.words, term.negated) == ("text", op, (value,), False)


@pytest.mark.parametrize(
    "text", ["-timeout", '-"exit code"', "-time*", "-re:x+", "-model:opus", "-cost:>1", "-is:error"]
)
def test_a_minus_negates(text):
    assert only(text).negated and not only(text[1:]).negated


def test_words_without_a_space_after_a_phrase_stand_alone():
    assert [term.words for term in parse('"a b"c').terms] == [("a b",), ("c",)]


def test_regular_expressions_do_not_mind_case_unless_told():
    assert only("re:Time.?out").regex().search("a TIME-OUT")
    assert not only("re:(?-i:Time)").regex().search("TIME")


@pytest.mark.parametrize(
    ("text", "found", "wanted"),
    [
        ("model:opus", "claude-opus-4-8", True),
        ("model:OPUS", "claude-opus-4-8", True),
        ("model:opus", "gpt-5", False),
        ("model:opus,sonnet", "claude-sonnet-4-6", True),
        ('model:"gpt-5"', "gpt-5", True),
        ('model:"gpt-5"', "gpt-5.5", False),
        ("model:gpt-5", "gpt-5.5", True),
        ("model:gpt-5*", "gpt-5.5", True),
        ("model:*4-8", "claude-opus-4-8", True),
        ("model:c*op*8", "claude-opus-4-8", True),
        ("model:opus*", "claude-opus-4-8", False),
        ("model:a*a", "a", False),
        ("model:a*a", "aa", True),
        ("-model:opus", "gpt-5", True),
        ("-model:opus", None, True),
        ("model:opus", None, False),
        ("branch:none", None, True),
        ("branch:none", "", True),
        ("branch:none", "none", False),
        ('branch:"none"', "none", True),
        ("-branch:none", "main", True),
        ('branch:""', None, True),
        ('project:"my app"', "my app", True),
        ('project:*"my app"*', "not my app at all", True),
        ('project:"a*b"', "a*b", True),
        ('project:"a*b"', "axb", False),
        ('project:"a,b",c', "a,b", True),
        ("branch:*", "main", True),
        ("branch:*", None, False),
        ("project:STRASSE", "straße", True),
    ],
)
def test_what_a_field_matches(text, found, wanted):
    assert only(text).matches(found) is wanted


@given(st.text("ab%_\\*", max_size=6), st.lists(st.text("ab%_\\", max_size=3), min_size=2, max_size=4))
def test_the_pattern_for_sql_matches_what_the_value_matches(found, parts):
    import sqlite3

    text = "*".join(parts)
    value = parse("file:" + text).terms[0].values[0] if text.replace('"', "") else None
    if value is None or not found:
        return
    database = sqlite3.connect(":memory:")
    (answer,) = database.execute("SELECT ? LIKE ? ESCAPE '\\'", (found, value.like())).fetchone()
    database.close()
    assert bool(answer) == value.matches(found)


def test_names_of_fields_may_be_in_any_case():
    assert only("Project:web").field == "project" and only("IS:Subagent").words == ("subagent",)


def test_choices_are_known_words():
    assert only("provider:claude").words == ("claude",) and only("provider:openai").words == ("codex",)
    assert only("is:unpriced,estimated").words == ("unpriced", "estimated")
    assert only("reason:re*").words == ("replay", "repeat", "record")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("cost:>1", NANO + 1, None),
        ("cost:>=1", NANO, None),
        ("cost:<1", None, NANO - 1),
        ("cost:<=$0.05", None, NANO // 20),
        ("cost:1..2.5", NANO, NANO * 5 // 2),
        ("cost:1..", NANO, None),
        ("cost:..2", None, 2 * NANO),
        ("cost:>1k", 1000 * NANO + 1, None),
        ("cost:1.23", 1_225_000_000, 1_234_999_999),
        ("cost:0", 0, 0),
        ("tokens:>100k", 100_001, None),
        ("tokens:≥1.5M", 1_500_000, None),
        ("tokens:=1200", 1200, 1200),
        ("tokens:1,200", 1200, 1200),
        ("tokens:1.2M", 1_150_000, 1_249_999),
        ("tokens:10k..20K", 10_000, 20_000),
        ("tokens:>0.5", 1, None),
        ("tokens:<0.5", None, 0),
        ("tokens:2B", 1_500_000_000, 2_499_999_999),
    ],
)
def test_numbers(text, low, high):
    term = only(text)
    assert (term.low, term.high) == (low, high)
    probe = next(n for n in (low, high) if n is not None)
    assert term.holds(probe) and not only("-" + text).holds(probe)


def test_dates_become_the_span_they_have_in_common():
    assert parse("since:2026-11-01 until:2026-11-01").span == Span(ms("2026-11-01"), ms("2026-11-02"))
    assert parse("since:2026-11 x since:7d until:2027 until:today").span == Span(
        ms("2026-11-15T14:30"), ms("2026-11-23")
    )
    assert parse('since:"2026-11-01 08:00"').span == Span(ms("2026-11-01T08:00"), None)
    assert parse("x since:7d").of("since") == () and parse("x since:7d").dates[0].words == ("7d",)


@pytest.mark.parametrize(
    ("text", "word", "hint"),
    [
        ("projct:x", "projct", "project:"),
        ("foo modle:x", "modle", "model:"),
        ("proj:x", "proj", "project:"),
        ("localhost:8080", "localhost", '"localhost:8080"'),
        ("since:yestreday", "yestreday", "yesterday"),
        ("until:2026-02-30 x", "2026-02-30", "28 days"),
        ("cost:lots", "lots", "cost:>1"),
        ("cost:-1", "-1", "cost:>1"),
        ("tokens:>1x", ">1x", "tokens:>100k"),
        ("cost:..", "..", "cost:>1"),
        ("cost:5..1", "5..1", "smaller"),
        ('foo "bar baz', '"bar baz', '"'),
        ('project:"x y', '"x y', '"'),
        ("re:(a", "(a", "\\"),
        ("re:", "re:", "re:"),
        ("is:subagnt", "subagnt", "subagent"),
        ("is:zzz", "zzz", "bookmarked"),
        ("provider:gemini", "gemini", "codex"),
        ("project:", "project:", "project:web"),
        ("project:a,,b", ",", "project:web"),
        ("-since:7d", "-since:7d", "until:"),
        ("since:today until:yesterday", "until:yesterday", "after"),
        ("a*b", "a*b", "re:a.*b"),
        ('x ""', '""', "delete"),
        ("a\ud800b", "\ud800", "delete"),
        ("re:a{99999999999}", "a{99999999999}", ""),
    ],
)
def test_what_is_not_understood_is_pointed_at(text, word, hint):
    error = refused(text)
    assert error.word == word and hint in error.suggestion and error.message
    assert "\n" not in str(error)


def test_the_pointer_stands_under_the_word():
    assert refused("foo projct:x").pointer() == "foo projct:x\n    ^^^^^^"
    assert refused("日本語 projct:x").pointer() == "日本語 projct:x\n       ^^^^^^"
    assert refused("a\u0301 is:漢字").pointer() == "a\u0301 is:漢字\n     ^^^^"
    assert refused("a\tb\x1b\n is:x").pointer() == "a b\N{REPLACEMENT CHARACTER}  is:x\n         ^"


def test_a_field_that_says_nothing_here_says_where_it_does():
    assert "searches conversations; it says nothing about cost" in refused("role:user", LEDGER).message
    assert "it says nothing about conversations" in refused("reason:copy", LIBRARY).message
    assert "is:error" in refused("is:error", LEDGER).message
    assert refused("word", frozenset({"model"})).word == "word"
    assert parse("is:gone model:opus cost:>1 7d", LEDGER).terms
    assert parse("is:bookmarked role:user", LIBRARY).terms


WORDS = st.sampled_from(
    [
        "a",
        "-",
        '"',
        "\\",
        "*",
        ":",
        ",",
        " ",
        "re:",
        "since:",
        "until:",
        "cost:",
        "tokens:",
        "is:",
        "project:",
        "model:",
        ">",
        "<=",
        "..",
        "7d",
        "1.5k",
        "2026-11-01",
        "subagent",
        "none",
        "(",
        "[",
        "日",
        "\ud800",
        "\n",
        "9" * 30,
    ]
)


@given(st.text(max_size=30) | st.lists(WORDS, max_size=12).map("".join))
@example("since:²d")
@example("cost:²")
@example("re:[[a]")
def test_any_text_is_a_query_or_a_query_error(text):
    try:
        query = parse(text)
    except QueryError as error:
        assert error.text == text and 0 <= error.start <= error.end <= len(text) and error.message
        lines = error.pointer().split("\n")
        assert len(lines) == 2 and re.fullmatch(r" *\^+", lines[1])
        assert lines[0].isprintable() or all(c.isprintable() or ord(c) > 127 for c in lines[0])
        return
    describe(query)
    for term in query.terms:
        assert 0 <= term.start < term.end <= len(text)
    assert parse(text) == query


NAMED = [name for name, field in FIELDS.items() if field.takes == "names"]
TEXTS = st.sampled_from(["", "foo", "model:opus ", '"a b"', "since:7d -x*", "C:\\", "re:a\\\\"])


@given(TEXTS, st.sampled_from(NAMED), st.none() | st.text(max_size=12))
@example("", "branch", "none")
@example("", "file", 'C:\\a "b", *.py')
def test_a_joined_term_means_exactly_its_value(text, field, value):
    joined = join(text, field, value)
    *before, term = parse(joined).terms
    assert len(before) == len(parse(text).terms)
    assert term.field == field and not term.negated and term.matches(value)
    assert not term.matches((value or "") + "x") and not term.matches("x" + (value or ""))
    assert join(joined, field, value) == joined


def test_joining_other_fields():
    assert join("model:opus", "provider", "codex") == "model:opus provider:codex"
    assert join("x", "cost", ">1") == "x cost:>1" and join("", "is", "subagent") == "is:subagent"
    assert (
        join("", "instance", "s/agent-1") == 'session:"s/agent-1"'
        and join("", "subagent", "Explore") == 'subagent:"Explore"'
        and join("a", "text", 'b "c"') == 'a "b \\"c\\""'
    )


@pytest.mark.parametrize(
    ("kind", "key", "since", "until"),
    [
        ("hour", "2026-10-25T02:00+02:00", "2026-10-25T00:00Z", "2026-10-25T01:00Z"),
        ("hour", "2026-10-25T02:00+01:00", "2026-10-25T01:00Z", "2026-10-25T02:00Z"),
        ("day", "2026-11-22", "2026-11-22", "2026-11-23"),
        ("week", "2026-11-16", "2026-11-16", "2026-11-23"),
        ("month", "2026-11", "2026-11-01", "2026-12-01"),
        ("year", "2026", "2026-01-01", "2027-01-01"),
    ],
)
def test_joining_a_period_narrows_to_it(kind, key, since, until):
    assert parse(join("x", kind, key)).span == Span(ms(since), ms(until))


def test_completing_fields_and_values():
    assert [text for text, _ in complete("foo -pro", 8)] == ["foo -project:", "foo -provider:"]
    assert complete("is:sub and more", 6) == [("is:subagent and more", FLAGS["subagent"])]
    assert complete("since:last", 10)[0][0] == "since:last-week"
    assert [text for text, _ in complete("ro", 2, allow=LEDGER)] == []
    assert "is:error" not in [text for text, _ in complete("is:", 3, allow=LEDGER)]
    known = {"project": ["web", "my web app", "api"]}
    assert [text for text, _ in complete("x project:we", 12, known=known)] == [
        'x project:"web"',
        'x project:"my web app"',
    ]
    assert complete('"project:', 9) == [] and complete("zzz", 3) == []


@given(st.text(max_size=20) | st.lists(WORDS, max_size=6).map("".join), st.integers(-2, 25))
def test_completing_never_fails_and_keeps_the_rest(text, cursor):
    at = min(max(cursor, 0), len(text))
    for replaced, hint in complete(text, cursor):
        assert replaced.endswith(text[at:]) and hint


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("since", "until")])
def test_every_field_s_example_is_understood(name):
    assert only(FIELDS[name].example).field == name


def test_a_query_in_words():
    text = 'retry* -model:opus,sonnet branch:none cost:>1 tokens:10k.. is:subagent re:a+ project:"my app"'
    assert describe(parse(text + " since:7d")) == (
        "“retry…”, not model opus or sonnet, branch unknown, cost over $1, tokens from 10k, "
        "made by a subagent, text like /a+/, project my app, since 7d"
    )
