"""Who owns a call that several files tell of: the same whatever their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_sums import Home
from small_logs import Line, answer, prompt, write

from tally_tui.ledger.owners import Claim, claude_owner, claude_reason, codex_owner
from tally_tui.model import Flag, Reason
from tally_tui.records import changed as replace

CLAIMS = st.lists(
    st.builds(
        Claim,
        root=st.sampled_from(["a", "b", "c"]),
        began=st.integers(0, 2),
        flags=st.sampled_from([0, Flag.COPIED, Flag.AGENT, Flag.AGENT | Flag.COPIED, Flag.EMBEDDED | Flag.AGENT]),
        path=st.text("/ax", min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda claim: claim.path,
).map(lambda claims: [Claim(each.root, {"a": 1, "b": 1, "c": 0}[each.root], each.flags, each.path) for each in claims])


@given(claims=CLAIMS, data=st.data())
def test_order_decides_nothing(claims: list[Claim], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(claims))
    for owner in (claude_owner, codex_owner):
        assert claims[owner(claims)] == shuffled[owner(shuffled)]


@given(claims=CLAIMS)
def test_only_what_no_file_holds_is_owned_by_an_embedded_copy(claims: list[Claim]) -> None:
    if any(not claim.flags & Flag.EMBEDDED for claim in claims):
        assert not claims[claude_owner(claims)].flags & Flag.EMBEDDED


def test_the_named_origin_before_the_earliest_before_the_smallest() -> None:
    early, late, last = Claim("b", 1, 0, "/b", short=2), Claim("a", 2, 0, "/a", short=1), Claim("c", 3, 0, "/c", short=3)
    assert claude_owner([early, late, last]) == 0
    assert claude_owner([Claim("b", 1, 0, "/b"), Claim("a", 1, 0, "/a")]) == 1
    assert claude_owner([replace(early, named=3), late, last]) == 2
    assert claude_owner([replace(early, named=9), late, last]) == 0, "stale: that session does not hold the call"
    assert claude_owner([replace(early, named=3), replace(late, named=3), replace(last, flags=Flag.COPIED, named=1)]) == 1
    fork_of_a_fork = [replace(early, flags=Flag.COPIED, named=1), replace(late, flags=Flag.COPIED, named=3), last]
    assert claude_owner(fork_of_a_fork) == 2


def test_reasons() -> None:
    main, aside, other = Claim("a", 1, 0, "/a"), Claim("a", 1, Flag.AGENT, "/a/s"), Claim("b", 1, 0, "/b")
    assert claude_reason(aside, main) is Reason.REPLAY
    assert claude_reason(other, main) is Reason.COPY


def test_live_before_archived() -> None:
    assert codex_owner([Claim("t", 0, 0, "/h/archived_sessions/a"), Claim("t", 0, 0, "/h/sessions/b")]) == 1


@pytest.mark.parametrize("first", ["original", "copy"])
def test_a_session_that_turns_out_to_be_older_gets_its_calls_back(tmp_path: Path, first: str) -> None:
    """Copies bear the new session's own name; only when its beginning is known can it be told who was first."""
    home = Home(str(tmp_path / "claude"), str(tmp_path / "none"), tmp_path / "data")
    folder = tmp_path / "claude" / "projects" / "p"
    original: list[Line | bytes] = [prompt("zz", 1, "Hello"), answer("zz", "m1", 2, 5)]
    copy: list[Line | bytes] = [prompt("aa", 3, "Again"), answer("aa", "m1", 2, 5), answer("aa", "m2", 4, 7)]
    if first == "copy":
        write(folder / "aa.jsonl", copy)
        home.sync()
        assert home.sums().by_session["aa"][0] == 2
    write(folder / "zz.jsonl", original)
    write(folder / "aa.jsonl", copy)
    home.sync()
    sums = home.sums()
    assert {name: calls for name, (calls, _) in sums.by_session.items()} == {"zz": 1, "aa": 1}
    assert sums.duplicates == {"copy": 1}
