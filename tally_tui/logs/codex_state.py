"""What the Codex parser remembers of a rollout from one stretch of it to the next."""

from __future__ import annotations

import msgspec

from tally_tui.logs.codex_talk import SaidState
from tally_tui.logs.codex_turns import Turns
from tally_tui.logs.codex_usage import Pairs, Totals
from tally_tui.logs.records import Talk


class State(msgspec.Struct):
    """Everything at the cursor that later lines depend on."""

    thread: str | None = None
    in_rollout: bool = False
    beheaded: bool = False
    """A rollout's record came before any `session_meta`."""
    model: str = ""
    turns: Turns = msgspec.field(default_factory=Turns)
    forked: bool = False
    listed: bool = False
    """The agent's list of imports names the thread."""
    import_ended: bool = False
    tier: int | None = None
    """Price flags of the service tier that was stated last; None: none was stated yet."""
    assumed: bool = False
    """Some call so far has no stated tier."""
    folder: str | None = None
    branch: str | None = None
    version: str | None = None
    last_ts: int | None = None
    said: SaidState = msgspec.field(default_factory=SaidState)
    nameless: bool = False
    """Some sighting so far has no model."""
    completed: int = 0
    """Turns of a headless run counted so far."""
    totals: Totals = msgspec.field(default_factory=Totals)
    pairs: Pairs = msgspec.field(default_factory=Pairs)
    responses: list[int] = []
    """The latest responses told of: the log of one may come twice."""
    same: dict[str, int] = {}
    """How often each identity was given at `same_ts`: equal counts in one millisecond stay apart."""
    same_ts: int | None = 0
    limits: dict[str, list[float]] = {}
    talk: Talk = msgspec.field(default_factory=Talk)
