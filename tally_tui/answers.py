"""What each question of `requests` is answered with.

Only type checkers read this: it would import every report there is.
"""

from __future__ import annotations

from typing import TypeAlias

from tally_tui.archive.progress import Progress as ArchiveProgress
from tally_tui.reports.answers import Calls, Explain, Now, Sessions, Usage
from tally_tui.reports.answers_alerts import AlertDetail, AlertFeed, AlertRules, Progress
from tally_tui.reports.answers_limits import Budgets, Preview, Suggestions
from tally_tui.reports.channel_tests import ChannelTests
from tally_tui.reports.compare import Comparison
from tally_tui.reports.excerpts import Excerpts
from tally_tui.reports.habits import Habits
from tally_tui.reports.marks import Marks
from tally_tui.reports.search_answers import Reach, SearchAnswer, SessionPlaces
from tally_tui.reports.searches import Searches
from tally_tui.reports.subagents import Subagents
from tally_tui.reports.transcripts import Hits, Texts, Transcript
from tally_tui.reports.unread import Unread

LedgerAnswer: TypeAlias = Now | Usage | Sessions | Subagents | Calls | Explain | Budgets | Preview | Suggestions
AlertAnswer: TypeAlias = AlertFeed | AlertDetail | AlertRules | Progress | Unread
Answer: TypeAlias = (
    LedgerAnswer | AlertAnswer | ChannelTests | Excerpts | Transcript | Texts | Hits | SearchAnswer | Reach | Searches
    | SessionPlaces | Marks | Habits | Comparison | ArchiveProgress
)  # fmt: skip
