"""Changed logs are heard of, whatever happens to the folders around them."""

from __future__ import annotations

import errno
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tally_tui.ingest import watch
from tally_tui.ingest.watch import Watcher

LONG = 90.0
"""Seconds; only a failing test ever waits so long."""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's tidings are Linux's")


@pytest.fixture(autouse=True)
def local_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the tests' folders lie, they count as a local drive."""
    monkeypatch.setattr(watch, "silent_drive", lambda folder, mounts: None)


Make = Callable[..., Watcher]


@pytest.fixture
def make() -> Iterator[Make]:
    started: list[Watcher] = []

    def start(*args: Any, **options: Any) -> Watcher:
        watcher = Watcher(*args, **options)
        started.append(watcher)
        watcher.start()
        return watcher

    yield start
    for watcher in started:
        watcher.stop()


def put(path: Path, text: str = "{}\n") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as log:
        log.write(text)
    return str(path)


def heard(watcher: Watcher, *wanted: str) -> set[str]:
    """All that is told until the wanted paths are (or a sweep, which stands for every path)."""
    told: set[str] = set()
    while not told.issuperset(wanted):
        news = watcher.wait(LONG)
        if news is None:
            return told | set(wanted)
        assert news, f"told only of {told}"
        told |= news
    return told


def until_sweep(watcher: Watcher) -> None:
    while (news := watcher.wait(LONG)) is not None:
        assert news


@linux
def test_an_append_is_heard_and_nothing_else(tmp_path: Path, make: Make) -> None:
    one = put(tmp_path / "projects/-p/one.jsonl")
    put(tmp_path / "projects/-p/two.jsonl")
    watcher = make([tmp_path / "projects"])
    assert (watcher.mode, watcher.why) == ("watching", "")
    assert watcher.wait(0) == set()
    (tmp_path / "projects/-p/two.jsonl").read_bytes()
    put(tmp_path / "projects/-p/a.meta.json")
    put(Path(one))
    assert watcher.wait(LONG) == {one}
    put(tmp_path / "projects/-p/three.jsonl.zst")
    assert watcher.wait(LONG) == {str(tmp_path / "projects/-p/three.jsonl.zst")}


@linux
def test_what_happens_between_waits_is_told_at_the_next(tmp_path: Path, make: Make) -> None:
    (tmp_path / "projects/-p").mkdir(parents=True)
    watcher = make([tmp_path / "projects"])
    paths = {put(tmp_path / f"projects/-p/{number}.jsonl") for number in range(50)}
    assert heard(watcher, *paths) == paths


@linux
def test_new_folders_are_heard_with_what_is_written_into_them_at_once(tmp_path: Path, make: Make) -> None:
    (tmp_path / "sessions").mkdir()
    watcher = make([tmp_path / "sessions"])
    first = put(tmp_path / "sessions/2026/11/22/rollout-a.jsonl")
    deep = put(tmp_path / "sessions/2026/11/22/x/y/rollout-b.jsonl")
    assert heard(watcher, first, deep) == {first, deep}
    later = put(tmp_path / "sessions/2026/11/22/x/y/rollout-c.jsonl")
    assert later in heard(watcher, later)


@linux
def test_moves_and_deletions_are_heard(tmp_path: Path, make: Make) -> None:
    old = put(tmp_path / "sessions/a.jsonl")
    gone = put(tmp_path / "sessions/b.jsonl")
    new = str(tmp_path / "archived_sessions/a.jsonl")
    (tmp_path / "archived_sessions").mkdir()
    watcher = make([tmp_path / "sessions", tmp_path / "archived_sessions"])
    Path(old).rename(new)
    assert heard(watcher, old, new) == {old, new}
    Path(gone).unlink()
    assert heard(watcher, gone) == {gone}
    Path(new).rename(new + ".tmp")
    Path(new + ".tmp").rename(new)
    assert new in heard(watcher, new)


@linux
def test_a_folder_moved_away_or_deleted_asks_for_a_sweep(tmp_path: Path, make: Make) -> None:
    put(tmp_path / "projects/-p/one.jsonl")
    put(tmp_path / "projects/-q/one.jsonl")
    watcher = make([tmp_path / "projects"])
    (tmp_path / "projects/-p").rename(tmp_path / "projects/-r")
    until_sweep(watcher)
    (tmp_path / "projects/-q").rename(tmp_path / "away")
    until_sweep(watcher)
    path = put(tmp_path / "projects/-r/one.jsonl")
    assert path in heard(watcher, path)


@linux
def test_folders_that_do_not_exist_yet_are_awaited(tmp_path: Path, make: Make) -> None:
    watcher = make(lambda: [tmp_path / "a/.codex/sessions", tmp_path / "a/.codex/archived_sessions"])
    assert watcher.wait(0) == set()
    put(tmp_path / "unrelated.jsonl")
    (tmp_path / "a").mkdir()
    first = put(tmp_path / "a/.codex/sessions/2026/one.jsonl")
    until_sweep(watcher)
    path = put(Path(first))
    assert path in heard(watcher, path)
    path = put(tmp_path / "a/.codex/archived_sessions/one.jsonl")
    assert path in heard(watcher, path)


@linux
def test_a_log_folder_deleted_and_made_anew_is_heard_again(tmp_path: Path, make: Make) -> None:
    folder = tmp_path / "projects"
    put(folder / "one.jsonl")
    watcher = make([folder])
    folder.rename(tmp_path / "old")
    folder.mkdir()
    until_sweep(watcher)
    two = put(folder / "two.jsonl")
    assert two in heard(watcher, two)
    Path(two).unlink()
    folder.rmdir()
    until_sweep(watcher)
    three = put(folder / "-p/three.jsonl")
    until_sweep(watcher)
    put(Path(three))
    assert three in heard(watcher, three)


@linux
def test_links_are_heard_under_the_path_they_were_given_by(tmp_path: Path, make: Make) -> None:
    put(tmp_path / "real/-p/one.jsonl")
    put(tmp_path / "elsewhere/two.jsonl")
    (tmp_path / "projects").symlink_to("real")
    (tmp_path / "real/-q").symlink_to(tmp_path / "elsewhere")
    watcher = make([tmp_path / "projects"])
    put(tmp_path / "real/-p/one.jsonl")
    assert watcher.wait(LONG) == {str(tmp_path / "projects/-p/one.jsonl")}
    put(tmp_path / "elsewhere/two.jsonl")
    assert watcher.wait(LONG) == {str(tmp_path / "projects/-q/two.jsonl")}


@linux
def test_events_that_watchdog_lost_ask_for_a_sweep(tmp_path: Path, make: Make) -> None:
    watcher = make([tmp_path])
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed")
    assert watcher.wait(LONG) is None
    assert watcher.wait(0) == set()


def test_a_sweep_is_asked_for_now_and_then_even_when_it_is_quiet(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SWEEP_WATCHING_S", 0.01)
    watcher = make([tmp_path])
    assert watcher.wait(LONG) is None
    assert watcher.wait(LONG) is None


def test_network_drives_are_polled_and_it_is_said(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        watch, "silent_drive", lambda folder, mounts: "nfs" if folder.startswith(str(tmp_path)) else None
    )
    one, two = put(tmp_path / "projects/-p/one.jsonl"), put(tmp_path / "projects/-p/two.jsonl")
    hot = [one, two, "/elsewhere/three.jsonl"]
    watcher = make([tmp_path / "projects"], hot=lambda: hot)
    assert (watcher.mode, watcher.why) == ("polling", "network drive (nfs): polling every 5 s")
    assert heard(watcher, one, two) == {one, two}
    put(Path(two))
    assert heard(watcher, two) == {two}
    Path(one).unlink()
    assert heard(watcher, one) == {one}
    hot.remove(one)
    hot.append(put(tmp_path / "projects/-p/four.jsonl"))
    assert heard(watcher, hot[-1]) == {hot[-1]}
    monkeypatch.setattr(watch, "SWEEP_POLLING_S", 0.01)
    put(tmp_path / "projects/-p/not-hot.jsonl")
    watcher = make([tmp_path / "projects"])
    assert watcher.wait(LONG) is None


@linux
def test_local_folders_are_watched_beside_polled_ones(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = str(tmp_path / "far")
    monkeypatch.setattr(watch, "silent_drive", lambda folder, _: "cifs" if folder.startswith(far) else None)
    (tmp_path / "near").mkdir()
    one = put(tmp_path / "far/one.jsonl")
    watcher = make([tmp_path / "near", tmp_path / "far"], hot=lambda: [one])
    assert watcher.mode == "polling"
    assert heard(watcher, one) == {one}
    two = put(tmp_path / "near/two.jsonl")
    assert heard(watcher, two) == {two}


@linux
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE, errno.EIO])
def test_when_the_kernel_refuses_it_is_polled_and_said(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    from watchdog.observers.api import BaseObserver

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, "refused")

    one = put(tmp_path / "projects/one.jsonl")
    monkeypatch.setattr(BaseObserver, "schedule", refuse)
    watcher = make([tmp_path / "projects", tmp_path / "missing"], hot=lambda: [one])
    assert watcher.mode == "polling"
    reason = {
        errno.ENOSPC: "inotify limit reached (fs.inotify.max_user_watches)",
        errno.EMFILE: "inotify limit reached (fs.inotify.max_user_instances)",
        errno.EIO: "watching files failed (refused)",
    }[code]
    assert watcher.why == f"{reason}: polling every 5 s"
    assert heard(watcher, one) == {one}
    put(Path(one))
    assert heard(watcher, one) == {one}


@linux
def test_a_limit_reached_later_turns_to_polling(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watchdog.observers.api import BaseObserver

    watcher = make([tmp_path])
    assert watcher.mode == "watching"

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(BaseObserver, "schedule", refuse)
    (tmp_path / "-p").mkdir()
    until_sweep(watcher)
    assert watcher.mode == "polling"
    assert watcher.why.startswith("inotify limit reached")


def test_wake_and_stop_let_a_waiting_thread_go(tmp_path: Path, make: Make) -> None:
    watcher = make([tmp_path])
    answers: list[set[str] | None] = []

    def wait_thrice() -> None:
        answers.extend(watcher.wait() for _ in range(3))

    thread = threading.Thread(target=wait_thrice, daemon=True)
    thread.start()
    watcher.wake()
    watcher.stop()
    thread.join(LONG)
    assert not thread.is_alive()
    assert answers == [set(), set(), set()]
    assert watcher.wait() == set()
    watcher.stop()


def test_no_folders_at_all_is_fine(make: Make) -> None:
    assert make([]).wait(0) == set()
