"""What projects and sessions are called."""

from __future__ import annotations

import sqlite3


def project_names(db: sqlite3.Connection) -> dict[str, str]:
    """Root folder → short, unambiguous name, over every project the ledger knows; '' has none.

    Roots that are one project (a worktree of a known one) share its name.
    """
    from tally_tui.rules.project_names import settle, short_names

    roots = [
        root
        for (root,) in db.execute(
            "SELECT DISTINCT root FROM folder WHERE root <> '' AND id IN (SELECT coalesce(project, folder) FROM facet "
            "UNION ALL SELECT coalesce(project, folder) FROM session) ORDER BY root"
        )
    ]
    settled = settle(roots)
    names = short_names([root for root in roots if root not in settled])
    return {root: names[settled.get(root, root)] for root in roots}


def session_names(db: sqlite3.Connection) -> dict[int, tuple[str, str]]:
    """Session row → the agent's own id of it, and what people call it (its id when it has no title)."""
    return {
        number: (name, title or agent or name)
        for number, name, title, agent in db.execute("SELECT id, name, title, agent FROM session")
    }
