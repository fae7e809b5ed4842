"""A conversation that is followed as its logs grow is the same as one that is read at once, wherever it is cut."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conversation_logs import CHILD, FORK, MAIN, THREAD, at, write_home
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tally_tui.ledger.open import open_reader
from tally_tui.logs.messages import Item, Kind, Mark
from tally_tui.model import Provider
from tally_tui.reports.branches import Branches
from tally_tui.reports.transcripts import Entry, Reading

PROVIDERS = {MAIN: Provider.CLAUDE, THREAD: Provider.CODEX, FORK: Provider.CODEX}


class Logs:
    """Logs whose every file can be cut short and grow again; the ledger knows them whole."""

    def __init__(self, folder: Path) -> None:
        write_home(folder)
        self.folder = folder
        self.whole = {path: path.read_bytes() for path in folder.rglob("*.jsonl")}
        self.db = open_reader(folder / "data" / "ledger.db")

    def of(self, session: str) -> list[Path]:
        names = (THREAD, CHILD) if session == THREAD else (session,)
        return sorted(path for path in self.whole if any(name in str(path) for name in names))

    def cut(self, path: Path, end: int) -> None:
        if path.stat().st_size > end:
            path.write_bytes(self.whole[path][:end])
        else:
            with path.open("ab") as log:
                log.write(self.whole[path][path.stat().st_size : end])

    def restore(self) -> None:
        for path, data in self.whole.items():
            path.write_bytes(data)


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logs]:
    logs = Logs(tmp_path_factory.mktemp("home"))
    yield logs
    logs.db.close()


def words(item: Item | None) -> Any:
    if item is None:
        return None
    # A line's length is without its line end where that was not written yet.
    return (item.kind, item.offset, item.part, item.ts, item.text, item.name, item.call, item.marks, item.input,
            item.detail)  # fmt: skip


def told(reading: Reading) -> list[Any]:
    return [
        (entry.key, words(entry.item), words(entry.result), entry.level, entry.cut, entry.length, entry.breaks,
         entry.result_lines, entry.spent, entry.until_here, entry.path, entry.context, len(entry.answers), entry.branch)
        for entry in reading.told.entries
    ]  # fmt: skip


def fresh(logs: Logs, session: str) -> Reading:
    reading = Reading(PROVIDERS[session], session)
    reading.more(logs.db)
    return reading


@pytest.mark.parametrize("session", [MAIN, THREAD, FORK])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_following_is_reading_at_once(session: str, logs: Logs, data: st.DataObject) -> None:
    files = logs.of(session)
    steps = data.draw(st.integers(1, 6))
    sizes = [len(logs.whole[path]) for path in files]
    ends = [sorted(data.draw(st.lists(st.integers(0, size), min_size=steps, max_size=steps))) for size in sizes]
    limit = data.draw(st.sampled_from([1 << 62, 300, 2_000]))
    try:
        for path in files:
            logs.cut(path, 0)
        followed = Reading(PROVIDERS[session], session)
        for step in range(steps + 1):
            for path, cuts, size in zip(files, ends, sizes, strict=True):
                logs.cut(path, cuts[step] if step < steps else size)
            followed.more(logs.db, limit)
            while not followed.told.whole:
                followed.more(logs.db, limit)
            assert told(followed) == told(fresh(logs, session))
            assert followed.told.spent == fresh(logs, session).told.spent
            assert not followed.more(logs.db), "nothing came"
    finally:
        logs.restore()


@pytest.mark.parametrize("limit", [1, 700, 3_000])
@pytest.mark.parametrize("session", [MAIN, THREAD, FORK])
def test_reading_in_pieces_is_reading_at_once(session: str, limit: int, logs: Logs) -> None:
    whole = fresh(logs, session)
    pieces = Reading(PROVIDERS[session], session)
    pieces.more(logs.db, limit)
    assert not pieces.told.whole or session == FORK
    early: list[int] = []
    while not pieces.told.whole:
        spent = [entry.spent.cost for entry in pieces.told.entries if entry.spent is not None and not entry.level]
        early.append(sum(spent))
        pieces.more(logs.db, limit)
    assert early == sorted(early) and max(early, default=0) <= whole.told.spent.cost
    # What turns cost is told as they are read, not at the end.
    assert max(early, default=0) or session == FORK
    assert told(pieces) == told(whole)
    assert pieces.told.spent == whole.told.spent
    assert not pieces.more(logs.db), "nothing came"


@pytest.mark.parametrize("session", [MAIN, THREAD])
def test_every_line_one_by_one(session: str, logs: Logs) -> None:
    files = logs.of(session)
    main = next(path for path in files if session in path.name)
    try:
        logs.cut(main, 0)
        followed = Reading(PROVIDERS[session], session)
        end = 0
        for line in logs.whole[main].splitlines(keepends=True):
            end += len(line)
            logs.cut(main, end)
            followed.more(logs.db)
            assert told(followed) == told(fresh(logs, session))
    finally:
        logs.restore()


def test_what_did_not_change_stays_the_same_object(logs: Logs) -> None:
    main = next(path for path in logs.of(MAIN) if path.stem == MAIN)
    lines = logs.whole[main].splitlines(keepends=True)
    try:
        logs.cut(main, sum(map(len, lines[:-4])))
        reading = Reading(Provider.CLAUDE, MAIN)
        reading.more(logs.db)
        before = reading.told.entries
        logs.cut(main, sum(map(len, lines[:-3])))
        assert reading.more(logs.db)
        after = reading.told.entries
        changed = [n for n, entry in enumerate(before) if after[n] is not entry]
        assert all(before[n].item.kind is Kind.PROMPT for n in changed), "only what a turn cost"
    finally:
        logs.restore()


def test_an_append_reads_what_was_appended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tally_tui.reports import growing

    logs = Logs(tmp_path)
    main = next(path for path in logs.of(MAIN) if path.stem == MAIN)
    read: list[tuple[int, int]] = []
    parse = growing.parse_items

    def counted(path: str, provider: Provider, cursor: int, *more: Any, **options: Any) -> Any:
        chunk = parse(path, provider, cursor, *more, **options)
        read.append((cursor, chunk.cursor))
        return chunk

    monkeypatch.setattr(growing, "parse_items", counted)
    reading = Reading(Provider.CLAUDE, MAIN)
    reading.more(logs.db)
    read.clear()
    size = main.stat().st_size
    line = json.dumps({"type": "user", "uuid": "z", "parentUuid": "m-23", "sessionId": MAIN, "timestamp": at(90),
                       "message": {"role": "user", "content": "More"}})  # fmt: skip
    with main.open("a") as log:
        log.write(line + "\n")
    assert reading.more(logs.db)
    assert read == [(size, size + len(line) + 1)]
    assert reading.told.entries[-1].item.text == "More"
    logs.db.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes()[:1_500]),
        lambda path: path.write_bytes(path.read_bytes().replace(b"Count the boats", b"Count the ships") + b"\n"),
        lambda path: Path(shutil.copy(path, path.with_suffix(".new"))).replace(path),
    ],
    ids=["shorter", "rewritten", "replaced"],
)
def test_a_log_that_became_another_is_read_anew(tmp_path: Path, change: Callable[[Path], object]) -> None:
    logs = Logs(tmp_path)
    main = next(path for path in logs.of(MAIN) if path.stem == MAIN)
    reading = Reading(Provider.CLAUDE, MAIN)
    reading.more(logs.db)
    change(main)
    reading.more(logs.db)
    assert told(reading) == told(fresh(logs, MAIN))
    logs.db.close()


def test_a_log_that_goes_while_it_is_read_keeps_its_words(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    reading = Reading(Provider.CLAUDE, MAIN)
    reading.more(logs.db)
    before = told(reading)
    next(path for path in logs.of(MAIN) if path.stem == MAIN).unlink()
    assert not reading.more(logs.db)
    assert told(reading) == before
    logs.db.close()


def test_a_compaction_that_does_not_say_its_sizes_gets_them_from_the_calls_around_it(logs: Logs) -> None:
    entries = fresh(logs, MAIN).told.entries
    rule = next(entry.item for entry in entries if entry.item.kind is Kind.COMPACTION)
    assert rule.detail == {"trigger": "auto", "preTokens": 167_000, "postTokens": 3_000}


def test_turns_tell_their_context(logs: Logs) -> None:
    first: Entry = next(entry for entry in fresh(logs, MAIN).told.entries if entry.item.kind is Kind.PROMPT)
    assert first.context is not None and first.context.tokens == 1_000 and first.context.window == 200_000


TREES = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), min_size=1, max_size=24)


@settings(max_examples=400, deadline=None)
@given(TREES, st.lists(st.integers(1, 5), min_size=1, max_size=24))
def test_branches_are_the_same_in_one_piece_and_in_many(
    nodes: list[tuple[int, bool, bool]], pieces: list[int]
) -> None:
    """Each node hangs on one of the last dozen, or on one that comes later; some are prompts, some name the tip."""
    lines = []
    for number, (back, asked, named) in enumerate(nodes):
        parent = f"n{number - back}" if back <= number and back else "" if back == 0 else f"n{number + back % 3 + 1}"
        lines.append((f"n{number}", parent, asked, f"n{number}" if named or number == 0 else ""))
    whole = Branches()
    whole.take({uuid: parent for uuid, parent, _, _ in lines}, [u for u, _, asked, _ in lines if asked],
               next((leaf for *_, leaf in reversed(lines) if leaf), ""))  # fmt: skip
    parts = Branches()
    start = 0
    for count in [*pieces, len(lines)]:
        piece = lines[start : start + count]
        start += count
        leaf = next((leaf for *_, leaf in reversed(piece) if leaf), "")
        before = set(parts.left)
        changed = parts.take({u: p for u, p, _, _ in piece}, [u for u, _, asked, _ in piece if asked], leaf)
        assert changed == (parts.left != before)
    assert parts.left == whole.left


def test_the_beginning_of_a_fork_is_read_from_its_parents_log(logs: Logs) -> None:
    reading = fresh(logs, FORK)
    entries = reading.told.entries
    number = next(n for n, entry in enumerate(entries) if entry.item.name == "apply_patch")
    assert THREAD in entries[number].path
    result = reading.texts(number, number)[number][1]
    assert result is not None and "changes" in result.detail


def test_marks_of_what_was_taken_back_turn_round_when_the_branch_is_taken_up_again(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    main = next(path for path in logs.of(MAIN) if path.stem == MAIN)
    reading = Reading(Provider.CLAUDE, MAIN)
    reading.more(logs.db)
    (wrong,) = [entry for entry in reading.told.entries if "Wrong turn" in entry.item.text]
    assert wrong.branch in {entry.key for entry in reading.told.entries if entry.item.kind is Kind.BRANCH}
    paint = next(json.loads(line)["uuid"] for line in main.read_text().splitlines() if "Painting" in line)
    with main.open("a") as log:
        line = {"type": "user", "uuid": "z", "parentUuid": paint, "sessionId": MAIN, "timestamp": at(90),
                "message": {"role": "user", "content": "Paint on"}}  # fmt: skip
        log.write(json.dumps(line) + "\n")
    reading.more(logs.db)
    shown = [each.item.text for each in reading.told.entries if each.item.kind is Kind.PROMPT and not each.branch]
    assert "Wrong turn: paint them" in shown and "Paint on" in shown
    assert not any("Password" in text for text in shown)
    assert all(bool(entry.item.marks & Mark.UNDONE) == bool(entry.branch) for entry in reading.told.entries)
    assert told(reading) == told(fresh(logs, MAIN))
    logs.db.close()


