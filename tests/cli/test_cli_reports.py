"""What every report's command gives without a line of its own: forms, schema, privacy, completion, documents."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tally_tui import api
from tally_tui.cli.completion import SCRIPTS, candidates, complete_line
from tally_tui.faces.privacy import alias, hide
from tally_tui.faces.tables import TextTable, markdown
from tally_tui.records import fields, is_record
from tally_tui.reports.answers import GROUPS
from tally_tui.reports.registry import Column, GroupField, report_spec
from tally_tui.reports.report_names import REPORTS
from tally_tui.units import Privacy

Tally = Callable[..., Any]
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("month")


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("level", ["normal", "redacted", "strict"])
def test_documents_are_as_the_schema_says(tally: Tally, name: str, level: str) -> None:
    schema = tally(name, "--schema").json
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tally(name, "--json", "--privacy", level).json, schema)


@pytest.mark.parametrize("name", REPORTS)
def test_csv_and_json_hold_the_same_rows(tally: Tally, name: str) -> None:
    rows = tally(name, "--json", "--no-sync").json["rows"]
    lines = list(csv.DictReader(io.StringIO(tally(name, "--csv", "--no-sync").out)))
    assert len(rows) == len(lines) > 1
    for column in {"cost_usd", "text", "session"} & rows[0].keys():
        assert [line[column] for line in lines] == [row[column] or "" for row in rows]


def test_every_group_can_be_asked_for() -> None:
    assert get_args(GroupField) == GROUPS


def records_of(cls: type) -> Iterator[type]:
    yield cls
    for field in fields(cls):
        if field.record is not None:
            yield from records_of(field.record)


@pytest.mark.parametrize("name", REPORTS)
def test_every_public_field_and_option_says_what_it_is(name: str) -> None:
    spec = report_spec(name)
    for cls in records_of(spec.report):
        assert is_record(cls)
        for field in fields(cls):
            assert field.doc or field.record is not None, f"{cls.__name__}.{field.name}"
    properties = msgspec.json.schema(spec.query)["$defs"][spec.query.__name__]["properties"]
    from tally_tui.records import docstrings

    assert set(properties) <= set(docstrings(spec.query))


@pytest.mark.parametrize("name", ["usage", "projects", "sessions", "calls"])
def test_a_project_has_one_alias_everywhere_and_no_name(tally: Tally, name: str) -> None:
    by = ("--by", "project") if name == "usage" else ()
    plain, hidden = tally(name, *by, "--csv").out, tally(name, *by, "--csv", "--privacy", "redacted").out
    names = {row["project"] for row in csv.DictReader(io.StringIO(plain))} - {""}
    aliases = {row["project"] for row in csv.DictReader(io.StringIO(hidden))} - {""}
    assert len(names) == len(aliases) > 1
    for form in ("--json", "--csv", "--md"):
        out = tally(name, *by, form, "--privacy", "redacted").out
        assert not [each for each in names if each in out]
        assert form == "--md" or all(each in out for each in aliases)


def test_aliases_of_two_installations_differ() -> None:
    assert alias("harbor", b"1" * 16) != alias("harbor", b"2" * 16)


def test_text_without_a_unit_is_not_shown() -> None:
    usage = api.usage(by=("project",), no_sync=True)
    assert any(row.label for row in usage.rows)
    assert not any(row.label for row in hide(usage, Privacy.REDACTED, b"s" * 16).rows)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_a_markdown_table_shows_its_cells_and_nothing_else(cells: list[str]) -> None:
    table = TextTable(tuple(Column(f"c{at}", "") for at in range(len(cells))), [cells], None)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(table))
    inline = [token for token in tokens if token.type == "inline"][len(cells) :]
    assert ["".join(child.content for child in token.children or ()) for token in inline] == [
        " ".join(cell.replace("\0", "\ufffd").split()) for cell in cells
    ]
    assert {child.type for token in inline for child in token.children or ()} <= {"text", "text_special"}


def test_wrong_words_are_pointed_at(tally: Tally) -> None:
    assert "--min-share takes a whole number from 0 to 100, not '300'" in tally("projects", "--min-share", "300").err
    assert "--limit takes a whole number from 1 on, not '0'" in tally("usage", "--limit", "0").err
    assert "^^^" in tally("usage", "--tz", "Mars/Base").err
    for words in (["--since", "someday"], ["projec:x"], ["--by", "modle"], ["--since", "today", "--until", "yesterday"]):
        answered = tally("usage", *words)
        assert (answered.status, answered.out) == (2, "")
        assert "^" in answered.err


def test_python_gets_the_same_figures(tally: Tally) -> None:
    rows = tally("projects", "--json").json["rows"]
    assert [f"{row.figures.cost / 1e9:.2f}" for row in api.projects().rows] == [f"{float(row['cost_usd']):.2f}" for row in rows]
    with pytest.raises(api.InvalidQueryError, match="someday"):
        api.usage(since="someday")
    with pytest.raises(api.InvalidQueryError):
        api.usage(by=("nothing",))


class TestCompletion:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (["proj"], ["projects"]),
            (["usage", "--by", "day,mod"], ["day,model"]),
            (["usage", "--sort=c"], ["--sort=cost", "--sort=calls"]),
            (["usage", "--min"], []),
            (["projects", "--min"], ["--min-share"]),
            (["usage", "is:sub"], ["is:subagent"]),
            (["budget", "se"], ["set"]),
            (["credits", "allowance", "pas"], ["paste"]),
            (["nothing", ""], []),
            (["usage", "--since", ""], []),
        ],
    )
    def test_next_words(self, words: list[str], found: list[str]) -> None:
        assert [word for word, _ in candidates(words)] == found

    def test_bash_replaces_what_follows_its_last_break(self) -> None:
        assert complete_line("bash", "tally-tui usage is:sub", " :=") == ["subagent"]
        assert complete_line("bash", "tally-tui usage --sort=cos", " :=") == ["cost"]

    @pytest.mark.parametrize("shell", SCRIPTS)
    def test_the_script_is_one_that_the_shell_reads(self, tally: Tally, shell: str, tmp_path: Path) -> None:
        if shutil.which(shell) is None:
            pytest.skip(f"no {shell} on this machine")
        script = tmp_path / "script"
        script.write_text(tally("completion", shell).out)
        subprocess.run([shell, "-n", str(script)], check=True)

    def test_bash_completes_a_command_line(self, tally: Tally, tmp_path: Path) -> None:
        if shutil.which("bash") is None:
            pytest.skip("no bash on this machine")
        program = tmp_path / "tally-tui"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tally_tui "$@"\n')
        program.chmod(0o755)
        script = tally("completion", "bash").out + (
            'COMP_LINE="tally-tui usage --by day,mo" COMP_POINT=27\n_tally_tui\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True)
        assert done.stdout.split() == ["day,model", "day,month"]

    def test_an_unknown_shell_is_said(self, tally: Tally) -> None:
        answered = tally("completion", "tcsh")
        assert answered.status == 2
        assert "bash, zsh or fish" in answered.err


def test_generated_documents_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.stale() == []


def test_schemas_are_valid_json() -> None:
    for name in REPORTS:
        assert json.loads((ROOT / "docs" / "schemas" / f"{name}.json").read_text())["properties"]["schema"]
