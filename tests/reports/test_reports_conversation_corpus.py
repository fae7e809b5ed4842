"""Real logs, where there are any: every session opens, and every line that says something has its place in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ledger_sums import Home

from tally_tui.ledger.open import open_reader
from tally_tui.logs.messages import Kind
from tally_tui.reports.conversation import Conversation, conversation
from tally_tui.reports.conversation_files import NoLogError

CORPUS = Path(__file__).parents[2] / "../shared/corpus"


def whole(told: Conversation) -> int:
    """Entries of a conversation and all below it."""
    below = [agent for entry in told.entries for agent in entry.agents] + told.agents
    return len(told.entries) + sum(map(whole, below))


@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus here")
def test_every_session_opens(tmp_path: Path) -> None:
    Home(str(CORPUS / "claude"), str(CORPUS / "codex"), tmp_path).sync()
    db = open_reader(tmp_path / "ledger.db")
    try:
        names = dict(db.execute("SELECT name, first_ts FROM session"))
        assert len(names) > 100
        logs = list((CORPUS / "claude").rglob("agent-*.jsonl*"))
        orphans = 0
        for name, first in names.items():
            try:
                told = conversation(db, name, branches=True)
            except NoLogError:  # only its parent's log speaks of it: a subagent whose own log was deleted, uncounted
                root, _, agent = name.partition("/")
                assert first is None and agent.startswith("agent-"), name
                assert not [log for log in logs if log.name.startswith(f"{agent}.") and root in log.parts], name
                continue
            assert whole(told) > 0, name
            orphans += sum(entry.block.item.kind is Kind.TOOL_RESULT for entry in told.entries)
        assert orphans == 0
    finally:
        db.close()
