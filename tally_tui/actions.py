"""What a person does on a screen that is written to disk: each deed with all it needs to be done.

A screen hands an action to the store and goes on; a thread does it (`live/acting.py`) and answers with a `Done`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from tally_tui.config_budgets import Budget
    from tally_tui.config_budgets_edit import Change as BudgetChange
    from tally_tui.ledger.searches import SavedSearch
    from tally_tui.model import Subject
    from tally_tui.trouble import Trouble


class Acknowledge(Struct, frozen=True):
    """Alerts are seen."""

    alerts: tuple[int, ...]
    """Their ids; none: all of them."""
    at: int = 0
    """When, epoch ms; 0: now."""


class Unacknowledge(Struct, frozen=True):
    """Alerts that were marked as seen at an instant are not."""

    at: int
    alerts: tuple[int, ...] = ()
    """Their ids; none: all of that instant."""


class SnoozeAlerts(Struct, frozen=True):
    """What a rule fires is only recorded until an instant; one that is past ends it."""

    rule: str
    """'' for all rules."""
    until: int
    said: str = ""
    """What to tell the person."""


class SetAlert(Struct, frozen=True):
    """A value of `[alerts]` is changed in the settings."""

    name: str
    """As in `weekly.thresholds` or `quiet`."""
    value: bool | str | tuple[float, ...] | tuple[str, ...] | None
    """None: the default."""
    said: str = ""


AlertAction: TypeAlias = Acknowledge | Unacknowledge | SnoozeAlerts | SetAlert


class ChangeBudget(Struct, frozen=True):
    """A budget takes the place of another in the settings."""

    before: Budget | None
    """As the person saw it; None: `after` is added."""
    after: Budget | None
    """None: `before` is removed."""


class TakeBackBudget(Struct, frozen=True):
    """A change of budgets is undone."""

    change: BudgetChange


class SetBookmark(Struct, frozen=True):
    """A session or a message is bookmarked, or no longer."""

    subject: Subject
    on: bool
    created_ms: int | None = None
    """When a bookmark that is put back was made; None: now."""


class SetNote(Struct, frozen=True):
    """A note is written, in place of any other; an empty text deletes it."""

    subject: Subject
    text: str
    created_ms: int | None = None


class SetHidden(Struct, frozen=True):
    """A session is taken off the list of conversations, or put back."""

    provider: str
    session: str
    on: bool


class LeavePlace(Struct, frozen=True):
    """A session was left with this message and line at the top of the page."""

    provider: str
    session: str
    item: str
    line: int


class KeepHabits(Struct, frozen=True):
    """How the person had a screen: what is to be so again at the next start."""

    habits: tuple[tuple[str, str], ...]
    """Names, each with its value; those not named stay."""


class RememberQuery(Struct, frozen=True):
    """Something was searched for."""

    query: str


class ForgetQuery(Struct, frozen=True):
    """It is no longer offered."""

    query: str


class SaveSearch(Struct, frozen=True):
    """A search is kept under its name, in place of any other of that name."""

    search: SavedSearch


class DropSearch(Struct, frozen=True):
    """A saved search is deleted."""

    name: str


class SetArchived(Struct, frozen=True):
    """A session is copied to the archive, or taken out of it."""

    provider: str
    session: str
    on: bool
    sure: bool = False
    """Of taking out: also what is nowhere else."""


class StopArchiving(Struct, frozen=True):
    """The copying that is under way ends; what was copied stays."""


class ExportConversation(Struct, frozen=True):
    """A conversation is written to a file."""

    session: str
    path: str
    """Whole, without `~`."""
    form: str = "markdown"
    """`markdown`, `html` or `json`."""
    part: str = "all"
    """`all`, `chat` or `prompts`."""
    secrets: bool = True
    """Whether they are masked."""
    people: bool = True
    """Whether home folders and mail addresses are made nobody's."""
    overwrite: bool = False
    timezone: str = "local"


class OpenMedia(Struct, frozen=True):
    """Images and documents of a message are written to private files and opened."""

    provider: str
    session: str
    """As the message's item names it."""
    log: str
    places: tuple[tuple[int, int, int], ...]
    """Offset and length of each one's line in the log, and its part of the line."""
    masked: bool = False
    """Whether names are masked."""


ArchiveAction: TypeAlias = SetArchived | StopArchiving
"""What a person wants kept of logs."""
SearchAction: TypeAlias = RememberQuery | ForgetQuery | SaveSearch | DropSearch
"""What is kept of searching."""
MarkAction: TypeAlias = SetBookmark | SetNote | SetHidden | LeavePlace | KeepHabits
"""What a person keeps in the ledger about sessions and messages, and of how they are shown."""
Action: TypeAlias = (
    ArchiveAction | MarkAction | SearchAction | AlertAction | ChangeBudget | TakeBackBudget | ExportConversation
    | OpenMedia
)


class Done(Struct, frozen=True):
    """What came of an action."""

    action: Action
    said: str = ""
    """For the person; empty where the screen itself shows it."""
    trouble: Trouble | None = None
    """Why it was not done."""
    undo: Action | None = None
    """What takes it back, where that can be."""
