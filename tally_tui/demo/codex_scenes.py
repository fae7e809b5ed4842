"""Scenes of Codex, each a believable half hour that leaves one family of record shapes behind."""

from __future__ import annotations

from collections.abc import Callable

from tally_tui.demo import codex_copies as copies
from tally_tui.demo import codex_sessions as sessions
from tally_tui.demo.codex_log import LEGACY, OLD
from tally_tui.demo.codex_sessions import Rollout
from tally_tui.demo.desk import Desk
from tally_tui.demo.tales import KITE, LANTERN
from tally_tui.demo.truth import Truth


def ordinary(desk: Desk, at: int) -> None:
    """A rollout as most are, now and then with a compaction or another model half way."""
    rollout = desk.rollout(at, version=LEGACY if desk.dice.chance(0.15) else "0.169.0")
    sessions.work(rollout, desk.dice.randrange(1, 4), 3.4)
    roll = desk.dice.random()
    if roll < 0.1:
        sessions.compact(rollout)
        _more(rollout)
    elif roll < 0.2:
        sessions.switch(rollout, "openai/gpt-5.3-codex" if roll < 0.15 else "gpt-5.5")
    path = rollout.log.save(desk.codex)
    if rollout.log.at < desk.until - 7 * 86_400_000 and desk.dice.chance(0.15):
        copies.compress(path)


def legacy_forks(desk: Desk, at: int) -> None:
    """One parent and a fork in every shape that legacy forks have."""
    parent = _parent(desk, at)
    for number, shape in enumerate(copies.FORK_SHAPES):
        child = copies.fork(parent, parent.log.at + 60_000 * (number + 1), shape)
        _more(child)
        child.log.save(desk.codex)


def legacy_agents(desk: Desk, at: int) -> None:
    """Spawned agents that replay their parent, one that replays nothing, and a grandchild."""
    parent = _parent(desk, at)
    child = copies.spawn(parent, parent.log.at + 30_000)
    _more(child)
    child.log.save(desk.codex)
    grandchild = copies.spawn(child, child.log.at + 30_000, meta=True, nickname="Curie")
    _more(grandchild)
    grandchild.log.save(desk.codex)
    for nickname in ("Euler", "Gauss"):
        # Two that do the very same work: equal vectors, and still two.
        twin = copies.spawn(parent, parent.log.at + 90_000, replays=False, nickname=nickname)
        twin.log.turn("Count the knots.")
        twin.log.call(300)
        twin.log.wait(9)
        twin.log.call(200)
        twin.log.save(desk.codex)


def orphan(desk: Desk, at: int) -> None:
    """A fork whose parent is not on disk any more."""
    parent = desk.rollout(at, KITE, version=LEGACY, model="gpt-5.5", truth=Truth())
    sessions.work(parent, 2, 3)
    child = copies.fork(parent, parent.log.at + 60_000)
    child.log.truth = desk.truth
    child.log.wait(20)
    _more(child)
    child.log.save(desk.codex)


def paginated_family(desk: Desk, at: int) -> None:
    """A fork and a spawned agent of today, and a review: none of them copies anything."""
    parent = desk.rollout(at, LANTERN)
    sessions.work(parent, 2, 3)
    children = [
        copies.paginated_fork(parent, parent.log.at + 60_000),
        copies.paginated_spawn(parent, parent.log.at + 5_000),
        copies.review(parent, parent.log.at + 200_000),
    ]
    for child in children:
        _more(child)
        child.log.save(desk.codex)
    parent.log.save(desk.codex)


def archived(desk: Desk, at: int) -> None:
    """A copy in the archive, a rollout that is only there, and one both plain and compressed."""
    for number in range(3):
        rollout = desk.rollout(at + 1_800_000 * number, version=LEGACY, model="gpt-5.5")
        sessions.work(rollout, 1, 3)
        path = rollout.log.save(desk.codex)
        if number < 2:
            copies.archive(rollout, desk.codex, move=number == 1)
        else:
            copies.compress(path, keep=True)


def second_files(desk: Desk, at: int) -> None:
    """Threads in two files: resumed with totals that start anew, and set back to an earlier turn."""
    for number, again in enumerate((copies.resumed, copies.reverted)):
        rollout = desk.rollout(at + 3_600_000 * number, KITE, version=LEGACY, model="gpt-5.5")
        sessions.work(rollout, 1, 3)
        rollout.log.save(desk.codex)
        again(rollout, desk.codex, rollout.log.at + 300_000)


def resumed_in_place(desk: Desk, at: int) -> None:
    """A second header in the same file, and a reset of the totals."""
    rollout = desk.rollout(at, version=LEGACY, model="gpt-5.5")
    sessions.work(rollout, 1, 3)
    rollout.log.wait(1_200)
    rollout.log.meta()
    rollout.log.total = dict.fromkeys(rollout.log.total, 0)
    _more(rollout)
    rollout.log.save(desk.codex)


def headless(desk: Desk, at: int) -> None:
    """Logs of `codex exec --json`: one that stands alone, one beside its rollout."""
    sessions.headless(desk.codex, desk.dice, at, desk.truth)
    rollout = desk.rollout(at + 900_000)
    sessions.work(rollout, 1, 2)
    rollout.log.save(desk.codex)
    sessions.headless(desk.codex, desk.dice, at + 900_000, desk.truth, rollout.log.thread, known=True)


def museum(desk: Desk, at: int) -> None:
    """One of everything, in both histories."""
    for number, version in enumerate(("0.169.0", LEGACY)):
        rollout = desk.rollout(at + 1_800_000 * number, LANTERN, version=version, model="gpt-5.6-sol")
        sessions.work(rollout, 1, 2)
        sessions.museum(rollout)
        sessions.compact(rollout)
        _more(rollout)
        rollout.log.save(desk.codex)


def old_versions(desk: Desk, at: int) -> None:
    """The oldest shapes: relative resets, no model, a model named late, bare items."""
    rollout = desk.rollout(at, KITE, version=OLD, model="gpt-5.3-codex")
    sessions.work(rollout, 1, 3)
    rollout.log.save(desk.codex)
    nameless = desk.rollout(at + 1_800_000, KITE, version=OLD)
    sessions.unnamed_model(nameless)
    nameless.log.save(desk.codex)
    late = desk.rollout(at + 2_400_000, KITE, version=LEGACY, model="gpt-5.5")
    sessions.late_model(late)
    late.log.save(desk.codex)
    sessions.oldest(desk.codex, desk.dice, at)


def live(desk: Desk, at: int) -> None:
    """A rollout that is still going on."""
    rollout = desk.rollout(at, LANTERN, model="gpt-5.6-sol")
    sessions.work(rollout, 1, 3)
    while rollout.log.at < desk.until - 60_000:
        _more(rollout)
        rollout.log.wait(40)
    rollout.log.save(desk.codex)


def _parent(desk: Desk, at: int) -> Rollout:
    parent = desk.rollout(at, KITE, version=LEGACY, model="gpt-5.5")
    sessions.work(parent, 2, 3)
    parent.log.save(desk.codex)
    return parent


def _more(rollout: Rollout) -> None:
    prompt, answer = rollout.story.follow_up()
    sessions.turn(rollout, prompt, answer, 2)


SCENES: tuple[Callable[[Desk, int], None], ...] = (
    legacy_forks,
    legacy_agents,
    orphan,
    paginated_family,
    archived,
    second_files,
    resumed_in_place,
    headless,
    museum,
    old_versions,
)
