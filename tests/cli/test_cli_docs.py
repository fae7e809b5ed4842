"""The documents say what is so."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tally_tui.cli.config import _text
from tally_tui.cli.grammar import COMMANDS, MODES, command
from tally_tui.cli.help import EXAMPLES
from tally_tui.config import COST_MODES, KEYS, RATES
from tally_tui.reports.answers import GROUPS

Tally = Callable[..., Any]
DOCS = Path(__file__).parents[2] / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def examples() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", text("commands.md"), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def test_there_are_examples() -> None:
    assert len(examples()) > 10


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize("line", [*examples(), *(each for lines in EXAMPLES.values() for each in lines)])
def test_every_example_works(tally: Tally, line: str) -> None:
    program, *words = shlex.split(line)
    assert program == "tally-tui"
    answered = tally(*words)
    assert (answered.status, answered.err) == (0, "")
    assert answered.out


def test_every_command_and_grouping_is_described() -> None:
    told = text("commands.md")
    for each in COMMANDS:
        for name in (each.name, *each.aliases):
            assert f"`{name}" in told or f"tally-tui {name}" in told
    for option in {option.name for each in COMMANDS for option in (command(each.name) or each).options}:
        assert f"`{option}`" in told, option
    for group in GROUPS:
        assert f"`{group}`" in told
    assert MODES == COST_MODES


def test_every_setting_is_described_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", text("settings.md"), re.MULTILINE))
    assert list(rows) == [key.name for key in KEYS]
    for key in KEYS:
        default = rows[key.name].replace('"', "").strip("[]")
        assert default in (_text(key.default), str(key.default))
    assert all(f"`{rate}`" in text("settings.md") for rate in RATES)


@pytest.mark.usefixtures("month")
@pytest.mark.parametrize(
    "words", ["usage", "sessions", "calls", "explain", "today", "sync", "paths", "config list"]
)
def test_every_field_of_the_json_is_described(tally: Tally, words: str) -> None:
    told = text("json.md")

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                if re.fullmatch(r"[a-z_0-9]+", name):
                    assert re.search(rf"\b{name}\b", told), name
                walk(each)
        elif isinstance(value, list):
            for each in value[:3]:
                walk(each)

    document = tally(*words.split(), "--json").json
    assert f"## {document['schema']}" in told or f"`{document['schema']}`" in told
    for counted in ("unknown_records", "unreadable_lines"):
        assert counted in told
        document.pop(counted, None)  # its names are the logs'
    walk(document)
