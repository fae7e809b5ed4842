"""Codex's credits in the settings: allowances by window, rates by model."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.config import load
from tally_tui.config_credits import allowances_of, rates_of, read_window, window_word


def test_what_the_file_may_say(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('codex_credits = ["5h=40", "168h = 1_000.5"]\ncodex_rates = ["openai/gpt-5.5=1/0.1/6"]\n')
    settings = load(path)
    assert settings.problems == ()
    assert allowances_of(settings.codex_credits) == {300: Decimal(40), 10_080: Decimal("1000.5")}
    assert rates_of(settings.codex_rates) == {"openai/gpt-5.5": (Decimal(1), Decimal("0.1"), Decimal(6))}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('codex_credits = ["7d"]', "no WINDOW=CREDITS"),
        ('codex_credits = ["week=5"]', "no length"),
        ('codex_credits = ["0d=5"]', "no length"),
        ('codex_credits = ["7d=0"]', "more than nothing"),
        ('codex_credits = ["7d=-1"]', "makes sense"),
        ('codex_credits = ["7d=many"]', "no number of credits"),
        ('codex_credits = ["7d=NaN"]', "makes sense"),
        ("codex_credits = 5", "no list"),
        ('codex_rates = ["gpt-5.5=1/2"]', "MODEL=INPUT/CACHED/OUTPUT"),
        ('codex_rates = ["=1/2/3"]', "MODEL=INPUT/CACHED/OUTPUT"),
        ('codex_rates = ["gpt=1/x/3"]', "no number of credits"),
    ],
)
def test_what_cannot_be_is_named_and_left_out(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"# first\n{line}\n")
    settings = load(path)
    (problem,) = settings.problems
    assert said in problem.text and problem.line == 2
    assert (settings.codex_credits, settings.codex_rates) == ((), ())


@given(st.integers(1, 99_999))
def test_a_length_survives_its_word(minutes: int) -> None:
    assert read_window(window_word(minutes)) == minutes
