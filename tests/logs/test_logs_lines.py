"""No byte in a log is ever fatal, and where a log is cut while it is read changes nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_content import content as content_of
from ledger_content import differing
from ledger_sums import Home
from odd_logs import claude_lines, codex_lines, odd_log

from tally_tui.logs.parse import parse
from tally_tui.logs.records import Chunk, decode, encode
from tally_tui.logs.salvage import LONG_TEXT, salvage, shallow, shortened
from tally_tui.model import Provider

THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
CLAUDE, CODEX = claude_lines(), codex_lines()
MOST = 10**15


def log_in(folder: Path, provider: Provider, content: bytes) -> Path:
    name = "aaaa-1.jsonl" if provider is Provider.CLAUDE else "rollout-2026-03-01T00-00-00-01900001-0000-7000-8000-000000000001.jsonl"
    path = folder / name
    path.write_bytes(content)
    # A record without any time takes its file's: the same in every test.
    os.utime(path, (1_772_000_000, 1_772_000_000))
    return path


def sane(chunk: Chunk) -> None:
    """What reaches the ledger fits it: no negative token, no number or text that SQLite refuses."""
    assert decode(encode(chunk)) == chunk
    for seen in chunk.sightings:
        counts = (seen.input, seen.write_5m, seen.write_1h, seen.cache_read, seen.output, seen.reasoning, seen.searches)
        assert min(counts) >= 0
        assert max(counts) < MOST
        assert seen.unobserved >= 0
        assert seen.ts >= 0
        assert 0 <= seen.recorded < 2**63
        assert -(2**63) <= seen.identity < 2**63
        for text in (seen.session, seen.model, seen.folder, seen.branch, seen.version):
            assert text is None or text.encode() is not None
    assert all(0 <= number < 2**63 for stated in chunk.cost_states.values() for number in stated)
    assert all(fact.name.encode() is not None for fact in chunk.sessions)


@THOROUGH
@given(content=odd_log(CLAUDE))
def test_no_claude_log_is_fatal(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = log_in(tmp_path_factory.mktemp("odd"), Provider.CLAUDE, content)
    chunk = parse(str(path), Provider.CLAUDE)
    sane(chunk)
    assert not {"unreadable:RecursionError", "unreadable:TypeError", "unreadable:AttributeError"} & set(chunk.skipped)


@THOROUGH
@given(content=odd_log(CODEX))
def test_no_codex_log_is_fatal(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = log_in(tmp_path_factory.mktemp("odd"), Provider.CODEX, content)
    chunk = parse(str(path), Provider.CODEX)
    sane(chunk)
    assert not {name for name in chunk.skipped if name.startswith("unreadable:") and name.endswith("Error")}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=odd_log(CLAUDE), codex=odd_log(CODEX), data=st.data())
def test_a_log_read_in_two_is_the_log_read_at_once(
    content: bytes, codex: bytes, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The file as it was at any moment of its growth, read, and then the rest."""
    folder = tmp_path_factory.mktemp("cut")
    homes = {}
    for name in ("whole", "cut"):
        (folder / name / "claude" / "projects" / "p").mkdir(parents=True)
        (folder / name / "codex" / "sessions").mkdir(parents=True)
        homes[name] = Home(str(folder / name / "claude"), str(folder / name / "codex"), folder / name / "data")
    for provider, raw in ((Provider.CLAUDE, content), (Provider.CODEX, codex)):
        place = Path("claude/projects/p") if provider is Provider.CLAUDE else Path("codex/sessions")
        log_in(folder / "whole" / place, provider, raw)
        log_in(folder / "cut" / place, provider, raw[: data.draw(st.integers(0, len(raw)))])
    homes["cut"].sync()
    for provider, raw in ((Provider.CLAUDE, content), (Provider.CODEX, codex)):
        place = Path("claude/projects/p") if provider is Provider.CLAUDE else Path("codex/sessions")
        path = next((folder / "cut" / place).iterdir())
        with path.open("ab") as log:
            log.write(raw[path.stat().st_size :])
        os.utime(path, (1_772_000_000, 1_772_000_000))
    homes["cut"].sync()
    homes["whole"].sync()
    assert not differing(content_of(homes["cut"].data), content_of(homes["whole"].data))


# -- what the strict decoder refuses


@pytest.mark.parametrize(
    ("line", "objects", "broken", "torn"),
    [
        (b'\0\0{"a":1}\0\n', [{"a": 1}], False, False),
        (b'\xef\xbb\xbf{"a":NaN,"b":1e999}\r\n', [{"a": None, "b": None}], False, False),
        (b'{"a":1}\0\0{"b":2}\n', [{"a": 1}, {"b": 2}], False, False),
        (b'{"a":\0\0{"b":2}\n', [{"b": 2}], True, False),
        (b'{"a":1}\0\0{"b":', [{"a": 1}], True, True),
        (b'{"a":"\0"}\n', [{"a": "\0"}], False, False),
        (b"\0\0\0\n", [], False, False),
        (b"[1]\n", [], True, True),
    ],
)
def test_salvage(line: bytes, objects: list[object], broken: bool, torn: bool) -> None:
    found = salvage(line)
    assert ([part.value for part in found.parts], bool(found.broken), found.torn) == (objects, broken, torn)


def test_depth_is_cut_off_and_what_is_torn_stays_torn() -> None:
    deep = b'{"a":' + b'["]",' * 2_000 + b"1" + b"]" * 2_000 + b',"b":2}'
    (found,) = salvage(deep).parts
    assert found.value["b"] == 2
    assert salvage(deep[:-1]).torn
    assert json.loads(shallow(b'{"a":[[1]]}')) == {"a": [[1]]}


@given(texts=st.lists(st.text(st.sampled_from('a"\\\ud800é'), max_size=8), max_size=5), times=st.integers(1, 3))
def test_long_texts_are_left_out_and_all_else_is_as_it_was(texts: list[str], times: int) -> None:
    long = "".join(texts) + "\\" * times + "x" * (LONG_TEXT + 1) + '"' * times
    value = {"before": texts, long: 1, "long": [long, {"in": long}], "after": {"n": 2}}
    found = json.loads(shortened(json.dumps(value).encode()))
    assert found == {"before": texts, "": 1, "long": ["", {"in": ""}], "after": {"n": 2}}
