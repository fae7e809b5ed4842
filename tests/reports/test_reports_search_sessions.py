"""Whose a hit is, where files are not named by their sessions."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_logs import write
from talks import Talks, replied, said

ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
OTHER = "99999999-9999-4999-8999-999999999999"



@pytest.fixture
def talks(tmp_path: Path) -> Talks:
    return Talks(tmp_path)


def found(talks: Talks, query: str) -> list[tuple[str, str | None]]:
    return sorted({(hit.session, hit.project) for hit in talks.ask(query).hits})


@pytest.mark.parametrize("name", [f"{TWO} (1)", "walrus export", OTHER, f"copy-of-{TWO}", "日記"])
def test_the_lines_tell_the_session_of_a_renamed_transcript(talks: Talks, name: str) -> None:
    talks.write(name, said(TWO, 1, "how does the walrus swim"), replied(TWO, 2, "the walrus swims well"))
    talks.account()
    talks.index()
    talks.append(name, said(TWO, 5, "and a walrus calf?"))
    talks.account()
    talks.index()
    assert len(talks.ask("walrus").hits) == 3
    assert found(talks, "walrus") == found(talks, f"walrus session:{TWO[:8]}") == [(TWO, "harbour")]
    assert {hit.root for hit in talks.ask("walrus").hits} == {TWO}
    assert all("walrus" in hit.snippet for hit in talks.ask('"the walrus"').hits)


def test_a_fork_whose_copies_keep_the_old_session_is_its_own(talks: Talks) -> None:
    old = [said(ONE, n, f"walrus number {n}") for n in range(3)]
    talks.write(ONE, *old)
    talks.write(TWO, *old, said(TWO, 9, "walrus of the fork"))
    talks.account()
    talks.index()
    hits = talks.ask("walrus").hits
    assert [(hit.session, len(hit.also)) for hit in hits] == [(TWO, 0), *[(ONE, 1)] * 3]
    assert len(talks.ask(f"walrus session:{TWO}").hits) == 4


def test_a_subagent_beside_a_renamed_transcript(talks: Talks) -> None:
    talks.write("renamed", said(TWO, 1, "ask somebody about the walrus"))
    agent = said(TWO, 2, "walrus facts please", isSidechain=True, agentId="a7")
    write(talks.project / "renamed" / "subagents" / "agent-a7.jsonl", [agent])
    talks.account()
    talks.index()
    assert sorted(hit.session for hit in talks.ask("walrus").hits) == [TWO, f"{TWO}/agent-a7"]
    assert len(talks.ask(f"walrus session:{TWO}").hits) == 2


def test_the_same_transcript_under_two_names_is_one(talks: Talks) -> None:
    lines = [said(TWO, n, f"walrus number {n}") for n in range(3)]
    talks.write(TWO, *lines)
    talks.write(f"{TWO} (1)", *lines)
    talks.account()
    talks.index()
    answer = talks.ask("walrus")
    assert [(hit.session, hit.also) for hit in answer.hits] == [(TWO, ())] * 3
    assert answer.total == 3
