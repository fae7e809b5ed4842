"""Scenes of Claude Code, each a believable half hour that leaves one family of record shapes behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tally_tui.demo import claude_copies as copies
from tally_tui.demo import claude_museum, claude_notes
from tally_tui.demo import claude_sessions as sessions
from tally_tui.demo.claude_log import ANCIENT, OLD, Manner, text
from tally_tui.demo.desk import Desk
from tally_tui.demo.tales import HARBOR, ORCHARD

DAY_MS = 86_400_000


def ordinary(desk: Desk, at: int) -> None:
    """A session as most are, now and then with a subagent, a compaction or an interruption."""
    session = desk.session(at)
    dice, log = desk.dice, session.log
    sessions.work(session, dice.randrange(1, 4), 3.6)
    roll = dice.random()
    if roll < 0.16:
        sessions.delegate(session, dice.randrange(2, 6))
        copies.carry_on(session)
    elif roll < 0.22:
        claude_notes.compacted(log, session.story)
        copies.carry_on(session)
    elif roll < 0.28:
        claude_notes.interrupted(log)
        copies.carry_on(session, 2)
    elif roll < 0.32:
        claude_notes.titled(log, "custom-title", f"About the {session.story.noun()}")
    if dice.chance(0.4):
        claude_notes.cost_state(log, round(len(log.records) * 0.021, 6))
    session.save()


def museum(desk: Desk, at: int) -> None:
    session = desk.session(at, HARBOR)
    claude_museum.visit(session.log, session.story)
    claude_notes.titled(session.log, "agent-name", "museum")
    claude_notes.titled(session.log, "custom-title", "One of everything")
    claude_notes.api_request(session.log)
    session.save()


def nested_agents(desk: Desk, at: int) -> None:
    session = desk.session(at)
    sessions.work(session, 1)
    sessions.delegate(session, 3, nested=True)
    sessions.workflow(session)
    copies.carry_on(session)
    session.save()


def side_question(desk: Desk, at: int) -> None:
    session = desk.session(at)
    sessions.work(session, 2, 3)
    sessions.aside(session)
    sessions.spill(session)
    copies.carry_on(session)
    session.save()


def rewound(desk: Desk, at: int) -> None:
    session = desk.session(at)
    sessions.work(session, 2, 3)
    copies.rewind(session)
    claude_notes.api_request(session.log)
    session.save()


def forked(desk: Desk, at: int) -> None:
    """A session and two forks of it: one that says where it comes from, one that does not."""
    session = desk.session(at)
    sessions.work(session, 2, 3)
    session.save()
    for number, says in enumerate((True, False)):
        fork = copies.fork(session, session.log.at + 600_000 * (number + 1), says_origin=says)
        copies.carry_on(fork)
        fork.save()


def old_resume(desk: Desk, at: int) -> None:
    """An old version: a flat subagent, a resume that copies the file and keeps the ids, a title elsewhere."""
    session = desk.session(
        at, ORCHARD, version=OLD, manner=Manner("claude-sonnet-4-6", split=True, hour_share=0.0)
    )
    sessions.work(session, 2, 3)
    sessions.flat_agent(session)
    sessions.vanished_agent(session)
    session.save()
    again = copies.fork(session, session.log.at + 3_600_000, says_origin=False, keeps_session=True)
    copies.carry_on(again)
    again.save()
    copies.summarised(session, session.story, again.log.at + 900_000).save()


def ancient(desk: Desk, at: int) -> None:
    """The oldest version: no split of cache writes; a resume is a whole copy under a new id."""
    session = desk.session(
        at, ORCHARD, version=ANCIENT, manner=Manner("claude-sonnet-4-5-20250929", split=False)
    )
    sessions.work(session, 1, 3)
    session.save()
    again = copies.fork(session, session.log.at + 3_600_000, says_origin=False)
    copies.carry_on(again, 2)
    again.save()


def gateway(desk: Desk, at: int) -> None:
    """A gateway that writes no request ids, and now and then a line twice."""
    session = desk.session(
        at, manner=Manner("us.anthropic.claude-sonnet-4-6-v1:0", request_ids=False), version=OLD
    )
    sessions.work(session, 1, 3)
    session.log.call([text("Twice said is once meant.")], repeats=True)
    session.save()


def fast(desk: Desk, at: int) -> None:
    """Fast mode, a regional request, and a web search."""
    session = desk.session(at, manner=Manner("claude-opus-4-6", speed="fast"))
    sessions.work(session, 1, 2)
    session.log.manner = replace(session.log.manner, speed="standard", geo="us")
    session.log.call([text("Found on the web: sort by instant, not by day.")], searches=1)
    session.log.manner = replace(session.log.manner, geo="global", tier="priority")
    session.log.call([text("And quickly, too.")])
    session.save()


def limited(desk: Desk, at: int) -> None:
    """A session that ran into its limit and went on hours later."""
    session = desk.session(at)
    sessions.work(session, 1)
    session.log.prompt("One more thing, please.")
    claude_notes.rate_limited(session.log, "8pm (Europe/Warsaw)")
    session.log.wait(7_200)
    copies.carry_on(session, 2)
    session.save()


def relocated(desk: Desk, at: int) -> None:
    """A session that moves into a worktree half way."""
    session = desk.session(at, HARBOR, cwd=HARBOR.path)
    sessions.work(session, 1)
    session.log.place.cwd = HARBOR.worktrees[0]
    session.log.note("relocated", relocatedCwd=HARBOR.worktrees[0])
    copies.carry_on(session)
    session.save()


def live(desk: Desk, at: int) -> None:
    """A session that is still going on: its last lines are at the present, a subagent's among them."""
    session = desk.session(at, HARBOR, manner=Manner("claude-opus-5"))
    sessions.work(session, 1, 4)
    while session.log.at < desk.until - 90_000:
        copies.carry_on(session, 2)
        session.log.wait(40)
    sessions.delegate(session, 2)
    session.save()


SCENES: tuple[Callable[[Desk, int], None], ...] = (
    museum,
    nested_agents,
    side_question,
    rewound,
    forked,
    old_resume,
    ancient,
    gateway,
    fast,
    limited,
    relocated,
)
