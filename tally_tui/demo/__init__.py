"""A synthetic month of both agents' logs, and the one writer of realistic logs that tests and benches use."""

from __future__ import annotations

from tally_tui.demo.month import DemoRoots, write_demo

__all__ = ["DemoRoots", "write_demo"]
