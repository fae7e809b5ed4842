"""The way in: `tally-tui` and `python -m tally_tui`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line; returns the exit status (0 done, 1 failed, 2 not understood, 130 stopped)."""
    _open_closed_streams()
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


def _open_closed_streams() -> None:
    """Open /dev/null in place of a standard stream that was closed before we were started.

    A file that is opened later, such as the ledger, would take its number, and be written to by whoever prints.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is taken: this one.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


if __name__ == "__main__":
    sys.exit(main())
