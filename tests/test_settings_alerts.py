"""The `[alerts]` table: what it may say, and that what is wrong is named and left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally_tui.config import Settings, load
from tally_tui.config_alerts import RULES, TOKENS, Alerts, filled
from tally_tui.record.firings import rules_of
from tally_tui.rules.alerts import AXES, THRESHOLDS


def read(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text)
    return load(path)


def test_every_axis_has_a_table() -> None:
    assert RULES == AXES
    rules = rules_of(Settings())
    assert {axis: rule.thresholds for axis, rule in rules.items()} == dict(THRESHOLDS)
    assert all(rule.on for rule in rules.values())


def test_what_the_table_may_say(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """
[alerts]
quiet = "22:00-07:30"
bell = true
notification = "osc777"
desktop = true
apprise = ["ntfy://host/topic"]
command = ["notify", "{title}", "{text}"]
[alerts.weekly]
thresholds = [95, 80, 80.5]
[alerts.retention]
on = false
[alerts.projected]
windows = ["five_hour"]
""",
    )
    assert settings.problems == ()
    said = settings.alerts
    assert said.quiet == (22 * 60, 7 * 60 + 30)
    assert (said.bell, said.notification, said.desktop, said.apprise) == (True, "osc777", True, ("ntfy://host/topic",))
    rules = rules_of(settings)
    assert rules["weekly"].thresholds == (80, 80.5, 95)
    assert not rules["retention"].on
    assert said.rule("projected").windows == ("five_hour",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('quiet = "late"', "alerts.quiet: 'late' is no stretch of the day"),
        ('quiet = "8:00-8:00"', "alerts.quiet"),
        ('notification = "beep"', "none of auto, off"),
        ('apprise = ["secret"]', "no list of addresses"),
        ('command = ["x", "{word}"]', "{word} is none of {title}"),
        ('weekly = {thresholds = [0]}', "alerts.weekly.thresholds: [0] is no list of numbers"),
        ("budget = {thresholds = [90]}", "a budget has its own thresholds"),
        ("weakly = {}", "alerts.weakly: no such setting"),
    ],
)
def test_what_cannot_be_is_named_and_left_out(tmp_path: Path, line: str, why: str) -> None:
    settings = read(tmp_path, f"[alerts]\nbell = true\n{line}\n")
    (problem,) = settings.problems
    assert why in str(problem)
    assert "secret" not in str(problem)
    assert problem.line in (1, 3)
    assert settings.alerts.bell
    assert rules_of(settings)["weekly"].thresholds == THRESHOLDS["weekly"]


@pytest.mark.parametrize(
    ("quiet", "minutes", "inside"),
    [
        ((22 * 60, 7 * 60), (22 * 60, 0, 7 * 60 - 1), True),
        ((22 * 60, 7 * 60), (7 * 60, 12 * 60, 22 * 60 - 1), False),
        ((60, 120), (60, 119), True),
        ((60, 120), (59, 120), False),
    ],
)
def test_quiet_hours_may_pass_midnight(quiet: tuple[int, int], minutes: tuple[int, ...], inside: bool) -> None:
    assert [Alerts(quiet=quiet).quiet_at(each) for each in minutes] == [inside] * len(minutes)


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    values = dict.fromkeys(TOKENS, "{title}") | {"text": "100% {x}"}
    assert filled(("a{title}b", "{text}", "{other}"), values) == ["a{title}b", "100% {x}", "{other}"]
