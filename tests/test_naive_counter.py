"""The naive counter itself against the exact cases, where they are at hand."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

VECTORS = Path(__file__).resolve().parents[1] / "../shared/vectors"
pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason="the exact cases are not on this machine")


def cases(folder: str) -> list[str]:
    path = VECTORS / folder / "expected.json"
    return sorted(json.loads(path.read_text())["cases"]) if path.exists() else []


def expected(folder: str, case: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((VECTORS / folder / "expected.json").read_text())["cases"][case]
    return found


@pytest.fixture(scope="module")
def counter() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "naive_counter", Path(__file__).with_name("naive_counter.py")
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("case", cases("codex"))
def test_codex_case(counter: ModuleType, case: str) -> None:
    wanted = expected("codex", case)
    counted = counter.count([], [VECTORS / "codex" / case])
    calls = sorted(counted["calls"], key=lambda call: call["at"])
    assert len(calls) == wanted["calls"]
    assert sum(call["inclusive"] for call in calls) == wanted["input_inclusive"]
    if "duplicates" in wanted:
        assert sum(counted["duplicates"]["codex"].values()) == wanted["duplicates"]
    if "models" in wanted:
        assert [call["model"] for call in calls] == wanted["models"]
    if "unobserved_input" in wanted:
        assert sum(call["unobserved_input"] for call in calls) == wanted["unobserved_input"]


@pytest.mark.parametrize("case", cases("one-trap"))
def test_trap(counter: ModuleType, case: str) -> None:
    home = VECTORS / "one-trap" / case
    counted = counter.count([home / ".claude", home / ".config" / "claude"], [home / ".codex"])
    assert counted["total_tokens"] == expected("one-trap", case)["total_tokens"]
