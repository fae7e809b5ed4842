"""Sessions that begin with another session's lines: resumed, forked, continued, rewound."""

from __future__ import annotations

from typing import Any

from tally_tui.demo import claude_notes as notes
from tally_tui.demo.claude_log import ClaudeLog, text
from tally_tui.demo.claude_sessions import Session, turn
from tally_tui.demo.story import Story


def fork(
    origin: Session, at: int, *, says_origin: bool, keeps_session: bool = False, part: float = 1.0
) -> Session:
    """A session that starts with a copy of another's messages and goes on by itself.

    `says_origin`: the copied lines carry `forkedFrom`. `keeps_session`: they keep the old session id
    (old resumes did), else they bear the new one, with nothing else changed.
    """
    old, dice = origin.log, origin.log.dice
    identity = dice.uuid4()
    while identity <= old.session:
        # A copy that does not name its origin has nothing else to tell it by: of two equals, the smaller id.
        identity = dice.uuid4()
    log = ClaudeLog(
        dice,
        at,
        identity,
        old.place,
        old.manner,
        old.truth,
        old.version,
        context=old.context,
        pending=old.pending,
        until=old.until,
    )
    messages = [record for record in old.records if "uuid" in record and record["sessionId"] == old.session]
    kept = messages[: max(1, int(len(messages) * part))]
    changes: dict[str, Any] = {} if keeps_session else {"sessionId": log.session}
    for record in kept:
        log.copy([record], **changes)
        if says_origin:
            log.records[-1]["forkedFrom"] = {"sessionId": old.session, "messageUuid": record["uuid"]}
    return Session(log, origin.story, origin.folder)


def carry_on(session: Session, uses: int = 3) -> None:
    """One more turn at the end of a session."""
    prompt, answer = session.story.follow_up()
    turn(session, prompt, answer, uses)
    notes.last_prompt(session.log, prompt)


def rewind(session: Session) -> None:
    """Go back to the prompt before and ask otherwise: the file then holds two branches."""
    log = session.log
    typed = [
        record
        for record in log.records
        if record["type"] == "user" and isinstance(record["message"]["content"], str)
    ]
    log.parent = typed[-1]["parentUuid"] if typed else None
    notes.system(log, "rewind", "Rewound to an earlier message")
    carry_on(session, 2)


def summarised(origin: Session, story: Story, at: int) -> Session:
    """A file of an old version that holds the title of another session, and little else."""
    dice, old = origin.log.dice, origin.log
    log = ClaudeLog(dice, at, dice.uuid4(), old.place, old.manner, old.truth, old.version)
    notes.summary(log, f"All about the {story.noun()}", str(old.parent))
    log.prompt("Hello again. Where were we?")
    log.call([text("We had just finished. Shall we begin with the tests?")])
    return Session(log, story, origin.folder)
