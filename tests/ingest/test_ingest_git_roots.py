"""Folders find their project, on disk or by what their path still tells."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally_tui.ingest.git_roots import GitRoots


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that is itself under git."""
    folder = tmp_path / "home/u"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    return folder


def repository(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    return folder


def worktree(folder: Path, git_dir: str) -> Path:
    folder.mkdir(parents=True)
    (folder / ".git").write_text(f"gitdir: {git_dir}\n")
    return folder


def root(folder: Path | str) -> str:
    return GitRoots().root(str(folder))


def test_a_folder_belongs_to_the_git_root_above_it(home: Path) -> None:
    project = repository(home / "code/p")
    (project / "src/deep").mkdir(parents=True)
    inner = repository(project / "vendor/lib")
    assert root(project) == str(project)
    assert root(project / "src/deep") == str(project)
    assert root(f"{project}/src/") == str(project)
    assert root(project / ".git/hooks") == str(project)
    assert root(inner / "x") == str(inner)


def test_a_deleted_folder_belongs_to_the_root_that_was_above_it(home: Path) -> None:
    project = repository(home / "code/p")
    assert root(project / "gone/deeper") == str(project)
    assert root(home / "code/other/gone") == str(home / "code/other/gone")


def test_nothing_folds_into_home_or_the_top(home: Path) -> None:
    (home / "notes/today").mkdir(parents=True)
    assert root(home / "notes/today") == str(home / "notes/today")
    assert root(home) == str(home)
    assert root(home / ".claude/worktrees/x/src") == str(home / ".claude/worktrees/x/src")
    assert root(worktree(home / "dotfiles-wt", f"{home}/.git/worktrees/dotfiles-wt")) == str(
        home / "dotfiles-wt"
    )
    assert root("/") == "/"
    assert root("/no-such-folder-at-all/x") == "/no-such-folder-at-all/x"


def test_worktrees_fold_into_their_repository(home: Path) -> None:
    project = repository(home / "p")
    beside = worktree(home / "p-feature", f"{project}/.git/worktrees/p-feature")
    relative = worktree(home / "q/wt", "../../p/.git/worktrees/wt")
    codex = worktree(home / ".codex/worktrees/1a2b/p", f"{project}/.git/worktrees/p1")
    claude = worktree(project / ".claude/worktrees/quick-fox", f"{project}/.git/worktrees/quick-fox")
    for folder in (beside, relative, codex, claude):
        assert root(folder) == str(project)
        assert root(folder / "src/gone") == str(project)
    assert root(project / ".git/worktrees/wt") == str(project)


def test_worktrees_of_a_bare_repository_fold_together(home: Path) -> None:
    hidden, plain = home / "a/.bare", home / "b/b.git"
    for bare in (hidden, plain):
        for name in ("main", "topic"):
            worktree(bare.parent / name, f"{bare}/worktrees/{name}")
            (bare / f"worktrees/{name}").mkdir(parents=True)
            (bare / f"worktrees/{name}/commondir").write_text("../..\n")
    (home / "a/.git").write_text("gitdir: ./.bare\n")
    assert root(home / "a/main/src") == root(home / "a/topic") == root(home / "a") == str(home / "a")
    assert root(home / "b/main") == root(home / "b/topic/x") == str(plain)


def test_submodules_stay_their_own(home: Path) -> None:
    project = repository(home / "p")
    module = worktree(project / "libs/m", "../../.git/modules/libs/m")
    assert root(module / "src") == str(module)
    assert root(worktree(home / "m-wt", f"{project}/.git/modules/libs/m/worktrees/m-wt")) == str(module)
    inside = worktree(home / "p-wt/libs/m", f"{project}/.git/worktrees/p-wt/modules/libs/m")
    assert root(inside) == str(module)
    moved = worktree(home / "n-wt", f"{project}/.git/modules/renamed/worktrees/n-wt")
    assert root(moved) == str(moved)


def test_a_git_folder_kept_elsewhere_is_no_worktree(home: Path) -> None:
    folder = worktree(home / "p", "/srv/worktrees/p.git")
    assert root(folder / "src") == str(folder)


def test_deleted_worktrees_fold_by_their_path(home: Path) -> None:
    project = repository(home / "p")
    assert root(project / ".claude/worktrees/gone/src") == str(project)
    assert root(home / "lost/.claude/worktrees/gone/src") == str(home / "lost")
    assert root(home / ".codex/worktrees/1a2b/p/src") == "<codex-worktree>/p"
    # Even when the agent's own folder is under git.
    repository(home / ".codex")
    assert root(home / ".codex/worktrees/1a2b/p/src") == "<codex-worktree>/p"
    outer = repository(home / "mono")
    assert root(outer / "part/.claude/worktrees/gone") == str(outer)


def test_a_clone_in_a_worktrees_folder_folds_by_its_path(home: Path) -> None:
    project = repository(home / "p")
    assert root(repository(project / ".claude/worktrees/copy") / "src") == str(project)
    assert root(repository(home / ".codex/worktrees/1a2b/p")) == "<codex-worktree>/p"


@pytest.mark.parametrize("text", ["", "gitdir", "ref: x", "\0\0", "gitdir: C:/p/.git", "gitdir:"])
def test_odd_git_files_do_no_harm(home: Path, text: str) -> None:
    outer = repository(home / "outer")
    (outer / "p").mkdir()
    (outer / "p/.git").write_text(text)
    assert root(outer / "p/src") == str(outer / "p" if text.startswith("gitdir:") else outer)


@pytest.mark.parametrize(
    "folder",
    [
        "",
        ".",
        "src/x",
        "~/p",
        "C:\\Users\\u\\p",
        "C:/Users/u",
        "\\\\box\\share",
        "/a\0b",
    ],
)
def test_what_is_no_absolute_path_comes_back_as_it_is(folder: str) -> None:
    assert GitRoots().root(folder) == folder


def test_one_look_at_the_disk_serves_all_folders_of_a_project(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = repository(home / "p")
    roots = GitRoots()
    assert roots.root(f"{project}/src/a") == str(project)
    looked: list[str] = []
    stat = os.stat

    def noting(path: str) -> os.stat_result:
        looked.append(path)
        return stat(path)

    monkeypatch.setattr(os, "stat", noting)
    assert roots.root(f"{project}/src/b") == str(project)
    assert looked == [f"{project}/src/b/.git"]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_as_git_itself_lays_it_out(home: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", *words], check=True, capture_output=True)

    project = home / "p"
    git("init", str(project))
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    git("-C", str(project), *identity, "commit", "--allow-empty", "-m", "first")
    git("-C", str(project), "worktree", "add", str(home / "elsewhere/topic"))
    git("clone", "--bare", str(project), str(home / "bare.git"))
    git("-C", str(home / "bare.git"), "worktree", "add", str(home / "from-bare"), "-b", "other")
    assert root(home / "elsewhere/topic/src") == str(project)
    assert root(home / "from-bare/src") == str(home / "bare.git")


PARTS = st.sampled_from(["a", "b", ".claude", ".codex", ".git", "worktrees", "modules", "..", ".", ""])
WALKS = st.lists(PARTS, max_size=7).map("/".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    repositories=st.lists(WALKS, max_size=4),
    pointers=st.lists(st.tuples(WALKS, WALKS), max_size=3),
    walk=WALKS,
)
def test_the_root_is_never_home_and_does_not_depend_on_what_was_asked_before(
    tmp_path_factory: pytest.TempPathFactory,
    repositories: list[str],
    pointers: list[tuple[str, str]],
    walk: str,
) -> None:
    home = tmp_path_factory.mktemp("home")
    for place in repositories:
        folder = Path(os.path.normpath(f"{home}/{place}/.git"))
        if folder.is_relative_to(home) and not any(path.is_file() for path in (folder, *folder.parents)):
            folder.mkdir(parents=True, exist_ok=True)
    for place, target in pointers:
        folder = Path(os.path.normpath(f"{home}/{place}"))
        if folder.is_relative_to(home) and not any(parent.is_file() for parent in (folder, *folder.parents)):
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / ".git").exists():
                (folder / ".git").write_text(f"gitdir: {home}/{target}/.git/worktrees/x\n")
    asked = os.path.normpath(f"{home}/{walk}")
    found = GitRoots(str(home)).root(f"{home}/{walk}")
    assert found == asked or found != str(home)
    assert found == GitRoots(str(home)).root(asked)
    roots = GitRoots(str(home))
    for parent in Path(asked).parents:
        roots.root(str(parent))
    assert roots.root(asked) == found


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(GitRoots("/home/u").root(text), str)
    assert isinstance(GitRoots("/home/u").root("/" + text), str)
