"""The way in: `tally-tui` and `python -m tally_tui`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns the exit status (0 done, 1 failed, 2 not understood, 130 stopped)."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        # Scripts ask for it, and it should cost no more than starting Python.
        from tally_tui import __version__

        sys.stdout.write(f"tally-tui {__version__}\n")
        return 0
    if sys.argv[1:2] in (["statusline"], ["hook"]):
        from tally_tui.cli.agents import quick

        status = quick(sys.argv[1:])
        if status is not None:
            return status
    from tally_tui.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
