"""The names of the reports; light, so that help about everything imports none of them."""

from __future__ import annotations

from typing import Final

REPORTS: Final = {
    "usage": "what was spent, grouped",
    "projects": "which projects the money went to",
    "sessions": "sessions, the latest first",
    "calls": "single calls, and the lines they came from",
}
"""Name → summary. The module is `tally_tui.reports.NAME_report`, imported when the report is asked for."""
