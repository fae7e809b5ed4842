"""Every log is found once, whatever lies around it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally_tui.logs.discover import discover, kind, look
from tally_tui.model import Provider
from tally_tui.paths import Accounts, Root, account, roots


def put(folder: Path, *names: str, at: int = 1_000) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.fsencode(f"{name}\n"))
        os.utime(path, (at, at))


def claude(folder: Path) -> Root:
    return Root(Provider.CLAUDE, folder)


def codex(folder: Path) -> Root:
    return Root(Provider.CODEX, folder)


def names(folder: Path, *roots: Root, problems: list[str] | None = None) -> set[str]:
    return {os.path.relpath(file.path, folder) for file in discover(roots, problems)}


def test_claude_sessions_and_subagents_at_every_depth(tmp_path: Path) -> None:
    wanted = {
        "projects/-p/aaaa.jsonl",
        "projects/-p/agent-old.jsonl",
        "projects/-p/aaaa/subagents/agent-1.jsonl",
        "projects/-p/aaaa/subagents/workflows/wf_1/agent-2.jsonl",
        "projects/-p/aaaa/elsewhere/more.jsonl",
        "projects/loose.jsonl",
    }
    put(tmp_path, *wanted)
    put(
        tmp_path,
        "history.jsonl",
        "projects/-p/aaaa/subagents/agent-1.meta.json",
        "projects/-p/aaaa/subagents/workflows/wf_1/journal.jsonl",
        "projects/-p/aaaa/tool-results/out.jsonl",
        "projects/-p/memory/deep/notes.jsonl",
        "projects/-p/bbbb.jsonl.zst",
        "projects/-p/._aaaa.jsonl",
        "file-history/x.jsonl",
    )
    assert names(tmp_path, claude(tmp_path)) == wanted


def test_codex_sessions_archive_and_compressed(tmp_path: Path) -> None:
    wanted = {
        "sessions/2026/11/22/rollout-a.jsonl",
        "sessions/2026/11/22/any-name.jsonl",
        "sessions/2026/11/23/rollout-b.jsonl.zst",
        "archived_sessions/rollout-a.jsonl.zst",
    }
    put(tmp_path, *wanted)
    put(tmp_path, "sessions/2026/11/22/rollout-a.jsonl.zst", "history.jsonl", "sessions/x.jsonl.zst.tmp")
    assert names(tmp_path, codex(tmp_path)) == wanted


def test_newest_first_with_what_the_disk_says(tmp_path: Path) -> None:
    put(tmp_path, "projects/-p/old.jsonl", at=100)
    put(tmp_path, "projects/-q/new.jsonl", at=300)
    put(tmp_path, "projects/-p/b.jsonl", "projects/-p/a.jsonl", at=200)
    files = discover([claude(tmp_path)])
    assert [Path(file.path).name for file in files] == ["new.jsonl", "a.jsonl", "b.jsonl", "old.jsonl"]
    status = Path(files[0].path).stat()
    assert (files[0].size, files[0].mtime_ns, files[0].device, files[0].inode) == (
        len("projects/-q/new.jsonl\n"), 300 * 10**9, status.st_dev, status.st_ino,
    )  # fmt: skip


def test_links_and_two_roots_list_a_file_once_under_its_smallest_path(tmp_path: Path) -> None:
    put(tmp_path, "real/projects/-p/one.jsonl", "real/projects/-p/two.jsonl")
    (tmp_path / "alias").symlink_to("real")
    (tmp_path / "real/projects/-p/zzz.jsonl").hardlink_to(tmp_path / "real/projects/-p/one.jsonl")
    (tmp_path / "real/projects/-p/aaa.jsonl").symlink_to("two.jsonl")
    roots = [claude(tmp_path / "real"), claude(tmp_path / "alias"), claude(tmp_path / "real")]
    expected = {"alias/projects/-p/aaa.jsonl", "alias/projects/-p/one.jsonl"}
    assert names(tmp_path, *roots) == expected
    assert names(tmp_path, *reversed(roots)) == expected


def test_link_loops_and_broken_links_are_quiet(tmp_path: Path) -> None:
    put(tmp_path, "projects/-p/one.jsonl")
    (tmp_path / "projects/-p/up").symlink_to(tmp_path / "projects")
    (tmp_path / "projects/-p/self").symlink_to("self")
    (tmp_path / "projects/-p/gone.jsonl").symlink_to("nowhere")
    problems: list[str] = []
    assert names(tmp_path, claude(tmp_path), problems=problems) == {"projects/-p/one.jsonl"}
    assert problems == []


def test_a_linked_project_elsewhere_is_followed(tmp_path: Path) -> None:
    put(tmp_path, "away/one.jsonl")
    (tmp_path / "home/projects").mkdir(parents=True)
    (tmp_path / "home/projects/-p").symlink_to(tmp_path / "away")
    assert names(tmp_path, claude(tmp_path / "home")) == {"home/projects/-p/one.jsonl"}


def test_what_is_no_file_is_not_listed(tmp_path: Path) -> None:
    put(tmp_path, "projects/-p/folder.jsonl/inner.jsonl")
    os.mkfifo(tmp_path / "projects/-p/pipe.jsonl")
    assert names(tmp_path, claude(tmp_path)) == {"projects/-p/folder.jsonl/inner.jsonl"}


def test_missing_roots_are_no_problem_and_odd_ones_are_told(tmp_path: Path) -> None:
    problems: list[str] = []
    assert discover([claude(tmp_path / "none"), codex(tmp_path / "none")], problems) == []
    assert problems == []
    put(tmp_path, "sessions")
    assert discover([codex(tmp_path)], problems) == []
    assert len(problems) == 1
    assert problems[0].startswith(f"{tmp_path}/sessions: not read (it is not a folder)")


def test_an_unreadable_folder_is_one_sentence_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "projects/-open/one.jsonl", "projects/-shut/two.jsonl", "projects/-shut/three.jsonl")
    shut = str(tmp_path / "projects/-shut")
    scandir = os.scandir

    def refusing(folder: str) -> object:
        if folder == shut:
            raise PermissionError(13, "Permission denied", folder)
        return scandir(folder)

    # Tests may run as root, whom no mode bits keep out.
    monkeypatch.setattr(os, "scandir", refusing)
    problems: list[str] = []
    assert names(tmp_path, claude(tmp_path), problems=problems) == {"projects/-open/one.jsonl"}
    assert problems == [f"{shut}: not read (Permission denied); what was read from it before is kept"]


def test_names_that_are_not_utf8_are_told_in_printable_text(tmp_path: Path) -> None:
    put(tmp_path, "projects/-p/one.jsonl", "projects/-p/\N{LATIN SMALL LETTER E WITH ACUTE}.jsonl")
    try:
        put(tmp_path, os.fsdecode(b"projects/-p/b\xe9.jsonl"))
        put(tmp_path, os.fsdecode(b"projects/-\xe9/x.jsonl"))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    problems: list[str] = []
    assert names(tmp_path, claude(tmp_path), problems=problems) == {
        "projects/-p/one.jsonl",
        "projects/-p/\N{LATIN SMALL LETTER E WITH ACUTE}.jsonl",
    }
    assert len(problems) == 2
    assert all("not UTF-8" in problem and problem.encode() for problem in problems)


def test_kind(tmp_path: Path) -> None:
    put(tmp_path, "projects/-p/a.jsonl", "projects/-p/agent-b.jsonl", "projects/-p/a/subagents/x/c.jsonl")
    put(tmp_path, "sessions/d.jsonl", "sessions/e.jsonl.zst")
    kinds = {Path(file.path).name: kind(file) for file in discover([claude(tmp_path), codex(tmp_path)])}
    assert kinds == {
        "a.jsonl": "claude-main",
        "agent-b.jsonl": "claude-agent",
        "c.jsonl": "claude-agent",
        "d.jsonl": "codex",
        "e.jsonl.zst": "codex-zst",
    }


PARTS = st.sampled_from(["a", "b", "-a", "a-b", "subagents", "memory", "tool-results"])
FILES = st.sampled_from(["s.jsonl", "t.jsonl", "s.jsonl.zst", "journal.jsonl", "x.txt", "agent-1.jsonl"])
PLACES = st.lists(st.tuples(st.lists(PARTS, max_size=3), FILES), max_size=8)
LINKS = st.lists(st.tuples(st.lists(PARTS, max_size=2), PARTS, st.lists(PARTS, max_size=2)), max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=PLACES, links=LINKS, provider=st.sampled_from(Provider))
def test_any_tree_of_links_gives_each_file_once_whatever_the_order_of_roots(
    tmp_path_factory: pytest.TempPathFactory,
    places: list[tuple[list[str], str]],
    links: list[tuple[list[str], str, list[str]]],
    provider: Provider,
) -> None:
    home = tmp_path_factory.mktemp("tree")
    root = Root(provider, home)
    top = root.log_dirs[0]
    top.mkdir()
    for parts, name in places:
        put(top.joinpath(*parts), name)
    for parts, name, target in links:
        link = top.joinpath(*parts, name)
        if link.parent.is_dir() and not link.exists() and not link.is_symlink():
            link.symlink_to(top.joinpath(*target))

    files = discover([root])
    paths = [file.path for file in files]
    assert len(set(paths)) == len(paths)
    assert len({(file.device, file.inode) for file in files}) == len(files)
    assert all(look(path, [root]) == file for path, file in zip(paths, files, strict=True))
    # Every log that lies there in plain sight is among them, by this name or a smaller one.
    reached = {(file.device, file.inode): file.path for file in files}
    for parts, name in places:
        path = top.joinpath(*parts, name)
        if look(str(path), [root]) is not None:
            status = path.stat()
            assert reached[status.st_dev, status.st_ino] <= str(path)
    twice = Root(provider, home / "link")
    (home / "link").symlink_to(home)
    assert discover([root, twice]) == discover([twice, root])
    assert {(file.device, file.inode) for file in discover([root, twice])} == set(reached)


def test_look_answers_for_one_path_as_discover_does(tmp_path: Path) -> None:
    put(tmp_path, "projects/-p/a.jsonl", "projects/-p/memory/b.jsonl", "projects/-p/x/journal.jsonl")
    put(tmp_path, "sessions/c.jsonl", "sessions/c.jsonl.zst", "sessions/d.jsonl.zst", "history.jsonl")
    roots = [claude(tmp_path), codex(tmp_path)]
    listed = {file.path: file for file in discover(roots)}
    for path in (*tmp_path.rglob("*"), tmp_path / "sessions/gone.jsonl", tmp_path / "projects/-p/\0.jsonl"):
        assert look(str(path), roots) == listed.get(str(path)), path


ROLLOUT, OLD = "2026/11/22/rollout-a.jsonl", "rollout-b.jsonl.zst"


@pytest.mark.parametrize(
    ("variable", "named", "logs"),
    [
        ("CODEX_HOME", "home/sessions", {"home/sessions/" + ROLLOUT, "home/archived_sessions/" + OLD}),
        ("CODEX_HOME", "home/archived_sessions", {"home/sessions/" + ROLLOUT, "home/archived_sessions/" + OLD}),
        ("CODEX_HOME", "home/sessions/2026", {"home/sessions/" + ROLLOUT}),
        ("CODEX_HOME", "home/sessions/2026/11/22", {"home/sessions/" + ROLLOUT}),
        ("CODEX_HOME", "copies", {"copies/" + ROLLOUT, "copies/x/any.jsonl"}),
        ("CODEX_HOME", "copies,home", {"copies/" + ROLLOUT, "copies/x/any.jsonl", "home/sessions/" + ROLLOUT, "home/archived_sessions/" + OLD}),
        ("CLAUDE_CONFIG_DIR", "home/projects", {"home/projects/-p/a.jsonl", "home/projects/-p/a/subagents/agent-1.jsonl"}),
        ("CLAUDE_CONFIG_DIR", "home/projects/-p", {"home/projects/-p/a.jsonl", "home/projects/-p/a/subagents/agent-1.jsonl"}),
        ("CLAUDE_CONFIG_DIR", "exports", {"exports/one.jsonl", "exports/more/two.jsonl"}),
        ("CLAUDE_CONFIG_DIR", "fresh", set()),
        ("CODEX_HOME", "fresh", set()),
        ("CODEX_HOME", "nowhere", set()),
    ],
)  # fmt: skip
def test_any_folder_of_logs_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, named: str, logs: set[str]
) -> None:
    put(tmp_path, f"home/sessions/{ROLLOUT}", f"home/archived_sessions/{OLD}", "home/history.jsonl")
    put(tmp_path, "home/projects/-p/a.jsonl", "home/projects/-p/a/subagents/agent-1.jsonl", "home/config.toml")
    put(tmp_path, f"copies/{ROLLOUT}", "copies/x/any.jsonl", "exports/one.jsonl", "exports/more/two.jsonl")
    # A home before its first session: what lies there is no log of one.
    put(tmp_path, "fresh/history.jsonl", "fresh/config.toml", "fresh/log/x.jsonl")
    for each in ("CODEX_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.setenv(each, str(tmp_path / "none"))
    monkeypatch.setenv(variable, ",".join(str(tmp_path / each) for each in named.split(",")))
    found = roots()
    assert names(tmp_path, *found) == logs
    for log in discover(found):
        assert look(log.path, found) == log


def test_a_folder_inside_a_home_is_of_that_homes_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, f"home/sessions/{ROLLOUT}", f"copies/{ROLLOUT}")
    for named, whose in (("home/sessions", "home"), ("home/sessions/2026/11", "home"), ("copies", "copies")):
        monkeypatch.setenv("CODEX_HOME", str(tmp_path / named))
        (root,) = (each for each in roots() if each.provider is Provider.CODEX)
        assert account(root) == str(tmp_path / whose)
        (log,) = discover([root])
        assert Accounts([root]).of(log.path) == str(tmp_path / whose)
