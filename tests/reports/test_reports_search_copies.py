"""A message that stands in several logs is found once, with where else it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_logs import at, write
from talks import Talks, replied, said, span

PARENT = "01900000-0000-7000-8000-00000000000a"
FORK = "01900001-0000-7000-8000-00000000000b"
AGAIN = "01900002-0000-7000-8000-00000000000c"
MANY = 700


def meta(thread: str, minute: int, **more: Any) -> dict[str, Any]:
    return {"timestamp": at(minute), "type": "session_meta", "payload": {"id": thread, "cwd": "/home/dev/lantern", **more}}


def asked(minute: int, text: str, later_ms: int = 0) -> dict[str, Any]:
    stamp = f"{at(minute)[:19]}.{later_ms:03}Z"
    return {"timestamp": stamp, "type": "event_msg", "payload": {"type": "user_message", "message": text}}


def rollout(talks: Talks, thread: str, minute: int, *lines: dict[str, Any]) -> Path:
    stamp = at(minute)[:19].replace(":", "-")
    path = talks.folder / "codex" / "sessions" / "2026" / "03" / "01" / f"rollout-{stamp}-{thread}.jsonl"
    write(path, list(lines))
    return path


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Talks:
    talks = Talks(tmp_path_factory.mktemp("copies"))
    lines = [said("aaaa-1", n, f"quail number {n}") for n in range(MANY)]
    talks.write("aaaa-1", *lines)
    forked = [line | {"sessionId": "bbbb-2", "forkedFrom": {"sessionId": "aaaa-1", "messageUuid": line["uuid"]}} for line in lines]
    talks.write("bbbb-2", *forked, said("bbbb-2", MANY + 5, "quail of the fork's own"))
    continued = [line | {"sessionId": "cccc-3"} for line in lines[:3]]
    talks.write("cccc-3", *continued, replied("cccc-3", MANY + 9, "no bird at all"))
    talks.write("dddd-4", said("dddd-4", 3, "quail number 3", uuid="another"))

    mallards = ["mallard one", "continue", "mallard two", "continue"]
    rollout(talks, PARENT, 1000, meta(PARENT, 1000), *(asked(1001 + n, text) for n, text in enumerate(mallards)))
    rollout(
        talks, FORK, 1100, meta(FORK, 1100, forked_from_id=PARENT), meta(PARENT, 1000),
        *(asked(1100, text, 900 if n else 300) for n, text in enumerate(mallards[:3])),
        asked(1101, "continue"), asked(1102, "mallard three"),
    )  # fmt: skip
    rollout(
        talks, AGAIN, 1200, meta(AGAIN, 1200, forked_from_id=FORK), meta(FORK, 1100), meta(PARENT, 1000),
        *(asked(1200, text, 20) for text in [*mallards[:3], "continue", "mallard three"]),
        asked(1205, "mallard three"),
    )  # fmt: skip
    talks.account()
    talks.index()
    return talks


def where(talks: Talks, query: str, **options: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    hits = talks.ask(query, **{"limit": 5_000} | options).hits
    return [(hit.snippet, hit.session, tuple(other.session for other in hit.also)) for hit in hits]


def test_any_number_of_copies_is_shown_once_and_in_its_origin(talks: Talks) -> None:
    found = where(talks, '"quail number"')
    assert len(found) == MANY + 1
    assert {session for _, session, _ in found} == {"aaaa-1", "dddd-4"}
    assert found[-1] == ("quail number 0", "aaaa-1", ("bbbb-2", "cccc-3"))
    assert found[0] == (f"quail number {MANY - 1}", "aaaa-1", ("bbbb-2",))
    assert where(talks, "quail own") == [("quail of the fork's own", "bbbb-2", ())]


def test_what_is_said_twice_is_no_copy(talks: Talks) -> None:
    found = where(talks, '"quail number 3"')
    assert sorted(session for _, session, _ in found) == ["aaaa-1", "dddd-4"]


def test_they_are_counted_once(talks: Talks) -> None:
    answer = talks.ask("quail", limit=10)
    assert (answer.total, answer.total_is_exact) == (MANY + 2, True)


@pytest.mark.parametrize("session", ["bbbb-2", "cccc-3"])
def test_a_copy_is_found_under_its_own_session(talks: Talks, session: str) -> None:
    (found,) = talks.ask(f'"number 1" quail session:{session}').hits
    assert (found.snippet, found.session) == ("quail number 1", session)
    assert session in found.file


def test_a_fork_that_writes_its_history_anew(talks: Talks) -> None:
    assert where(talks, "mallard") == [
        ("mallard three", AGAIN, ()),
        ("mallard three", FORK, (AGAIN,)),
        ("mallard two", PARENT, (FORK, AGAIN)),
        ("mallard one", PARENT, (FORK, AGAIN)),
    ]
    times = [hit.time_ms for hit in talks.ask("mallard").hits]
    assert times == sorted(times, reverse=True)


def test_the_same_words_typed_again_are_the_forks_own(talks: Talks) -> None:
    assert [(session, also) for _, session, also in where(talks, "continue")] == [
        (FORK, (AGAIN,)), (PARENT, ()), (PARENT, (FORK, AGAIN)),
    ]  # fmt: skip


def test_a_forks_copies_are_found_where_its_parent_is_not_asked_for(talks: Talks) -> None:
    assert [each[:2] for each in where(talks, f"mallard session:{FORK}")] == [
        ("mallard three", FORK), ("mallard two", FORK), ("mallard one", FORK),
    ]  # fmt: skip
    (one,) = talks.ask(f'"mallard one" session:{AGAIN}').hits
    assert one.session == AGAIN
    assert PARENT in [other.session for other in one.also]
    since = talks.ask("mallard", span=span(one.time_ms - 1, one.time_ms + 1)).hits
    assert [hit.session for hit in since if hit.snippet == "mallard one"] == [AGAIN]


def test_ranked_and_on_the_way_too(talks: Talks) -> None:
    best = talks.ask("mallard", ranked=True)
    assert len(best.hits) == best.total == 4
    told: list[Any] = []
    talks.ask("mallard", progress=told.append)
    assert all(len({(hit.snippet, hit.session) for hit in part.hits}) == len(part.hits) for part in told)
