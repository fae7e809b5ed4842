"""The words of the prompt: what is understood, and where the pointer points when it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.cli.asking import query_text
from tally_tui.cli.grammar import COMMANDS, NO_SYNC, SINCE
from tally_tui.cli.help import help_text
from tally_tui.cli.parsing import parse
from tally_tui.cli.problems import BadQuestionError, Line, point_into
from tally_tui.cli.text import cells


def test_options_and_query_words_may_be_mixed() -> None:
    line = "usage --by model,day project:shop --since=7d -is:subagent --no-sync --by=branch"
    request = parse(tuple(line.split()))
    assert request.command is not None
    assert request.command.name == "usage"
    assert request.choices["by"] == ("model", "day", "branch")
    assert request.value(SINCE) == "7d"
    assert request.on(NO_SYNC)
    assert request.query == "project:shop -is:subagent"


def test_after_two_dashes_all_is_query() -> None:
    assert parse(("calls", "--", "--by", "day")).query == "--by day"


def test_demo_goes_before_or_after_the_command() -> None:
    assert "demo" in parse(("--demo", "usage")).switches
    assert "demo" in parse(("usage", "--demo")).switches
    assert parse(("--demo",)).command is None


def test_now_is_another_name_of_today() -> None:
    assert parse(("now",)).command == parse(("today",)).command


@pytest.mark.parametrize(
    ("line", "pointed", "says"),
    [
        ("usgae", "usgae", "Did you mean usage?"),
        ("frobnicate", "frobnicate", "Commands: usage"),
        ("model:opus", "model:opus", "tally-tui usage model:opus"),
        ("--jsno", "--jsno", "tally-tui help"),
        ("usage --jsno", "--jsno", "Did you mean --json?"),
        ("usage --sine=7d", "--sine", "Did you mean --since?"),
        ("--since 7d usage", "--since", "comes after a command"),
        ("today --by day", "--by", "today has no option --by"),
        ("usage --by day,modell,project", "modell", "Did you mean model?"),
        ("usage --by=day,,model", "^", "a word is missing"),
        ("usage --by day --sort zzz", "zzz", "It takes key, cost"),
        ("usage --mode exact", "exact", "auto, calculate"),
        ("usage --since", "--since", "--since needs a DATE"),
        ("usage --since --json", "--since", "--since needs a DATE"),
        ("usage --json=yes", "=yes", "--json takes no value"),
        ("usage --json --csv", "--csv", "not both"),
        ("paths here", "here", "paths takes no words"),
        ("sync --csv", "--csv", "sync has no option --csv"),
    ],
)
def test_what_is_not_understood_is_pointed_at(line: str, pointed: str, says: str) -> None:
    with pytest.raises(BadQuestionError) as caught:
        parse(tuple(line.split()))
    text = str(caught.value)
    _, typed, carets, *_ = text.splitlines()
    at = carets.index("^")
    assert carets.count("^") == len(pointed)
    if pointed != "^":
        assert typed[at : at + len(pointed)] == pointed
    assert says in text


def test_the_pointer_stands_right_under_quoted_and_wide_words() -> None:
    pointer = Line(("usage", "日本 語", "it's", "wrong")).point(3)
    typed, carets = pointer.splitlines()
    assert cells(typed[: typed.index("wrong")]) == carets.index("^")
    typed, carets = Line(("usage", "a b")).point(1).splitlines()
    assert typed[carets.index("^") :].startswith("a b")
    typed, carets = point_into("日本 x", 3, 1).splitlines()
    assert cells(typed[: typed.index("x")]) == carets.index("^")


def test_control_characters_are_shown_not_sent() -> None:
    with pytest.raises(BadQuestionError) as caught:
        parse(("\x1b[31mred\x07",))
    assert "\x1b" not in str(caught.value)
    assert "\x07" not in str(caught.value)


WORDS = st.sampled_from(["usage", "--by", "day", "--since=", "--", "-x", "=", "--json"])


@given(st.lists(st.text(max_size=12) | WORDS, max_size=6))
def test_any_line_is_understood_or_refused_with_a_message(words: list[str]) -> None:
    try:
        parse(tuple(words))
    except BadQuestionError as error:
        assert str(error).isprintable() or "\n" in str(error)
        assert all(line.isprintable() for line in str(error).splitlines())


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (["project:two words"], 'project:"two words"'),
        (["-project:two words", "model:opus"], '-project:"two words" model:opus'),
        (["project:two of them"], "project:two of them"),
        (["project:web timeout"], "project:web timeout"),
        (["role:user the"], "role:user the"),
        (["-tool:Bash exit code"], "-tool:Bash exit code"),
        (["branch:main fix"], "branch:main fix"),
        (['role:user "exit code"', "is:error"], 'role:user "exit code" is:error'),
        (["since:7d the"], "since:7d the"),
        (["since:2026-11-01 10:00"], 'since:"2026-11-01 10:00"'),
        (["model:opus is:subagent"], "model:opus is:subagent"),
        (['project:"two words"'], 'project:"two words"'),
        (["cost:>1", "fix", "bug"], "cost:>1 fix bug"),
        ([], ""),
    ],
)
def test_one_word_of_the_shell_may_be_several_of_the_query(words: list[str], query: str) -> None:
    assert query_text(words, lambda name: name == "two words") == query


def test_help_names_every_command_and_every_option() -> None:
    everything = help_text(None)
    for command in COMMANDS:
        assert f"\n  {command.name}" in everything
        told = help_text(command)
        assert all(option.name in told for option in command.options)
        assert all(len(line) <= 100 for line in told.splitlines())
