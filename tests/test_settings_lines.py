"""The settings' file line by line: what is wrong is named with its own line, what is added stands where it belongs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.config import load
from tally_tui.config_alerts_edit import set_alert_value, unset_alert_value
from tally_tui.config_edit import set_value
from tally_tui.config_lines import line_of, with_table, with_value, without_table

FILE = """\
# mine
week_start = "sunday"  # as at home

[[budgets]]
name = "site"
amount = 60
thresholds = [50]

# Alerts: not at night
[alerts]
on = true
quiet = "22:00-07:30"

# the plan's
[alerts.weekly]
thresholds = [50,
  95]
on = true

# long ago
[archive]
all = true
"""


@pytest.mark.parametrize(
    ("table", "wrong", "line"),
    [
        ("[alerts.weekly]\n", "on = 5\n", 16),
        ("[archive]\n", "on = 5\n", 22),
        ("[alerts]\n", "on = 5\n", 11),
        ("[alerts.weekly]\n", 'thresholds = "x"\n', 16),
        ("[archive]\n", 'week_start = "x"\n', 22),
    ],
)
def test_a_wrong_value_is_named_with_its_own_line_though_others_have_its_name(
    tmp_path: Path, table: str, wrong: str, line: int
) -> None:
    path = tmp_path / "config.toml"
    key = wrong.partition(" ")[0]
    before, _, after = FILE.partition(table)
    rest = [each for each in after.splitlines(keepends=True) if not each.startswith(key)] if key == "on" else [after]
    if key == "thresholds":
        rest = [after.replace("thresholds = [50,\n  95]\n", "")]
    path.write_text(before + table + wrong + "".join(rest))
    assert [problem.line for problem in load(path).problems] == [line]


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ("alerts = {weekly = {on = 5}}", "alerts.weekly.on", 1),
        ("\n[ alerts . 'weekly' ]\non = 5", "alerts.weekly.on", 3),
        ("[alerts]\nweekly.on = 5", "alerts.weekly.on", 2),
        ('\N{BYTE ORDER MARK}"week_start" = 5', "week_start", 1),
        ("a = 1", "b", None),
    ],
)
def test_however_a_name_is_written(text: str, name: str, line: int | None) -> None:
    assert line_of(text, name) == line


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_value_is_added_behind_those_of_its_table(tmp_path: Path, end: str) -> None:
    path = tmp_path / "config.toml"

    def after(name: str, value: object) -> str:
        path.write_bytes(FILE.replace("\n", end).encode())
        set_alert_value(path, name, value) if "." in name or name == "bell" else set_value(name, value, path)
        return path.read_bytes().decode().replace(end, "\n")

    def with_line(line: str, below: str) -> str:
        return FILE.replace(below, below + line + "\n", 1)

    assert after("time_zone", "UTC") == with_line('time_zone = "UTC"', 'week_start = "sunday"  # as at home\n')
    assert after("bell", True) == with_line("bell = true", 'quiet = "22:00-07:30"\n')
    added = "[alerts.quota]\nthresholds = [80]\n\n# long ago"
    assert after("quota.thresholds", [80]) == FILE.replace("# long ago", added)


def test_what_was_added_and_taken_out_again_leaves_every_comment_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    for name, value in (("bell", True), ("weekly.on", False), ("weekly.on", True)):
        set_alert_value(path, name, value)
    assert unset_alert_value(path, "bell")
    assert path.read_text() == FILE


def test_without_any_values_above_the_tables_one_is_put_above_their_comments() -> None:
    assert with_value("# a\n\n# b\n[x]\ny = 1\n", "z", "2") == "# a\n\nz = 2\n\n# b\n[x]\ny = 1\n"
    assert with_value("# b\n[x]\n", "z", "2") == "z = 2\n\n# b\n[x]\n"
    assert with_value("", "x.z", "2") == "[x]\nz = 2\n"


@pytest.mark.parametrize(
    "text", ["x = {a = 1}\n", "x.a = 1\n", "x = 3\n", "not toml", 'y = """\n[x]\n"""\n[x]\nz = 1\n']
)
def test_what_cannot_be_put_in_by_lines_is_left_to_others(text: str) -> None:
    assert with_value(text, "x.z", "2") is None


lines = st.sampled_from(
    ("", "# c", "a = 1", "[x]", "[x.y]", "[[b]]", "b = 2", "[b.c]", 's = """', '"""', "z = [", "[1],", "]", "  # d")
)


@given(st.lists(lines, max_size=12), st.sampled_from(("\n", "\r\n")))
def test_nothing_else_is_ever_changed(several: list[str], end: str) -> None:
    text = end.join(several)
    changes = (with_value(text, "x.new", "7"), with_table(text, "b", "[[b]]\nnew = 7"), without_table(text, "b", 0))
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert changes == (None, None, None)
        return
    valued, added, removed = (None if change is None else tomllib.loads(change) for change in changes)
    if valued is not None:
        assert valued == {**before, "x": {**before.get("x", {}), "new": 7}}
    if added is not None:
        assert added == {**before, "b": [*before.get("b", []), {"new": 7}]}
    if removed is not None:
        assert removed.get("b", []) == before["b"][1:]
        assert {name for name in before if name != "b"} == {name for name in removed if name != "b"}
    for change in changes:
        if change is not None:
            kept = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
            assert all(change.count(line) >= kept.count(line) for line in kept) or removed is not None
