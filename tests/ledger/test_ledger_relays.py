"""Which lines are one call and whose it is, where ids repeat and lines are copied: as an independent count finds it,
and the same in whatever order files are read and wherever their stretches end."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_claude import claude
from small_logs import Line, at, prompt, write

from tally_tui.config import Settings
from tally_tui.database import transaction
from tally_tui.ingest.sync import Ingestor
from tally_tui.ledger.files import add_file
from tally_tui.ledger.write import Told
from tally_tui.logs.parse import parse
from tally_tui.logs.records import Chunk
from tally_tui.model import Provider

SESSIONS = ("cc", "aa", "bb")


def said(session: str, number: int, name: str | None, vector: tuple[int, int, int], **more: Any) -> Line:
    """A line of an answer; its id and time are the number's."""
    given, read, written = vector
    usage = {"input_tokens": given, "cache_read_input_tokens": read, "cache_creation_input_tokens": written}
    return {
        "type": "assistant", "sessionId": session, "cwd": "/w", "version": "2.1.9", "uuid": f"u{number}",
        "timestamp": at(number), "parentUuid": f"u{number - 1}",
        "message": {"id": name, "model": "claude-opus-4-8", "role": "assistant", "content": [],
                    "usage": usage | {"output_tokens": more.pop("output", 7)}},
    } | more  # fmt: skip


class Books:
    """A ledger, and the files it is told of."""

    def __init__(self, folder: Path) -> None:
        self.data = Path(tempfile.mkdtemp(dir=folder))
        with patch.dict(os.environ, {"TALLY_DATA_DIR": str(self.data), "TALLY_CONFIG_DIR": str(self.data)}):
            self.ingestor = Ingestor(Settings())
            self.db = self.ingestor.db
            self.db.execute("PRAGMA synchronous = OFF")
        self.files: dict[str, int] = {}
        for path in sorted(map(str, folder.glob("projects/*/*.jsonl"))):
            self.files[path] = add_file(self.db, Provider.CLAUDE, path)

    def tell(self, path: str, chunk: Chunk) -> None:
        with transaction(self.db):
            self.ingestor.writer().apply([Told(self.files[path], Provider.CLAUDE, chunk.sightings, chunk.sessions)])

    def rows(self) -> list[Any]:
        return self.db.execute(
            """SELECT path, identity, part, session.name, reason, offset, ts, call.lines, input, write_5m, write_1h, cache_read,
                   output, flags, cost, request, named, evidence
               FROM call JOIN file ON file.id = call.file JOIN facet ON facet.id = call.facet
               JOIN session ON session.id = facet.session ORDER BY 1, 2, 3"""
        ).fetchall()

    def counted(self) -> Counter[tuple[Any, ...]]:
        return Counter(
            (session.partition("/")[0], ts, given, written, read, output)
            for _, _, _, session, reason, _, ts, _, given, written, _, read, output, *_ in self.rows()
            if not reason
        )


def stretches(path: str, limit: int) -> list[Chunk]:
    chunks, cursor, state = [], 0, b""
    while True:
        chunk = parse(path, Provider.CLAUDE, cursor, state, 0, limit)
        chunks.append(chunk)
        if chunk.at_end:
            return chunks
        cursor, state = chunk.cursor, chunk.state


def told_in_order(folder: Path, order: list[str], limit: int = 1 << 30) -> Books:
    """What a fresh ledger makes of files, one after the other in stretches of that many bytes."""
    books = Books(folder)
    for path in order:
        for chunk in stretches(path, limit):
            books.tell(path, chunk)
    return books


def naive(folder: Path) -> Counter[tuple[Any, ...]]:
    calls, _, _ = claude([folder], Counter())
    return Counter(
        (call["session"], call["at"], *(call["tokens"][index] for index in (1, 2, 4, 5))) for call in calls
    )


VECTORS = st.tuples(st.sampled_from([0, 3, 4]), st.sampled_from([0, 50]), st.sampled_from([0, 0, 60, 70]))
LINES = st.lists(
    st.tuples(
        st.sampled_from(["relay", "relay", "msg-1", " ", None]),  # its message id
        VECTORS,
        st.sampled_from([None, None, "own", "last", ""]),  # its request id
        st.sampled_from([None, "aa", "gone"]),  # what its process was before
        st.booleans(),  # no line id
        st.integers(0, 9),  # output
    ),
    max_size=8,
)


@st.composite
def homes(draw: st.DrawFn) -> dict[str, list[Line]]:
    """Up to three sessions, of which later ones may begin with what an earlier one said."""
    files: dict[str, list[Line]] = {}
    number = 0
    for session in SESSIONS[: draw(st.integers(1, 3))]:
        lines: list[Line] = []
        if files and draw(st.booleans()):
            origin = draw(st.sampled_from(sorted(files)))
            taken = files[origin][: draw(st.integers(0, 9))]
            forked = {"forkedFrom": {"sessionId": origin}} if draw(st.booleans()) else {}
            lines += [line | {"sessionId": session} | forked for line in taken]
        last: tuple[str, tuple[int, int, int]] = f"none-{session}", (0, 0, 0)
        for name, vector, asked, before, nameless, output in draw(LINES):
            number += 1
            request = f"r{number}" if asked == "own" else asked
            if asked == "last":
                # A request is answered once: what its lines say of the prompt agrees.
                request = last[0]
                vector = tuple(had if said else 0 for had, said in zip(last[1], vector, strict=True))
            elif asked == "own":
                last = request, vector
            line = said(session, number, name, vector, output=output, requestId=request)
            line |= {"session_id": before} if before else {}
            if nameless and name not in (" ", None):
                del line["uuid"]
            lines.append(line)
        files[session] = lines
    return files


@settings(max_examples=25, deadline=None)
@given(home=homes(), limit=st.sampled_from([1, 900, 1 << 30]), seed=st.integers(0, 2**32))
def test_every_order_gives_what_an_independent_count_finds(
    home: dict[str, list[Line]], limit: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    same_in_every_order(home, limit, seed, tmp_path_factory.mktemp("home"))


def same_in_every_order(home: dict[str, list[Line]], limit: int, seed: int, folder: Path) -> None:
    for session, lines in home.items():
        write(folder / "projects" / "-w" / f"{session}.jsonl", list(lines))
    paths = sorted(map(str, folder.rglob("*.jsonl")))
    books = told_in_order(folder, paths)
    assert books.counted() == naive(folder)
    wanted = books.rows()
    for order in permutations(paths):
        assert told_in_order(folder, list(order), limit).rows() == wanted
    # Stretches of all files in any order, those of one file in theirs.
    mixed = Books(folder)
    left = {path: stretches(path, limit) for path in paths}
    turns = [path for path, chunks in left.items() for _ in chunks]
    random.Random(seed).shuffle(turns)
    for path in turns:
        mixed.tell(path, left[path].pop(0))
    assert mixed.rows() == wanted


def home_of(folder: Path, **files: list[Line]) -> Books:
    for session, lines in files.items():
        write(folder / "projects" / "-w" / f"{session}.jsonl", list(lines))
    return told_in_order(folder, sorted(map(str, folder.rglob("*.jsonl"))))


def outputs(books: Books) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for session, *_, output in books.counted().elements():
        found.setdefault(session, []).append(output)
    return {session: sorted(numbers) for session, numbers in sorted(found.items())}


@pytest.mark.parametrize("name", ["relay", "", "  ", None])
@pytest.mark.parametrize("request_id", ["", "  ", None, "each"])
def test_one_id_for_many_answers(tmp_path: Path, name: str | None, request_id: str | None) -> None:
    def one(session: str, number: int) -> Line:
        asked = f"r{number}" if request_id == "each" else request_id
        line = said(session, number, name, (100 + number, 0, 0), output=number, requestId=asked)
        return line | {"parentUuid": f"prompt-{number}"}

    books = home_of(tmp_path, aa=[one("aa", number) for number in (1, 2, 3)], bb=[one("bb", number) for number in (4, 5)])
    assert outputs(books) == {"aa": [1, 2, 3], "bb": [4, 5]}
    assert books.counted() == naive(tmp_path)


def test_an_answers_blocks_without_any_id_are_chained(tmp_path: Path) -> None:
    blocks = [said("aa", number, None, (9, 0, 0), output=number) for number in (1, 2, 3)]
    other = said("aa", 9, " ", (9, 0, 0), output=50)
    assert outputs(home_of(tmp_path, aa=[*blocks, other])) == {"aa": [3, 50]}


def test_two_request_ids_of_one_prompt_are_one_call_and_of_two_prompts_are_two(tmp_path: Path) -> None:
    first, again = (said("aa", 1, "m", (9, 0, 0), requestId="r1"), said("aa", 1, "m", (9, 0, 0), requestId="r2"))
    other = said("aa", 3, "m", (10, 0, 0), output=70, requestId="r3")
    assert outputs(home_of(tmp_path, aa=[first, again, other])) == {"aa": [7, 70]}


def test_copies_of_a_relays_answers_are_told_by_their_lines(tmp_path: Path) -> None:
    own = [said("aa", number, "relay", (9, 0, 0) if number < 3 else (number, 0, 0)) for number in (1, 2, 3)]
    copied = [line | {"sessionId": "bb"} for line in own[1:]]
    books = home_of(tmp_path, aa=own, bb=[*copied, said("bb", 8, "relay", (9, 0, 0), output=30)])
    # In one session, answers of one vector under one id are one; another session's own answer is another.
    assert books.counted() == naive(tmp_path)


def test_what_a_process_was_before_names_no_owner_of_what_stands_in_one_file(tmp_path: Path) -> None:
    """One process: a prompt, `/clear`, a prompt, and back again by `/resume`."""
    books = home_of(
        tmp_path,
        aa=[prompt("aa", 1, "first"), said("aa", 2, "m1", (7, 0, 0), session_id="aa", output=1),
            said("aa", 9, "m3", (7, 0, 0), session_id="bb", output=3)],
        bb=[prompt("bb", 4, "after"), said("bb", 5, "m2", (7, 0, 0), session_id="aa", output=2)],
    )  # fmt: skip
    assert outputs(books) == {"aa": [1, 3], "bb": [2]}


def test_nothing_used_is_no_call(tmp_path: Path) -> None:
    zero = said("aa", 1, "m1", (0, 0, 0), output=0)
    searched = json.loads(json.dumps(said("aa", 2, "m2", (0, 0, 0), output=0)))
    searched["message"]["usage"]["server_tool_use"] = {"web_search_requests": 1}
    later = [said("aa", 3, "m3", (0, 0, 0), output=0), said("aa", 4, "m3", (5, 0, 0), output=4)]
    assert outputs(home_of(tmp_path, aa=[zero, searched, *later])) == {"aa": [0, 4]}


@pytest.mark.parametrize("limit", [1, 1 << 30])
def test_a_relays_file_that_is_cut_keeps_its_calls(tmp_path: Path, limit: int) -> None:
    """Parts are numbered anew; what they were before is known by what they say."""
    path = tmp_path / "projects" / "-w" / "aa.jsonl"
    lines = [said("aa", number, "relay", (number, 0, 0), output=number) for number in (1, 2, 3, 4)]
    write(path, list(lines))
    books = told_in_order(tmp_path, [str(path)])
    for left in (lines[1:], lines[2:3], [*lines[1:3], said("aa", 6, "relay", (6, 0, 0), output=6)]):
        write(path, list(left))
        books.db.execute("UPDATE file SET rewrites = rewrites + 1")
        books.ingestor.writer().forget_lines(1)
        for chunk in stretches(str(path), limit):
            books.tell(str(path), chunk)
    assert outputs(books) == {"aa": [1, 2, 3, 4, 6]}
