"""No order of reading changes a number: files shuffled, read in any stretches, stopped and started anywhere."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_content import content, differing
from ledger_sums import Home, Sums
from small_logs import write_small_logs

from tally_tui.config import Settings
from tally_tui.ingest import parsing
from tally_tui.ingest import sync as syncing

THOROUGH = settings(max_examples=25, deadline=None)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    write_small_logs(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(logs: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    home = Home(str(logs / "claude"), str(logs / "codex"), tmp_path_factory.mktemp("undisturbed"))
    home.sync()
    return content(home.data)


class Killed(BaseException):
    """The process ends here, as by a signal: nothing after it runs."""


@THOROUGH
@given(seed=st.integers(0, 2**32), stretch=st.sampled_from([1, 700, 5_000, 1 << 30]), batch=st.integers(1, 400))
def test_files_in_any_order_and_stretches(
    seed: int, stretch: int, batch: int, logs: Path, undisturbed: list[tuple[Any, ...]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    home = Home(str(logs / "claude"), str(logs / "codex"), tmp_path_factory.mktemp("any"))
    shuffled_discover = syncing.discover

    def discover(*arguments: Any) -> Any:
        found = shuffled_discover(*arguments)
        random.Random(seed).shuffle(found)
        return found

    def in_stretches(jobs: Any, state_of: Any) -> Any:
        return parsing_in_place(jobs, state_of, stretch)

    parsing_in_place = parsing.parse_in_place
    with (
        patch.object(syncing, "discover", discover),
        patch.object(parsing, "parse_in_place", in_stretches),
        patch.object(syncing, "BATCH_SIGHTINGS", batch),
    ):
        home.sync()
    assert not differing(content(home.data), undisturbed)


@THOROUGH
@given(seed=st.integers(0, 2**32), kills=st.lists(st.integers(0, 60), max_size=8))
def test_killed_anywhere_and_started_again(
    seed: int, kills: list[int], logs: Path, undisturbed: list[tuple[Any, ...]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """An Ingestor dies at the n-th statement of its transactions; the next one goes on from the disk."""
    home = Home(str(logs / "claude"), str(logs / "codex"), tmp_path_factory.mktemp("killed"))
    with patch.dict(os.environ, home.environment), patch.object(syncing, "BATCH_SIGHTINGS", 5):
        for statements in kills:
            ingestor = syncing.Ingestor(Settings())
            left = statements

            def dies(*_: object) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Killed

            step = syncing._Pass._write

            def write(self: Any, batch: Any, step: Any = step, dies: Any = dies, **options: Any) -> None:
                dies()
                step(self, batch, **options)
                dies()

            try:
                with patch.object(syncing._Pass, "_write", write):
                    ingestor.run()
            except Killed:
                pass
            finally:
                ingestor.close()
        syncing.sync(Settings())
    assert not differing(content(home.data), undisturbed)


@THOROUGH
@given(data=st.data())
def test_logs_that_grow_while_they_are_read(
    data: st.DataObject, logs: Path, undisturbed: list[tuple[Any, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every file arrives in pieces cut at any byte, with passes between; the end is as if it had been there."""
    folder = tmp_path_factory.mktemp("growing")
    home = Home(str(folder / "claude"), str(folder / "codex"), folder / "data")
    pieces: list[tuple[Path, bytes]] = []
    for path in sorted(logs.rglob("*.*")):
        content_of = path.read_bytes()
        target = folder / path.relative_to(logs)
        target.parent.mkdir(parents=True, exist_ok=True)
        # A compressed log is written whole, as its agent does.
        cuts = [] if path.suffix == ".zst" else sorted(data.draw(st.lists(st.integers(0, len(content_of)), max_size=3)))
        pieces += [
            (target, content_of[start:end])
            for start, end in zip([0, *cuts], [*cuts, len(content_of)], strict=True)
        ]
    order = data.draw(st.permutations(range(len(pieces)))) if len(pieces) < 40 else list(range(len(pieces)))
    ranks = {index: rank for rank, index in enumerate(order)}
    by_file: dict[Path, list[int]] = {}
    for index, (target, _) in enumerate(pieces):
        by_file.setdefault(target, []).append(ranks[index])
    # Pieces of one file keep their order; files interleave as drawn.
    turns = sorted((rank, target) for target, found in by_file.items() for rank in sorted(found))
    contents = {target: iter([piece for path, piece in pieces if path == target]) for target in by_file}
    every = data.draw(st.integers(1, 10))
    for number, (_, target) in enumerate(turns):
        with target.open("ab") as log:
            log.write(next(contents[target]))
        if number % every == 0:
            home.sync()
    home.sync()
    assert not differing(content(home.data), undisturbed)


def test_rebuilding_gives_the_same_and_keeps_what_is_gone(
    logs: Path, undisturbed: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    import shutil

    shutil.copytree(logs, tmp_path / "logs")
    home = Home(str(tmp_path / "logs" / "claude"), str(tmp_path / "logs" / "codex"), tmp_path / "data")
    home.sync()
    home.sync(rebuild=True)
    assert not differing(content(home.data), undisturbed)
    before = home.sums()
    for path in sorted((tmp_path / "logs").rglob("*.jsonl*"))[::2]:
        path.unlink()
    home.sync()
    assert home.sums() == before
    home.sync(rebuild=True)
    after = home.sums()
    assert (after.calls, after.tokens, after.cost) == (before.calls, before.tokens, before.cost)


def test_sums_of_small_logs(logs: Path, tmp_path: Path) -> None:
    home = Home(str(logs / "claude"), str(logs / "codex"), tmp_path)
    home.sync()
    sums = home.sums()
    assert isinstance(sums, Sums)
    assert set(sums.duplicates) == {"copy", "replay", "repeat", "record", "archive"}
