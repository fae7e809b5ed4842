"""Folders of ours, and the parents that had to be made for them, are their owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from unittest.mock import patch

import pytest
from ledger_sums import Home
from small_logs import answer, write

from tally_tui import paths
from tally_tui.record import places


@pytest.fixture(autouse=True)
def wide_open() -> object:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("how", ["paths", "places"])
def test_parents_that_had_to_be_made_are_private(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "a/b/c/data"
    for _ in range(2):
        if how == "paths":
            paths.private_dir(folder)
        else:
            with patch.dict(os.environ, {"TALLY_DATA_DIR": str(folder)}):
                places.made_data_dir()
    assert [mode(each) for each in (folder, *list(folder.parents)[:3])] == [0o700] * 4
    assert mode(tmp_path / "a") == 0o700


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(OSError):
            paths.private_dir(folder / "data")
        with pytest.raises(OSError):
            places.make_private(str(folder))


def test_a_wider_data_folder_is_narrowed_with_a_word_once(tmp_path: Path) -> None:
    home = Home(str(tmp_path / "claude"), str(tmp_path / "codex"), tmp_path / "data")
    write(tmp_path / "claude/projects/p/s.jsonl", [answer("s", "m", 1, 7)])
    home.data.mkdir(mode=0o755)
    home.data.chmod(0o755)
    result = home.sync()
    assert result.problems == (f"{home.data} was open to others (mode 755); it is its owner's alone now",)
    assert mode(home.data) == 0o700
    assert home.sync().problems == ()


def test_what_is_not_ours_alone_is_left(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert paths.narrowed(shared) == []
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    tmp_path.chmod(0o755)
    with patch.dict(os.environ, {"HOME": str(tmp_path)}):
        assert paths.narrowed(tmp_path) == []
    assert paths.narrowed(tmp_path / "none") == []
