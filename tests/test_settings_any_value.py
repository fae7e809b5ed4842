"""Whatever TOML stands wherever in the settings: a problem with its line, never a failure, and everything else holds."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tally_tui.config import KEYS, RATES, load
from tally_tui.config_alerts import RULES
from tally_tui.config_alerts import value_names as alert_names

FIELDS = (
    *(key.name for key in KEYS), "prices", "budgets", "alerts", "archive", *alert_names(), *RULES, *RATES, "model", "since",
    "name", "amount", "period", "unit", "query", "project", "provider", "account", "thresholds", "rollover", "start",
    "keep", "all", "after_days", "on", "nonsense", "until", "anchor", "days", "windows",
)  # fmt: skip
NUMBERS = st.sampled_from(
    """nan +nan -nan inf +inf -inf 0 -0 -1 1e400 -1e400 1e-400 9223372036854775807 99999999999999999999999 1_000 0x10 0.0
    -0.0 1e999999999 0.1 5""".split()
)
DATES = st.sampled_from(
    ["2026-11-01", "0001-01-01", "9999-12-31", "2026-11-01T10:00:00Z", "2026-11-01T10:00:00", "10:00:00", "2026-11-01 10:00:00+14:00"]
)
TEXTS = st.sampled_from(
    ["", " ", "\u0000", "\x1b[31m", "week", "month", "7d", "7d=1000", "x=1/2/3", "x=nan/inf/1", "7d=nan", "7d=inf", "7d=1e999",
     "5h=-1", "nan", "inf", "UTC", "Nowhere/None", "../etc/passwd", "22:00-07:30", "99:99-99:99", "model:", "(", "{title}",
     "{what}", "://", "monday", "auto", "local", "+99:99", "2026-02-30", "\u3164", "𝟙", "½", "١٢", "1" * 5000, "a" * 5000]
).map(json.dumps) | st.text(max_size=8).map(json.dumps)  # fmt: skip
SCALARS = NUMBERS | DATES | TEXTS | st.sampled_from(["true", "false"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)}]")
    | st.lists(st.tuples(st.sampled_from(FIELDS), inner), max_size=3, unique_by=lambda pair: pair[0]).map(
        lambda pairs: "{" + ", ".join(f'"{name}" = {value}' for name, value in pairs) + "}"
    ),
    max_leaves=5,
)
ENTRY = st.tuples(st.sampled_from(FIELDS), VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}")
HEADS = st.sampled_from(
    ["[alerts]", "[archive]", "[[budgets]]", "[[prices]]", "[budgets]", "[prices]", "[[alerts]]", "[nonsense]", "[alerts.daily]",
     "[alerts.projected]", "[alerts.retention]", "[theme]", "[[codex_rates]]", "[archive.keep]"]
)  # fmt: skip
SECTIONS = st.tuples(HEADS, st.lists(ENTRY, max_size=4, unique_by=lambda line: line.split(" ")[0])).map(
    lambda pair: "\n".join([pair[0], *pair[1]])
)
FILES = st.tuples(
    st.lists(ENTRY, max_size=4), st.lists(SECTIONS, max_size=3, unique_by=lambda text: text.split("\n")[0]), st.booleans()
).map(lambda parts: "\n".join([*parts[0], *parts[1]]) + ("\ncolour = " if parts[2] else ""))
BUDGET = '[[budgets]]\nname = "week"\nperiod = "week"\n'


def loaded(text: str | bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return load(path)


def check(text: str | bytes) -> None:
    found = loaded(text)
    lines = (text if isinstance(text, str) else text.decode("utf-8", "replace")).count("\n") + 1
    for problem in found.problems:
        assert str(problem)
        assert problem.line is None or 1 <= problem.line <= lines
    repr(found)
    hash(found)


@settings(max_examples=300, deadline=None)
@given(FILES)
@example("poll_seconds = nan")
@example("poll_seconds = inf")
@example(f"{BUDGET}amount = nan")
@example(f"{BUDGET}amount = inf")
@example(f"{BUDGET}amount = 5\nthresholds = [nan]")
@example("[alerts]\ncostly_call.thresholds = [nan, inf]")
@example("[archive]\nafter_days = nan")
@example('codex_rates = ["x=nan/inf/1"]')
@example('codex_credits = ["7d=nan"]')
@example("theme = 'a'\ntheme = 'b'")
@example("[alerts]\non = true\n[alerts]\non = false")
@example("alerts.on = true\n[alerts]\nbell = true")
@example("[[prices]]\nmodel = 'x'\ninput = nan\noutput = inf")
def test_any_settings_are_read(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("theme = 'a'\npoll_seconds = nan\n", 2),
        (f"\n{BUDGET}amount = nan\n", 2),
        ("watch = true\n\nwatch = false\n", 3),
        ("[alerts]\nbell = 1979-05-27\n", 2),
        ("[archive]\nall = true\nafter_days = inf\n", 3),
        ("a = [\n1,\n2\n]\ntheme = 'x'\n", 1),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int) -> None:
    assert line in [problem.line for problem in loaded(text).problems]


def test_deep_nesting_is_a_problem_and_no_failure() -> None:
    found = loaded("theme = 'x'\nkeep = " + "[" * 5000 + "]" * 5000)
    assert found.problems
