"""Changes of budgets: none is lost unseen, and each can be taken back to the byte."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.config import BadSettingError, load
from tally_tui.config_alerts_edit import set_alert_value
from tally_tui.config_budgets import Budget
from tally_tui.config_budgets_edit import change_budget, set_budget, take_back, unset_budget
from tally_tui.model import NANO
from tally_tui.records import changed as replace

FILE = """\
\N{BYTE ORDER MARK}# mine\r
week_start = "sunday"\r
\r
[[budgets]]  # first
name = "a" # the plan
amount = 300.123456789012345678
# a word on it
provider = "claude"

[other]
x = 1

[[budgets]]
name = "b"
amount = 1
# the end
"""
NEW = Budget("new", 5 * NANO, provider="codex")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(FILE.encode())
    return path


def test_a_change_is_taken_back_to_the_byte(file: Path) -> None:
    first, second = load(file).budgets
    done = [
        change_budget(first, None, file),
        change_budget(None, NEW, file),
        change_budget(second, replace(second, name="c", amount=7 * NANO), file),
        change_budget(NEW, None, file),
    ]
    assert [each.name for each in load(file).budgets] == ["c"]
    for each in reversed(done):
        take_back(each, file)
    assert file.read_bytes() == FILE.encode()


def test_a_file_that_was_not_there_is_gone_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    change = change_budget(None, NEW, path)
    assert load(path).budgets == (NEW,)
    take_back(change, path)
    assert not path.exists()


def test_what_others_changed_stays_when_one_is_taken_back(file: Path) -> None:
    first, second = load(file).budgets
    change = change_budget(first, None, file)
    set_budget(NEW, file)
    take_back(change, file)
    assert set(load(file).budgets) == {first, second, NEW}
    assert "# the end" in file.read_text()


def test_what_was_changed_meanwhile_is_told_and_kept(file: Path) -> None:
    first, second = load(file).budgets
    set_budget(replace(first, amount=9 * NANO, provider=None), file)
    before = file.read_bytes()
    with pytest.raises(BadSettingError, match=r"a was changed meanwhile \(amount is 9, it was 300\.123456789, prov") as told:
        change_budget(first, None, file)
    assert "provider is not given, it was claude" in str(told.value)
    unset_budget("b", file)
    after = file.read_bytes()
    with pytest.raises(BadSettingError, match="b was removed meanwhile"):
        change_budget(second, NEW, file)
    with pytest.raises(BadSettingError, match="a budget a already"):
        change_budget(None, first, file)
    assert file.read_bytes() == after != before


def test_a_change_that_was_overtaken_is_not_taken_back(file: Path) -> None:
    first, _ = load(file).budgets
    change = change_budget(first, replace(first, amount=NANO), file)
    set_budget(replace(first, amount=2 * NANO), file)
    before = file.read_bytes()
    with pytest.raises(BadSettingError, match="changed meanwhile"):
        take_back(change, file)
    assert file.read_bytes() == before


def test_a_file_that_is_not_toml_is_left_alone(file: Path) -> None:
    file.write_text("x = = 3")
    with pytest.raises(BadSettingError, match="not TOML"):
        change_budget(None, NEW, file)
    assert file.read_text() == "x = = 3"


def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    with ThreadPoolExecutor(8) as several:
        done: list[Future[object]] = []
        done += [several.submit(set_budget, Budget(f"budget {number}", NANO), path) for number in range(12)]
        done += [several.submit(set_alert_value, path, f"{rule}.on", False) for rule in ("weekly", "quota", "budget")]
    assert not any(each.exception() for each in done)
    assert {each.name for each in load(path).budgets} == {f"budget {number}" for number in range(12)}
    assert [load(path).alerts.rule(rule).on for rule in ("weekly", "quota", "budget", "five_hour")] == [False] * 3 + [True]


names = st.sampled_from(("a", "b", "c"))


@given(st.lists(st.tuples(names, names, st.integers(1, 99)), max_size=6))
def test_any_changes_are_taken_back_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, several: list[tuple[str, str, int]]
) -> None:
    path = tmp_path_factory.mktemp("settings") / "config.toml"
    path.write_bytes(FILE.encode())
    done = []
    for name, new, amount in several:
        known = {each.name: each for each in load(path).budgets}
        after = Budget(new, amount * NANO) if amount % 3 else None
        if known.get(name) or after:
            try:
                done.append((path.read_bytes(), change_budget(known.get(name), after, path)))
            except BadSettingError:
                assert after and after.name != name and after.name in known
    for before, change in reversed(done):
        take_back(change, path)
        assert path.read_bytes() == before
