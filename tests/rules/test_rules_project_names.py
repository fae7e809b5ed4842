from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tally_tui.rules.project_names import fold_worktree, settle, short_names

PATHS = st.lists(
    st.lists(st.sampled_from(["a", "b", "app", "home", "me", "no folder", "~"]), max_size=4).map(
        lambda parts: "/" + "/".join(parts)
    ),
    max_size=8,
)


def test_a_name_is_as_short_as_it_can_be():
    assert short_names(["/home/me/web", "/srv/api"], "/home/me") == {"/home/me/web": "web", "/srv/api": "api"}


def test_parents_tell_namesakes_apart():
    roots = ["/home/me/app", "/home/me/work/app", "/srv/app", "/home/me", ""]
    assert short_names(roots, "/home/me") == {
        "/home/me/app": "~/app",
        "/home/me/work/app": "work/app",
        "/srv/app": "srv/app",
        "/home/me": "~",
        "": "no folder",
    }


def test_a_path_that_ends_like_another_whole_one():
    assert short_names(["/a/b", "/x/a/b", "/"], "/home/me") == {"/a/b": "/a/b", "/x/a/b": "x/a/b", "/": "/"}


def test_folders_named_like_our_own_words():
    names = short_names(["", "/q/no folder", "/q/~", "/home/me"], "/home/me")
    assert len(set(names.values())) == 4 and names[""] == "no folder" and names["/home/me"] == "~"


def test_a_trailing_slash_is_the_same_folder_and_windows_paths_have_names():
    names = short_names(["/a/b", "/a/b/", r"C:\work\app"], "/home/me")
    assert names == {"/a/b": "b", "/a/b/": "b", r"C:\work\app": "app"}


@given(PATHS, st.randoms(use_true_random=False))
def test_names_are_unique_whatever_the_order(roots, chance: random.Random):
    names = short_names(roots, "/home/me")
    shuffled = list(roots)
    chance.shuffle(shuffled)
    assert short_names(shuffled, "/home/me") == names
    assert len(set(names.values())) == len(set(roots))


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("/p/.claude/worktrees/x", "/p"),
        ("/p/.claude/worktrees/x/sub/dir", "/p"),
        ("/p/.git/worktrees/x", "/p"),
        ("/p/.claude/worktrees/x/.claude/worktrees/y", "/p"),
        ("/.claude/worktrees/x", "/"),
        (r"C:\p\.claude\worktrees\x", r"C:\p"),
        ("/home/me/.codex/worktrees/1a2b/app", "<codex-worktree>/app"),
        ("/home/me/.codex/worktrees/1a2b/app/src", "<codex-worktree>/app"),
        ("/home/me/.codex/worktrees/1a2b/app/.claude/worktrees/x", "<codex-worktree>/app"),
        ("/p/.claude/worktrees/x/.codex/worktrees/1/app", "/p"),
        ("/home/me/.codex/worktrees/1a2b", None),
        ("/p/.claude/worktrees", None),
        ("/p/worktrees/x", None),
        ("", None),
    ],
)
def test_worktrees_belong_to_their_project(path, root):
    assert fold_worktree(path) == root


def test_a_codex_worktree_joins_the_one_project_of_its_name():
    marker = "<codex-worktree>/app"
    assert settle([marker, "/work/app", "/work/web"]) == {marker: "/work/app"}
    assert settle([marker, "/work/app", "/old/app"]) == {}
    assert settle([marker, "/work/web"]) == {}
    assert short_names([marker, "/work/web"], "/home/me")[marker] == "app"


def test_a_worktree_on_windows_belongs_to_its_project() -> None:
    assert fold_worktree(r"D:\work\lamp\.claude\worktrees\calm-otter") == r"D:\work\lamp"
    assert fold_worktree(r"D:\work\lamp\.claude\worktrees\calm-otter\src") == r"D:\work\lamp"
    assert fold_worktree(r"D:\work\lamp\src") is None
