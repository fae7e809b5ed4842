"""A machine of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from machines import Machine
from small_logs import write_small_logs


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A machine without logs."""
    (tmp_path / "tmp").mkdir()
    return Machine(tmp_path)


@pytest.fixture
def machine(bare: Machine) -> Machine:
    """A machine with the small logs."""
    write_small_logs(bare.home)
    return bare
