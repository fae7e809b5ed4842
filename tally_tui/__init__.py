"""tally-tui: what coding agents cost, when a limit stops them, and what they said."""

__version__ = "0.1.0"
