"""Settings of alerts are changed one at a time, and all else in the file stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally_tui import config
from tally_tui.config_alerts_edit import alert_value_of, set_alert_value, unset_alert_value
from tally_tui.config_values import BadSettingError

FULL = """# mine
time_zone = "UTC"  # here

[alerts]
# at night
quiet = "22:00-07:00"

[alerts.weekly]
thresholds = [50, 80]  # early

[[budgets]]
name = "month"
amount = 300
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_one_value_changes_and_comments_stay(path: Path) -> None:
    path.write_text(FULL)
    set_alert_value(path, "weekly.thresholds", (60.0, 95.5))
    assert path.read_text() == FULL.replace("[50, 80]", "[60, 95.5]")
    set_alert_value(path, "alerts.weekly.on", False)
    assert 'thresholds = [60, 95.5]  # early\non = false\n' in path.read_text()
    set_alert_value(path, "bell", True)
    alerts = config.load(path).alerts
    assert (alerts.bell, alerts.rule("weekly").on, alerts.rule("weekly").thresholds) == (True, False, (60.0, 95.5))
    assert len(config.load(path).budgets) == 1 and not config.load(path).problems


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[alerts.weekly]\non = true\n",
        "alerts.bell = true\n",
        "alerts = { bell = true }\n",
        "[alerts.weekly]\non = true\n[[budgets]]\nname = 'a'\namount = 1\n[alerts]\nbell = true\n",
        "[alerts]\nweekly = { on = true }\n",
        "# only a comment",
    ],
)
@pytest.mark.parametrize(("name", "value"), [("retention.on", False), ("weekly.thresholds", [70]), ("desktop", True)])
def test_any_way_of_writing_the_table_can_be_changed(path: Path, before: str, name: str, value: object) -> None:
    path.write_text(before)
    was = config.load(path)
    set_alert_value(path, name, value)
    now = config.load(path)
    assert not now.problems
    assert now.alerts.bell == was.alerts.bell and now.budgets == was.budgets
    assert {
        "retention.on": now.alerts.rule("retention").on is False,
        "weekly.thresholds": now.alerts.rule("weekly").thresholds == (70.0,),
        "desktop": now.alerts.desktop,
    }[name]
    assert unset_alert_value(path, name)
    again = config.load(path).alerts
    assert again.rule("weekly").thresholds is None and again.rule("retention").on and not again.desktop
    assert not unset_alert_value(path, name)


def test_a_file_that_is_no_toml_is_left_alone(path: Path) -> None:
    path.write_text("alerts = [")
    with pytest.raises(BadSettingError, match="nothing was changed"):
        set_alert_value(path, "bell", True)
    assert path.read_text() == "alerts = ["


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("weekly.thresholds", [0], "no list of numbers above 0"),
        ("weekly.thresholds", "90", "no list of numbers"),
        ("budget.thresholds", [1], "own thresholds"),
        ("limit_hit.thresholds", [1], r"no such setting \(on\)"),
        ("weekli.on", True, "no such setting"),
        ("weekly", True, "is a table"),
        ("quiet", "25:00-1", "no stretch of the day"),
        ("apprise", ["nothing"], "no list of addresses"),
    ],
)
def test_what_cannot_be_is_refused_in_words(path: Path, name: str, value: object, says: str) -> None:
    with pytest.raises(BadSettingError, match=says):
        set_alert_value(path, name, value)
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("alerts.weekly.thresholds", "50, 80%,95.5", [50, 80, 95.5]),
        ("costly_call.thresholds", "$5", [5]),
        ("weekly.thresholds", "", []),
        ("weekly.on", "off", False),
        ("quiet", "22:00-07:30", "22:00-07:30"),
        ("quiet", "off", ""),
        ("projected.windows", "weekly, five_hour", ["weekly", "five_hour"]),
        ("command", "notify-send '{title}: x' {text}", ["notify-send", "{title}: x", "{text}"]),
        ("command", '["notify-send", "{title}: x", "a, b"]', ["notify-send", "{title}: x", "a, b"]),
        ("command", "[ -n {title}", ["[", "-n", "{title}"]),
        ("notification", "osc9", "osc9"),
    ],
)
def test_a_persons_words_become_values(name: str, words: str, value: object) -> None:
    assert alert_value_of(name, words) == value


@pytest.mark.parametrize(
    ("name", "words"),
    [("weekly.thresholds", "ninety"), ("weekly.thresholds", "-1"), ("bell", "loud"), ("command", "'")],
)
def test_words_that_say_nothing_are_refused(name: str, words: str) -> None:
    with pytest.raises(BadSettingError):
        alert_value_of(name, words)
