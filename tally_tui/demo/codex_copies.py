"""Rollouts that say again what another said: forks, spawned agents, archives, resumed and reverted ones."""

from __future__ import annotations

from pathlib import Path

from tally_tui.demo.claude_log import Record, save_lines
from tally_tui.demo.codex_log import PARTS, CodexLog, local_stamp
from tally_tui.demo.codex_sessions import Rollout, turn
from tally_tui.demo.dice import stamp

FORK_SHAPES = ("same second", "original times", "spread")


def fork(parent: Rollout, at: int, shape: str = "same second") -> Rollout:
    """A legacy fork: the parent's lines once more, its header among them, then work of its own."""
    child = _child(parent, at)
    child.log.meta(forked_from_id=parent.log.thread)
    _replay(child.log, parent.log.records, shape, at)
    return child


def spawn(
    parent: Rollout, at: int, *, replays: bool = True, meta: bool = False, nickname: str = "Laplace"
) -> Rollout:
    """A legacy spawned agent; most replay their parent without its header, some replay nothing."""
    child = _child(parent, at)
    spawned = {
        "parent_thread_id": parent.log.thread,
        "depth": 1,
        "agent_path": "/root/counter",
        "agent_nickname": nickname,
        "agent_role": "explorer",
    }
    child.log.root = parent.log.root
    fields: Record = {"source": {"subagent": {"thread_spawn": spawned}}, "agent_nickname": nickname}
    if replays:
        fields["forked_from_id"] = parent.log.thread
    child.log.meta(**fields)
    if replays:
        lines = parent.log.records
        kept = lines if meta else [line for line in lines if line["type"] != "session_meta"]
        _replay(child.log, kept, "same second", at)
    else:
        child.log.total = dict.fromkeys(PARTS, 0)
        child.log.context, child.log.pending = 9_000, 1_500
    return child


def paginated_fork(parent: Rollout, at: int) -> Rollout:
    """A fork of today: nothing copied, the totals carried over."""
    child = _child(parent, at)
    end = len(parent.log.records)
    child.log.meta(
        forked_from_id=parent.log.thread,
        forked_from_ordinal_exclusive=end,
        history_base={
            "thread_id": parent.log.thread,
            "end_ordinal_exclusive": end,
            "end_byte_offset": 104_794,
        },
    )
    return child


def paginated_spawn(parent: Rollout, at: int) -> Rollout:
    """A spawned agent of today: nothing copied, totals of its own."""
    child = _child(parent, at)
    log = child.log
    log.root = parent.log.root
    log.total = dict.fromkeys(PARTS, 0)
    log.context, log.pending = 9_000, 1_500
    spawned = {
        "parent_thread_id": parent.log.thread,
        "depth": 1,
        "agent_path": "/root/explore",
        "agent_nickname": "Noether",
        "agent_role": None,
    }
    log.meta(
        parent_thread_id=parent.log.thread,
        thread_source="subagent",
        agent_nickname="Noether",
        agent_path="/root/explore",
        source={"subagent": {"thread_spawn": spawned}},
        multi_agent_version="v2",
    )
    parent.log.item(
        "SubAgentActivity",
        id=f"call_{log.dice.hexes(12)}",
        kind="started",
        agent_thread_id=log.thread,
        agent_path="/root/explore",
        model=log.model,
    )
    return child


def review(parent: Rollout, at: int) -> Rollout:
    """A review run: a subagent without a parent thread to replay."""
    child = _child(parent, at)
    log = child.log
    log.total = dict.fromkeys(PARTS, 0)
    log.context, log.pending = 6_000, 4_000
    log.meta(source={"subagent": "review"})
    return child


def resumed(parent: Rollout, home: Path, at: int) -> None:
    """The same thread in a second file, with totals that start anew."""
    log = parent.log
    again = CodexLog(
        log.dice,
        at,
        log.place,
        log.truth,
        log.limits,
        log.model,
        log.version,
        log.paginated,
        log.thread,
        log.root,
        context=log.context,
        until=log.until,
    )
    again.meta()
    rollout = Rollout(again, parent.story)
    prompt, answer = parent.story.follow_up()
    turn(rollout, prompt, answer, 2)
    again.save(home)


def reverted(parent: Rollout, home: Path, at: int) -> None:
    """A thread set back to an earlier turn: a second file with the kept lines as they were, then new ones."""
    log = parent.log
    again = _child(parent, at)
    again.log.thread, again.log.root = log.thread, log.root
    again.log.replay(log.records)
    prompt, answer = parent.story.follow_up()
    turn(again, prompt, answer, 2)
    name = f"rollout-{local_stamp(at)}-{log.thread}_{log.dice.uuid7(at)}.jsonl"
    save_lines(log.path(home).parent / name, again.log.records)


def archive(rollout: Rollout, home: Path, *, move: bool = False) -> None:
    """The rollout in the flat archive; `move`: there only."""
    path = rollout.log.path(home)
    save_lines(home / "archived_sessions" / path.name, rollout.log.records)
    if move:
        path.unlink(missing_ok=True)


def compress(path: Path, *, keep: bool = False) -> None:
    """A cold rollout: zstd beside the plain file, or instead of it."""
    import zstandard

    packed = zstandard.ZstdCompressor(level=3).compress(path.read_bytes())
    path.with_name(path.name + ".zst").write_bytes(packed)
    if not keep:
        path.unlink()


def _child(parent: Rollout, at: int) -> Rollout:
    log = parent.log
    child = CodexLog(
        log.dice,
        at,
        log.place,
        log.truth,
        log.limits,
        log.model,
        log.version,
        log.paginated,
        total=dict(log.total),
        last=dict(log.last),
        context=log.context,
        pending=log.pending,
        counting=log.counting,
        until=log.until,
    )
    return Rollout(child, parent.story)


def _replay(log: CodexLog, records: list[Record], shape: str, at: int) -> None:
    if shape == "original times":
        log.replay(records)
        return
    for number, record in enumerate(records):
        # Within the fork's second, or over the three seconds that a long history takes to write.
        later = 0 if shape == "same second" else 3_000 * number // max(1, len(records))
        log.replay([record], timestamp=stamp(at + later))
    log.at = at + (900 if shape == "same second" else 3_500)
