"""Words found in one session are those that reading all its texts finds, whatever is passed over on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conversation_logs import FORK, MAIN, THREAD, Transcript, result, text, use, write_home
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_sums import Home

from tally_tui.ledger.open import open_reader
from tally_tui.library.folding import composed
from tally_tui.logs.messages import input_texts
from tally_tui.model import Provider
from tally_tui.reports.conversation import Conversation, conversation
from tally_tui.reports.conversation_order import Block
from tally_tui.reports.transcripts import Entry, Hits, Reading

LONG = "22222222-aaaa-4000-8000-000000000001"
PROVIDERS = {MAIN: Provider.CLAUDE, LONG: Provider.CLAUDE, THREAD: Provider.CODEX, FORK: Provider.CODEX}
ENDS = (
    "the anchor \"holds\" at C:\\quay/9", "Kelvin \u212a and mi\u017ft", "öl im Hafen \u2028 end", "\x1b[32mgreen\x1b[0m\tmast",
    "İstanbul ıs far", "錨を上げる", "plain mast and sail",
)  # fmt: skip
PATTERNS = (
    "mast", "MAST", "the anchor", re.escape('"holds"'), re.escape("C:\\quay/9"), "kelvin k", "mist", "öl", "ÖL", "is",
    "istanbul is", "錨", "green", re.escape("m\tmast"), "oars?", r"\bs\w+l\b", "sail|anchor", "(?:plain) mast", "x*", "nowhere",
    "Count", "count them", "boats", r"[a-z]+ boats", "find -name", "\x1b", "\n", "end$",
)  # fmt: skip


def long_session(folder: Path) -> None:
    log = Transcript(LONG)
    log.user("Read the log book. " * 200 + ENDS[0])
    for number, end in enumerate(ENDS):
        call = f"L{number}"
        log.said(use(call, "Bash", command="echo " + "x" * 2_500 + f" | find -name {end}", why=["short", end]))
        log.user(result(call, f"line {number}\n" * 300 + end))
        log.said(text("Some words. " * 220 + end))
    log.save(folder / "claude" / "projects" / "-home-mira-harbour" / f"{LONG}.jsonl")


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Reading, Conversation]]]:
    folder = tmp_path_factory.mktemp("home")
    write_home(folder)
    long_session(folder)
    Home(str(folder / "claude"), str(folder / "codex"), folder / "data").sync()
    found = {}
    db = open_reader(folder / "data" / "ledger.db")
    for session, provider in PROVIDERS.items():
        reading = Reading(provider, session)
        reading.more(db)
        found[session] = (reading, conversation(db, session, branches=True))
    yield found
    db.close()


def all_found(reading: Reading, whole: Conversation, pattern: re.Pattern[str]) -> dict[int, int]:
    """Every text read through."""
    places = {entry.key: number for number, entry in enumerate(reading.told.entries)}
    found = {}
    for block in _flat(whole):
        number = places.get(Entry(block.item).key)
        texts = (block.item.text, *input_texts(block.item), *(each.text for each in block.results))
        times = sum(len(pattern.findall(composed(each))) for each in texts if each)
        if times and number is not None:
            found[number] = times
    return found


def _flat(whole: Conversation) -> Iterator[Block]:
    for entry in whole.entries:
        yield from _inner(entry.block)
        for agent in entry.agents:
            yield from _flat(agent)
    for agent in whole.agents:
        yield from _flat(agent)


def _inner(block: Block) -> Iterator[Block]:
    yield block
    for each in block.inner:
        yield from _inner(each)


def found_by(reading: Reading, pattern: re.Pattern[str], start: int = 0) -> Hits:
    finding = reading.finding(pattern)
    assert finding.look(reading.told.entries, start, 60)
    return finding.hits(True)


def assert_same(reading: Reading, whole: Conversation, pattern: re.Pattern[str], start: int = 0) -> None:
    wanted, hits = all_found(reading, whole, pattern), found_by(reading, pattern, start)
    assert (list(hits.entries), hits.count) == (sorted(wanted), sum(wanted.values())), pattern


@pytest.mark.parametrize("case", [re.NOFLAG, re.IGNORECASE])
@pytest.mark.parametrize("session", PROVIDERS)
def test_what_is_found_is_what_reading_everything_finds(
    readings: dict[str, tuple[Reading, Conversation]], session: str, case: re.RegexFlag
) -> None:
    reading, whole = readings[session]
    for words in PATTERNS:
        assert_same(reading, whole, re.compile(words, case))
    if session == LONG:
        assert found_by(reading, re.compile("plain mast")).entries, "the ends of long texts are found"


@settings(max_examples=80, deadline=None)
@given(
    session=st.sampled_from([MAIN, LONG, THREAD]), words=st.text("astlmiks kK\u212aöÖ\"\\/\n\tı", min_size=1, max_size=4),
    case=st.sampled_from([re.NOFLAG, re.IGNORECASE]), start=st.integers(0, 40),
)  # fmt: skip
def test_any_words_from_anywhere_on(
    readings: dict[str, tuple[Reading, Conversation]], session: str, words: str, case: re.RegexFlag, start: int
) -> None:
    reading, whole = readings[session]
    assert_same(reading, whole, re.compile(re.escape(words), case), start)


def test_it_begins_where_the_reader_is_and_stops_when_its_time_is_over(
    readings: dict[str, tuple[Reading, Conversation]],
) -> None:
    reading, whole = readings[LONG]
    entries = reading.told.entries * 4  # long enough to be stopped in
    everything = re.compile("the|words|line")
    finding = reading.finding(everything)
    start = len(entries) - 20
    parts = []
    while not finding.look(entries, start, 0.0):
        parts.append(finding.hits(False).entries)
    assert len(parts) > 2 and not finding.hits(False).whole
    assert parts[0] and min(parts[0]) >= start, "what is below comes first"
    assert all(set(some) <= set(more) for some, more in pairwise(parts)), "none is taken back"
    once = len(all_found(reading, whole, everything))
    assert len(finding.hits(True).entries) == 4 * once


def test_a_session_that_has_grown_is_looked_through_from_where_it_was(
    readings: dict[str, tuple[Reading, Conversation]],
) -> None:
    reading, _ = readings[LONG]
    read: list[int] = []
    finding = reading.finding(re.compile("mast"))
    whole = finding._read
    finding._read = lambda path, item: (read.append(item.offset), whole(path, item))[1]  # type: ignore[func-returns-value]
    entries = reading.told.entries
    assert finding.look(entries[:-3], 0, 60)
    before, known = finding.hits(True), list(read)
    assert finding.look(entries, 0, 60)
    assert set(before.entries) < set(finding.hits(True).entries)
    assert len(read) > len(known) and len(set(read)) == len(read), "no log line is read twice"
