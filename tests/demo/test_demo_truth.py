"""The demo's truth against the naive count of its logs: two roads to the same totals."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tally_tui.demo import write_demo
from tally_tui.demo.bulk import write_corpus

NOW = 1_795_300_000_000


@pytest.fixture(scope="module")
def counter() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "naive_counter", Path(__file__).parents[1] / "naive_counter.py"
    )
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_month_counts_to_its_truth(counter: ModuleType, tmp_path: Path, seed: int) -> None:
    roots = write_demo(tmp_path, NOW - seed * 7_777_777, seed=seed)
    counted = counter.count([roots.claude], [roots.codex])
    models = {
        f"{provider} {model}": kinds
        for provider, models in roots.truth.by_model().items()
        for model, kinds in models.items()
    }
    assert counted["by_model"] == models
    sessions = {key.split(" ", 1)[1]: kinds for key, kinds in counted["by_root"].items()}
    assert sessions == roots.truth.by_session()
    assert set(counted["duplicates"]["claude"]) == {"copy", "replay"}
    assert set(counted["duplicates"]["codex"]) == {"archive", "record", "repeat", "replay"}
    assert counted["limit_events"] >= 1
    assert counted["skipped"] == {}


def test_a_corpus_counts_to_its_truth(counter: ModuleType, tmp_path: Path) -> None:
    roots = write_corpus(tmp_path, NOW, mb=8)
    counted = counter.count([roots.claude], [roots.codex])
    models = {
        f"{provider} {model}": kinds
        for provider, models in roots.truth.by_model().items()
        for model, kinds in models.items()
    }
    assert counted["by_model"] == models
