"""What accounts of one agent are called."""

from __future__ import annotations

from tally_tui.rules.accounts import account_name, account_names


def test_an_account_alone_has_no_name() -> None:
    assert account_names([("claude", ""), ("codex", "/srv/codex"), ("codex", "/srv/codex")]) == {
        ("claude", ""): "",
        ("codex", "/srv/codex"): "",
    }


def test_several_are_told_apart_by_their_folders() -> None:
    told = account_names([("claude", ""), ("claude", "/home/ada/work"), ("claude", "/srv/.claude")])
    assert list(told.values()) == ["usual", "work", "srv/.claude"]
    twice = account_names([("codex", "/a/work"), ("codex", "/b/work")])
    assert list(twice.values()) == ["/a/work", "/b/work"]


def test_the_usual_home_has_no_name() -> None:
    assert [account_name("codex", root) for root in ("", "/x/.codex", "/x/team", "/")] == ["", "x/.codex", "team", "/"]
