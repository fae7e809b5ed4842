"""Budgets in the settings: forgiving when read, comments kept when changed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.config import BadSettingError, load
from tally_tui.config_budgets import PERIODS, SMALLEST, UNITS, Budget, read_amount, read_budget, table_of
from tally_tui.config_budgets_edit import set_budget, unset_budget
from tally_tui.model import NANO
from tally_tui.records import changed as replace

FILE = """\
# mine
week_start = "sunday"

# what the firm pays
[[budgets]]
name = "claude"  # the plan
amount = 300.50
provider = "claude"
thresholds = [50, 90, 100]

[[budgets]]
name = "site"
amount = 2_000_000
unit = "tokens"
project = "site*"
period = "calendar-month"
projected = true
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


def test_budgets_are_read(file: Path) -> None:
    settings = load(file)
    assert not settings.problems
    assert settings.budgets == (
        Budget("claude", 300_500_000_000, provider="claude", thresholds=(50, 90, 100)),
        Budget("site", 2_000_000, "tokens", project="site*", period="calendar-month", projected=True),
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("amount = 3", "name is missing"),
        ('name = "a"', "amount is missing"),
        ('name = "a"\namount = 0', "no number above 0"),
        ('name = "a"\namount = "3"', "no number"),
        ('name = "a"\namount = nan', "no number above 0"),
        ('name = "a"\namount = 1.5\nunit = "tokens"', "whole number of tokens"),
        ('name = "a"\namount = 50\nunit = "percent"', "percent needs a provider"),
        ('name = "a"\namount = 3\nunit = "eur"', "none of usd, tokens, percent"),
        ('name = "a"\namount = 3\nperiod = "year"', "none of subscription-week"),
        ('name = "a"\namount = 3\nthresholds = [0]', "whole percents"),
        ('name = "a"\namount = 3\nprojected = 1', "neither true nor false"),
        ('name = "a"\namount = 3\nprojects = "x"', "projects: no such field"),
    ],
)
def test_a_wrong_budget_is_left_out_and_the_line_is_told(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[[budgets]]\nname = "good"\namount = 1\n\n[[budgets]]\n{table}\n')
    settings = load(path)
    assert [budget.name for budget in settings.budgets] == ["good"]
    [problem] = settings.problems
    assert said in problem.text
    assert (problem.line, problem.key) == (5, "budgets[2]")


def test_a_name_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[[budgets]]\nname = "a"\namount = 1\n[[budgets]]\nname = "a"\namount = 2\n')
    settings = load(path)
    assert [budget.amount for budget in settings.budgets] == [1_000_000_000]
    assert "before it" in settings.problems[0].text


def test_changing_one_keeps_comments_and_the_others(file: Path) -> None:
    first, second = load(file).budgets
    assert set_budget(replace(first, amount=25_250_000_000, thresholds=(90, 100)), file)
    assert file.read_text() == FILE.replace("300.50", "25.25").replace("thresholds = [50, 90, 100]\n", "")
    assert load(file).budgets == (replace(first, amount=25_250_000_000, thresholds=(90, 100)), second)


def test_a_new_one_a_new_name_and_none(file: Path, tmp_path: Path) -> None:
    new = Budget("of sonnet", 60_000_000, "percent", "codex", model="sonnet")
    assert not set_budget(new, file)
    assert file.read_text().startswith(FILE)
    assert load(file).budgets[-1] == new
    assert set_budget(replace(new, name="other"), file, renamed_from="of sonnet")
    with pytest.raises(BadSettingError, match="already"):
        set_budget(replace(new, name="site"), file, renamed_from="other")
    assert [budget.name for budget in load(file).budgets] == ["claude", "site", "other"]
    assert unset_budget("other", file) and not unset_budget("other", file)
    assert unset_budget("claude", file) and unset_budget("site", file)
    assert load(file).budgets == ()
    assert 'week_start = "sunday"' in file.read_text()
    fresh = tmp_path / "new" / "config.toml"
    set_budget(new, fresh)
    assert load(fresh).budgets == (new,)


SECTIONS = """\
# mine
[[budgets]]
name = "a"
amount = 3 # the plan
# not more

# Work
[[budgets]]
name = "b"
amount = 4

# Quiet nights
[alerts]
on = true
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
def test_comments_of_what_comes_next_stay_with_it(tmp_path: Path, mark: str, end: str) -> None:
    path = tmp_path / "config.toml"
    text = (mark + SECTIONS).replace("\n", end)

    def after(change: Callable[[], object]) -> str:
        path.write_bytes(text.encode())
        change()
        return path.read_bytes().decode()

    kept = text.replace('[[budgets]]\nname = "b"\namount = 4\n\n'.replace("\n", end), end, 1)
    assert after(lambda: unset_budget("b", path)) == kept
    kept = text.replace('[[budgets]]\nname = "a"\namount = 3 # the plan\n'.replace("\n", end), "", 1)
    assert after(lambda: unset_budget("a", path)) == kept
    added = '[[budgets]]\nname = "c"\namount = 5\n\n# Quiet'.replace("\n", end)
    assert after(lambda: set_budget(Budget("c", 5 * NANO), path)) == text.replace("# Quiet", added)


@pytest.mark.parametrize(
    "text",
    [
        'x = """\n[[budgets]]\n"""\n[[budgets]]\nname = "a"\namount = 1',
        'x = [\n[1],\n["[budgets]"]\n]\n[["budgets"]] # first\namount = 1\nname = "a"\n\n[budgets.more]\ny = 1\n[z]',
    ],
)
def test_a_budget_is_found_however_the_file_is_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    set_budget(Budget("c", 5 * NANO), path)
    assert [table["name"] for table in tomllib.loads(path.read_text())["budgets"]] == ["a", "c"]
    assert unset_budget("a", path) and unset_budget("c", path)
    before, left = tomllib.loads(text), tomllib.loads(path.read_text())
    assert left == {name: value for name, value in before.items() if name != "budgets"}


budgets = st.builds(
    Budget,
    name=st.text("abc äß*\"'\\", min_size=1, max_size=20).filter(lambda text: text == text.strip()),
    amount=st.integers(1, 10**8).map(lambda number: number * 1_000_000),
    unit=st.sampled_from(UNITS[:2]),
    provider=st.sampled_from((None, "claude", "codex")),
    project=st.sampled_from((None, "a*", "/x/y")),
    query=st.sampled_from((None, 'project:"a b" -is:subagent')),
    period=st.sampled_from(PERIODS),
    thresholds=st.sets(st.integers(1, 1000)).map(lambda found: tuple(sorted(found))),
    projected=st.booleans(),
)


@given(budgets)
def test_any_budget_survives_its_table(budget: Budget) -> None:
    assert read_budget(table_of(budget)) == budget


@given(st.lists(budgets, max_size=4, unique_by=lambda budget: budget.name))
def test_any_budgets_survive_the_file(tmp_path_factory: pytest.TempPathFactory, several: list[Budget]) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    for budget in several:
        set_budget(budget, path)
    settings = load(path)
    assert (list(settings.budgets), settings.problems) == (several, ())


@pytest.mark.parametrize("unit", UNITS)
def test_amounts_in_their_smallest_parts(unit: str) -> None:
    assert read_amount(7, unit) == 7 * SMALLEST[unit]  # type: ignore[arg-type, index]
