"""The settings in force, with what is wrong in them said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tally_tui.cli.output import remark

if TYPE_CHECKING:
    from tally_tui.config import Settings


def settings_in_force() -> Settings:
    """Load the settings; every problem becomes one line on stderr."""
    from tally_tui.config import load
    from tally_tui.paths import config_path

    settings = load()
    for problem in settings.problems:
        remark(f"{config_path().name}: {problem}")
    return settings
