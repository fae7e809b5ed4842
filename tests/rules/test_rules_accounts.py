"""What accounts of one agent are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.accounts import UnknownAccountError, account_called, account_name, account_names


def test_an_account_alone_has_no_name() -> None:
    assert account_names([("claude", ""), ("codex", "/srv/codex"), ("codex", "/srv/codex")]) == {
        ("claude", ""): "",
        ("codex", "/srv/codex"): "",
    }


def test_several_are_told_apart_by_their_folders() -> None:
    told = account_names([("claude", ""), ("claude", "/home/ada/work"), ("claude", "/srv/.claude")])
    assert list(told.values()) == ["usual", "work", "srv/.claude"]
    twice = account_names([("codex", "/a/work"), ("codex", "/b/work")])
    assert list(twice.values()) == ["a/work", "b/work"]


def test_the_usual_home_has_no_name() -> None:
    assert [account_name("codex", root) for root in ("", "/x/.codex", "/x/team", "/")] == ["", "x/.codex", "team", "/"]


def test_as_much_of_the_path_is_told_as_tells_them_apart() -> None:
    told = account_names([("codex", "/a/team/work"), ("codex", "/b/team/work"), ("codex", "/b/team/play")])
    assert set(told.values()) == {"a/team/work", "b/team/work", "play"}
    homes = account_names([("claude", "/a/x/.claude"), ("claude", "/b/x/.claude"), ("claude", "")])
    assert set(homes.values()) == {"a/x/.claude", "b/x/.claude", "usual"}
    # One path is the end of the other: all of the shorter one.
    assert set(account_names([("codex", "/x/y"), ("codex", "/z/x/y")]).values()) == {"/x/y", "z/x/y"}
    # A folder called like the usual one is not it.
    assert set(account_names([("claude", ""), ("claude", "/x/usual")]).values()) == {"usual", "x/usual"}


FOLDERS = st.lists(st.sampled_from(["a", "b", ".codex", "usual"]), min_size=1, max_size=4)


@given(st.sets(FOLDERS.map(lambda parts: "/" + "/".join(parts)) | st.just(""), min_size=2, max_size=8))
def test_no_two_are_called_the_same(roots: set[str]) -> None:
    told = account_names(("codex", root) for root in roots)
    assert len(set(told.values())) == len(told)


def test_an_account_is_found_by_any_end_of_its_path() -> None:
    roots = ["", "/a/team/work", "/b/team/work", "/srv/play"]
    assert account_called("usual", "claude", roots) == ""
    assert account_called("play", "claude", roots) == "/srv/play"
    assert account_called("/b/team/work", "claude", roots) == account_called("b/team/work", "claude", roots)
    with pytest.raises(UnknownAccountError, match="a/team/work or b/team/work"):
        account_called("work", "claude", roots)
    with pytest.raises(UnknownAccountError, match="there is no 'wrk'; claude has one of usual, a/team/work"):
        account_called("wrk", "claude", roots)
    with pytest.raises(UnknownAccountError, match="nothing of codex was read yet"):
        account_called("work", "codex", [])
