"""The exact cases kept beside the project: 20 Codex folders and 44 homes with one trap each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ledger_sums import Home

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors"
pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason="the exact cases are not beside this checkout")


def cases(kind: str) -> dict[str, dict[str, Any]]:
    path = VECTORS / kind / "expected.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text())["cases"] if path.is_file() else {}
    return found


@pytest.mark.parametrize("name", cases("codex"))
def test_codex_case(name: str, tmp_path: Path) -> None:
    case = cases("codex")[name]
    codex = tmp_path / "codex"
    shutil.copytree(VECTORS / "codex" / name, codex)
    home = Home(str(tmp_path / "none"), str(codex), tmp_path / "data")
    home.sync()
    sums = home.sums()
    assert (sums.calls, sums.inclusive_input) == (case["calls"], case["input_inclusive"])
    assert sum(sums.duplicates.values()) == case.get("duplicates", sum(sums.duplicates.values()))
    assert list(sums.models) == case.get("models", list(sums.models))
    if "unobserved_input" in case:
        # The lost record also held 50 tokens of output.
        assert sums.unobserved == case["unobserved_input"] + 50
    assert sums.cached == case.get("cached", sums.cached)
    assert sums.output == case.get("output", sums.output)
    if "after_rest" in case:
        rollout = next(codex.rglob("*.jsonl"))
        with rollout.open("a") as log:
            log.write((VECTORS / "codex" / name / "rest.txt").read_text())
        home.sync()
        sums = home.sums()
        rest = case["after_rest"]
        assert (sums.calls, sums.inclusive_input) == (rest["calls"], rest["input_inclusive"])


@pytest.mark.parametrize("name", cases("one-trap"))
def test_one_trap_home(name: str, tmp_path: Path) -> None:
    case = cases("one-trap")[name]
    folder = VECTORS / "one-trap" / name
    home = Home(f"{folder}/.claude,{folder}/.config/claude", f"{folder}/.codex", tmp_path)
    home.sync()
    sums = home.sums()
    assert sums.tokens == case["total_tokens"], case["title"]
    if "cost_usd" in case:
        assert sums.cost == case["cost_usd"], case["title"]
