"""Before logs are read: which of their sessions share an id with others, and what has to be read anew for that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from tally_tui import paths
from tally_tui.database import transaction
from tally_tui.ingest.plan import Plan, make_plan
from tally_tui.ingest.twins import Twins, transcript_id
from tally_tui.ledger import files
from tally_tui.ledger.session_places import place_sessions
from tally_tui.logs.discover import look
from tally_tui.logs.records import Chunk
from tally_tui.model import Provider


def place(
    db: sqlite3.Connection, twins: Twins, plan: Plan, roots: Iterable[paths.Root]
) -> tuple[dict[str, int], set[str]]:
    """Compare the transcripts in a plan with others of the same session id.

    Returns the numbers of files that were added to the ledger for it, and the ids whose sessions have other names
    now; files that must be read anew for that are in the plan.
    """
    for file, log in plan.moved:
        twins.moved(file.path, log.path)
    shared = twins.met(job.log.path for job in plan.jobs if job.log.provider is Provider.CLAUDE)
    if not shared:
        return {}, set()
    new: dict[str, int] = {}
    changed: set[str] = set()
    again: list[str] = []
    with transaction(db):
        for job in plan.jobs:
            if job.known is None and transcript_id(job.log.path) in shared:
                new[job.log.path] = files.add_file(db, job.log.provider, job.log.path)
        for session in sorted(shared):
            places = twins.decide(session)
            compared = db.total_changes
            anew = place_sessions(db, session, places, lambda uuid, session=session: twins.holder(session, uuid))  # type: ignore[misc]
            again += anew
            if db.total_changes > compared or anew:
                changed.add(session)
    if again:
        _read_anew(db, plan, again, tuple(roots))
    return new, changed


def _read_anew(db: sqlite3.Connection, plan: Plan, again: list[str], roots: tuple[paths.Root, ...]) -> None:
    logs = [log for log in (look(path, roots) for path in again) if log is not None]
    jobs = make_plan(files.known_files(db, [log.path for log in logs]), logs, rebuild=True)
    replaced = {job.log.path for job in jobs.jobs}
    plan.jobs = [job for job in plan.jobs if job.log.path not in replaced] + jobs.jobs
    plan.problems += jobs.problems


def rename(chunk: Chunk, named: Callable[[str], str]) -> None:
    """Give the sessions that a stretch of a log speaks of the names that the ledger has for them."""
    for sighting in chunk.sightings:
        sighting.session = named(sighting.session)
    for fact in chunk.sessions:
        fact.name = named(fact.name)
        fact.parent = None if fact.parent is None else named(fact.parent)
    for event in chunk.events:
        event.session = named(event.session)
    if chunk.talk is not None:
        chunk.talk.session = named(chunk.talk.session)
    chunk.cost_states = {named(session): cost for session, cost in chunk.cost_states.items()}
