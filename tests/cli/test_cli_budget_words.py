"""A form of budgets says yes and no to the same words as `tally-tui budget set`, and means the same by them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tally_tui import clock
from tally_tui.cli.main import run
from tally_tui.config import load
from tally_tui.config_budgets import PERIODS, SMALLEST, UNITS, Budget
from tally_tui.rules.budget_words import BadBudgetError, Calendar, Words, problems, read_words, words_of

Tally = Callable[..., object]
_TEXT = st.text("ab:*\"' \x1bé", max_size=6)
_NUMBER = st.one_of(
    st.sampled_from(("", "0", "-1", "1e3", "nan", "inf", "$12.50", "1,000", "0.0000000001", "1.5", "99999", "1e99")),
    st.integers(0, 10**9).map(str),
    st.text("0123456789.$,e-", max_size=6),
)
WORDS = st.builds(
    Words,
    name=st.one_of(st.sampled_from(("week", "a b", "x" * 81)), _TEXT),
    amount=_NUMBER,
    unit=st.sampled_from(UNITS),
    provider=st.sampled_from(("", "claude", "codex")),
    account=st.sampled_from(("", "", "usual", "work", "a/work", "\x07")),
    project=_TEXT,
    model=_TEXT,
    query=st.one_of(_TEXT, st.sampled_from(("model:opus -is:subagent", "since:7d", "modle:x", 'a:"', "role:user"))),
    period=st.sampled_from(PERIODS),
    thresholds=st.one_of(st.sampled_from(("", "90,100", "90, 100", "90 %", "0", "1001", "ten")), _TEXT),
    projected=st.booleans(),
)
UTC = ZoneInfo("UTC")


def arguments(words: Words) -> list[str]:
    options = [
        f"--{field}={getattr(words, field)}"
        for field in ("unit", "provider", "account", "project", "model", "query", "period", "thresholds")
        if getattr(words, field) or field == "thresholds"
    ]
    return ["budget", "set", *options, *(["--projected"] if words.projected else []), "--", words.name, words.amount]


@given(words=WORDS)
@example(words=Words("week", "300"))
@example(words=Words("week", "50", "percent"))
@example(words=Words("week", "50", "percent", "codex", thresholds=""))
@example(words=Words("week", "1.5", "tokens"))
@example(words=Words("week", "300", account="work"))
@example(words=Words("week", "300", provider="claude", account="work"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_both_say_the_same(words: Words, tmp_path_factory: pytest.TempPathFactory) -> None:
    path: Path = tmp_path_factory.mktemp("config") / "config.toml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLY_CONFIG_DIR", str(path.parent))
        status = run(arguments(words))
        wrong = problems(words, Calendar(clock.now_ms(), UTC))
        assert (status == 0) == (not wrong), (status, wrong)
        if wrong:
            assert not path.exists()
            with pytest.raises(BadBudgetError) as caught:
                read_words(words, Calendar(clock.now_ms(), UTC))
            assert caught.value.field == next(iter(wrong))
        else:
            loaded = load(path)
            assert not loaded.problems
            assert loaded.budgets == (read_words(words, Calendar(clock.now_ms(), UTC)),)


BUDGETS = st.builds(
    Budget,
    name=st.sampled_from(("week", "a 'b'")),
    amount=st.integers(1, 10**5).map(lambda number: number * SMALLEST["percent"]),
    unit=st.sampled_from(UNITS),
    provider=st.sampled_from(("claude", "codex")),
    account=st.sampled_from((None, "work")),
    project=st.sampled_from((None, "a*", "/x/y")),
    model=st.sampled_from((None, "opus")),
    query=st.sampled_from((None, "-is:subagent")),
    period=st.sampled_from(PERIODS),
    thresholds=st.sets(st.integers(1, 1000)).map(lambda found: tuple(sorted(found))),
    projected=st.booleans(),
)


@given(BUDGETS)
def test_a_budget_survives_its_words(budget: Budget) -> None:
    if budget.unit == "percent" and budget.amount > 10_000 * SMALLEST["percent"]:
        return
    assert read_words(words_of(budget), Calendar(0, UTC)) == budget


@pytest.mark.parametrize("amount, dollars", [("1,000", 1_000), ("1,234,567.5", 1_234_567.5), ("$2_000", 2_000)])
def test_thousands_may_be_set_apart(amount: str, dollars: float) -> None:
    assert read_words(Words("week", amount), Calendar(0, UTC)).amount == dollars * SMALLEST["usd"]


@pytest.mark.parametrize("amount", ["12,50", "1.000,50", "10,", "1,00", "1,0000", "12_5", ",500"])
def test_a_decimal_comma_is_refused_and_makes_no_hundredfold(amount: str) -> None:
    assert problems(Words("week", amount), Calendar(0, UTC)) == {
        "amount": f"amount: {amount!r} is no amount; write 300, 12.50 or 2000000"
    }
