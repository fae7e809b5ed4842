"""The names of the reports; light, so that help about everything imports none of them."""

from __future__ import annotations

from typing import Final

REPORTS: Final = {
    "usage": "what was spent, grouped",
    "today": "the short answer: now, today, this week, this month",
    "projects": "which projects the money went to",
    "sessions": "sessions, the latest first",
    "calls": "single calls, and the lines they came from",
    "explain": "the total that explains itself",
}
"""Name → summary. The module is `tally_tui.reports.NAME_report`, imported when the report is asked for."""
ALIASES: Final = {"today": ("now",)}
"""Name → what it may be called as well."""
