"""Forks of Codex threads, drawn at random with the calls of each known: copies never count, own calls always do."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from codex_families import Thread, families
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_sums import Home
from naive_counter import count as naive

from tally_tui.ingest import parsing
from tally_tui.ingest import sync as syncing


@pytest.mark.parametrize("apart", [False, True], ids=["at once", "one after the other"])
@given(family=families(), seed=st.integers(0, 2**16), stretch=st.sampled_from([1, 900, 1 << 30]))
@settings(max_examples=60, deadline=None)
def test_only_own_calls_count(
    family: tuple[list[Thread], set[str]], seed: int, stretch: int, apart: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    threads, lost = family
    folder = tmp_path_factory.mktemp("family")
    home = Home(str(folder / "none"), str(folder / "codex"), folder / "data")
    there = [thread for thread in threads if thread.name not in lost]
    random.Random(seed).shuffle(there)
    in_place = parsing.parse_in_place

    def in_stretches(jobs: Any, state_of: Any) -> Any:
        return in_place(jobs, state_of, stretch)

    with patch.object(parsing, "parse_in_place", in_stretches), patch.object(syncing, "BATCH_SIGHTINGS", 3):
        for thread in there:
            path = Path(home.codex, thread.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(thread.log)
            if apart:
                home.sync()
        home.sync()
    sums = home.sums()
    own = [size for thread in there for size in thread.own]
    assert (sums.calls, sums.inclusive_input) == (len(own), sum(own))
    counted = naive([], [home.codex])
    assert counted["totals"]["calls"] == sums.calls
    assert counted["duplicates"]["codex"].get("replay", 0) == sums.duplicates.get("replay", 0)
