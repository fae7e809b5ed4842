"""`search` and `library` as typed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talks import Talks, answered, called, replied, said

from tally_tui.actions import SaveSearch
from tally_tui.ingest.lock import IngestLock
from tally_tui.ledger.searches import SavedSearch
from tally_tui.live.acting import perform

Tally = Callable[..., Any]


@pytest.fixture
def talks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talks:
    talks = Talks(tmp_path / "home")
    for name, value in talks.environment.items():
        monkeypatch.setenv(name, value)
    talks.write(
        "aaaa-1",
        said("aaaa-1", 1, "Make the lamp blink"),
        called("aaaa-1", 2, "Bash", command="lamp --on"),
        answered("aaaa-1", 3, 2, "the lamp\x1b[31m is red\u202e", failed=True),
        replied("aaaa-1", 4, "Done"),
    )
    return talks


def test_what_is_new_is_found_at_once(talks: Talks, tally: Tally) -> None:
    assert tally("search", "lamp").status == 0
    talks.append("aaaa-1", said("aaaa-1", 9, "and a zebra"))
    found = tally("search", "zebra")
    assert (found.status, found.err) == (0, "")
    assert "and a zebra" in found.out
    assert "Make the lamp blink · harbour · claude · aaaa-1" in found.out


def test_json(talks: Talks, tally: Tally) -> None:
    document = tally("search", "lamp", "--json", "--limit", "2").json
    assert list(document) == ["schema", "query", "total", "total_is_exact", "hits"]
    assert (document["schema"], document["query"]) == ("tally.search/1", "lamp")
    assert (document["total"], document["total_is_exact"]) == (3, True)
    first, second = document["hits"]
    assert (first["provider"], first["session"]) == ("claude", "aaaa-1")
    assert (first["project"], first["role"]) == ("harbour", "tool")
    assert (second["time"], second["snippet"], second["score"]) == ("2026-03-01T00:02:00Z", "lamp --on", None)
    ranked = tally("search", "lamp", "--json", "--ranked").json["hits"]
    assert ranked[0]["snippet"] == "Make the lamp blink"
    assert 0 < ranked[0]["score"] <= 1


def test_nothing_found_is_status_1(talks: Talks, tally: Tally) -> None:
    answer = tally("search", "nowhere")
    assert (answer.status, answer.out, answer.err) == (1, "Nothing was found.\n", "")
    answer = tally("search", "nowhere", "--json")
    assert (answer.status, answer.json["hits"], answer.json["total"]) == (1, [], 0)


def test_hostile_text_does_not_reach_the_terminal(talks: Talks, tally: Tally) -> None:
    found = tally("search", "red")
    assert "the lamp is red\\u202e" in found.out
    assert "\x1b" not in found.out
    assert "\u202e" not in found.out
    assert "\x1b" not in tally("search", "red", "--json").out


@pytest.mark.parametrize(
    ("words", "pointed", "says"),
    [
        (["search"], "", "needs a query"),
        (["search", "lamp", "modle:opus"], "modle", "model:"),
        (["search", "reason:copy"], "reason", "says nothing about conversations"),
        (["search", "re:(lamp"], "(lamp", "no regular expression"),
        (["search", "is:bookmarked,error"], "is:bookmarked,error", "at once"),
        (["search", "lamp", "--in", "prompt"], "prompt", "Did you mean prompts?"),
        (["library", "statsu"], "statsu", "Did you mean status?"),
        (["library", "status", "now"], "now", "one word too many"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_pointed_at(
    talks: Talks, tally: Tally, words: list[str], pointed: str, says: str
) -> None:
    answer = tally(*words)
    assert (answer.status, answer.out) == (2, "")
    assert says in answer.err
    if pointed:
        line, carets = answer.err.splitlines()[1:3]
        start, end = carets.index("^"), carets.rindex("^") + 1
        assert line[start:end].strip("'").startswith(pointed)


def test_only_in_some_kinds_of_text(talks: Talks, tally: Tally) -> None:
    roles = {hit["role"] for hit in tally("search", "lamp", "--in", "prompts,replies", "--json").json["hits"]}
    assert roles == {"user"}


def test_a_plain_question_indexes_nothing_and_sync_does(talks: Talks, tally: Tally) -> None:
    tally("usage")
    tally("sync", "--accounting-only")
    assert tally("library", "status", "--json").json["messages"] == 0
    document = tally("sync", "--json").json
    assert document["messages_indexed"] == 4
    assert tally("library", "status", "--json").json["messages"] == 4


def test_status_tells_what_is_pending(talks: Talks, tally: Tally) -> None:
    logs = sum(path.stat().st_size for path in talks.project.iterdir())
    document = tally("library", "status", "--json").json
    assert (document["messages"], document["bytes"]) == (0, 0)
    assert (document["pending_bytes"], document["log_bytes"]) == (logs, logs)
    tally("sync")
    document = tally("library", "status", "--json").json
    assert (document["messages"], document["pending_bytes"]) == (4, 0)
    assert document["bytes"] == sum(
        path.stat().st_size for path in talks.shards.iterdir() if path.suffix in (".db", ".db-wal")
    )
    assert "4 messages of 1 log file can be searched" in tally("library").out


def test_rebuild_and_remove(talks: Talks, tally: Tally) -> None:
    tally("sync")
    assert tally("library", "rebuild").status == 0
    assert tally("search", "lamp", "--no-sync").status == 0
    assert tally("library", "remove").status == 0
    gone = tally("search", "lamp", "--no-sync")
    assert gone.status == 1
    assert "nothing has been indexed yet" in gone.err
    shutil.rmtree(talks.shards)
    assert tally("search", "lamp").status == 0


def test_while_another_process_indexes(talks: Talks, tally: Tally) -> None:
    tally("sync")
    talks.append("aaaa-1", said("aaaa-1", 9, "and a zebra"))
    with IngestLock(talks.folder / "data" / "library.lock"):
        answer = tally("search", "lamp", "--json")
        assert (answer.status, len(answer.json["hits"])) == (0, 3)
        assert "another process is indexing" in answer.json["note"]
        assert tally("library", "remove").status == 1
        assert tally("library", "rebuild").status == 1
    assert tally("search", "zebra").status == 0


def test_a_log_that_is_gone_says_so(talks: Talks, tally: Tally) -> None:
    tally("sync")
    (talks.project / "aaaa-1.jsonl").unlink()
    answer = tally("search", "blink")
    assert answer.status == 0
    assert "its log is gone" in answer.out
    assert "gone since" in tally("library", "status").out


def test_a_log_that_cannot_be_read_is_told_of_once_and_not_taken_for_gone(talks: Talks, tally: Tally) -> None:
    tally("sync")
    log = talks.project / "aaaa-1.jsonl"
    log.unlink()
    log.mkdir()  # as little to be read as a file without permission, by whomever
    damaged = talks.folder / "codex" / "archived_sessions" / "rollout-2026-03-01T03-20-00-0190000a-0000-7000.jsonl.zst"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no frame of anything")
    answer = tally("search", "blink")
    assert "its log cannot be read" in answer.out
    assert answer.err.count(damaged.name) == 1
    status = tally("library", "status")
    assert "nothing else is pending" in status.out
    assert damaged.name in status.err
    document = tally("library", "status", "--json").json
    assert (document["pending_files"], len(document["problems"])) == (0, 1)


def test_a_saved_search(talks: Talks, tally: Tally) -> None:
    tally("sync")
    unknown = tally("search", "--saved", "lamps")
    assert unknown.status == 2
    assert "there is no saved search 'lamps'" in unknown.err
    assert "^s saves one" in unknown.err
    perform(SaveSearch(SavedSearch("the lamps", "lamp", ("prompts", "tools"), True)))
    document = tally("search", "--saved", "the lamps", "--json").json
    assert (document["query"], document["total"]) == ("lamp", 3)
    assert document["hits"][0]["score"] is not None
    assert tally("search", "--saved", "the lamps", "blink", "--json").json["query"] == "lamp blink"
    assert tally("search", "--saved", "the lamps", "--in", "replies").status == 1
    assert "Did you mean the lamps?" in tally("search", "--saved", "the lamp").err


def test_a_query_in_one_word_of_the_shell(talks: Talks, tally: Tally) -> None:
    assert tally("search", "role:user the lamp").out == tally("search", "role:user", "the", "lamp").out
    assert "Make the lamp blink" in tally("search", "role:user the lamp").out
    assert tally("search", 'role:tool "is red"').status == 0


def test_a_message_of_several_sessions_tells_the_others(talks: Talks, tally: Tally) -> None:
    line = said("aaaa-1", 1, "Make the lamp blink")
    talks.write("bbbb-2", line | {"sessionId": "bbbb-2", "forkedFrom": {"sessionId": "aaaa-1", "messageUuid": line["uuid"]}})
    assert "user  (also in 1 other session)" in tally("search", "blink").out
    (hit,) = tally("search", "blink", "--json").json["hits"]
    assert hit["session"] == "aaaa-1"
    assert [(other["session"], other["time"]) for other in hit["also_in"]] == [("bbbb-2", hit["time"])]
    (alone,) = tally("search", "blink", "session:bbbb-2", "--json").json["hits"]
    assert alone["session"] == "bbbb-2"
