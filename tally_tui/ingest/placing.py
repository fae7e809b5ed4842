"""Before logs are read: which of their sessions share an id with others, and what has to be read anew for that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from functools import partial

from tally_tui import paths
from tally_tui.database import transaction
from tally_tui.ingest.plan import Job, Plan, Why, make_plan
from tally_tui.ingest.twins import Twins, transcript_id
from tally_tui.ledger import files
from tally_tui.ledger.session_places import drop_empty, place_sessions
from tally_tui.logs.discover import look
from tally_tui.logs.records import Chunk
from tally_tui.model import Provider


class Placing:
    """Tells sessions apart that share an id, in one pass over the logs."""

    def __init__(self, db: sqlite3.Connection, twins: Twins, roots: tuple[paths.Root, ...]) -> None:
        self._db, self._twins, self._roots = db, twins, roots

    def place(self, plan: Plan, numbers: dict[str, int]) -> set[str]:
        """Compare the transcripts in a plan with others of the same session id.

        Returns the ids whose sessions have other names now; files that must be read anew for that are in the plan
        then. Files that were added to the ledger to be compared are put into `numbers`.
        """
        twins = self._twins
        for file, log in plan.moved:
            twins.moved(file.path, log.path)
        shared = twins.met(job.log.path for job in plan.jobs if job.log.provider is Provider.CLAUDE)
        if not shared:
            return set()
        changed: set[str] = set()
        again: list[str] = []
        with transaction(self._db):
            for job in plan.jobs:
                if job.known is None and transcript_id(job.log.path) in shared:
                    numbers[job.log.path] = files.add_file(self._db, job.log.provider, job.log.path)
            for session in sorted(shared):
                places = twins.decide(session)
                before = self._db.total_changes
                anew = place_sessions(self._db, session, places, partial(twins.holder, session))
                again += anew
                if anew or self._db.total_changes > before:
                    changed.add(session)
        if again:
            _read_anew(self._db, plan, again, self._roots)
        return changed

    def name(self, file: int, job: Job, chunk: Chunk) -> None:
        """Give the sessions that a stretch of a log speaks of the names that the ledger has for them."""
        twins, path = self._twins, job.log.path
        # One that is read anew may have shared its id, and shares it no more.
        if twins.any or job.why is Why.ASKED:
            told = chunk.talk.session if chunk.talk is not None else ""
            files.set_place(self._db, file, twins.place_of(path, told or transcript_id(path) or ""))
            _rename(chunk, partial(twins.named, path))

    def drop_empty(self, sessions: Iterable[str]) -> None:
        """Forget those of sessions with other names now that nothing is told of any more."""
        with transaction(self._db):
            for session in sessions:
                drop_empty(self._db, session)


def _read_anew(db: sqlite3.Connection, plan: Plan, again: list[str], roots: tuple[paths.Root, ...]) -> None:
    logs = [log for log in (look(path, roots) for path in again) if log is not None]
    jobs = make_plan(files.known_files(db, [log.path for log in logs]), logs, rebuild=True)
    replaced = {job.log.path for job in jobs.jobs}
    plan.jobs = [job for job in plan.jobs if job.log.path not in replaced] + jobs.jobs
    plan.problems += jobs.problems


def _rename(chunk: Chunk, named: Callable[[str], str]) -> None:
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
