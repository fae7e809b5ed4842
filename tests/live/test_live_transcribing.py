"""The thread that reads one session: its beginning first, questions between the pieces, the newest words only."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conversation_logs import Transcript as Log
from conversation_logs import result, text, use
from ledger_sums import Home

from tally_tui.live import transcribing
from tally_tui.live.transcribing import Transcribing
from tally_tui.reports.transcripts import Hits, Texts, Transcript
from tally_tui.requests import FindRequest, TextsRequest, TranscriptRequest
from tally_tui.store import Alerted, Answered, News

SESSION = "33333333-aaaa-4000-8000-000000000001"
PATIENCE_S = 180.0
TURNS = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("home")
    log = Log(SESSION)
    for turn in range(TURNS):
        log.user(f"Question {turn}")
        log.said(use(f"c{turn}", "Bash", command=f"make part-{turn}"))
        log.user(result(f"c{turn}", "ok\n" * 1_200 + f"made {turn}"))
        log.said(text(f"Part {turn} is made."))
    log.save(folder / "claude" / "projects" / "-home-mira-harbour" / f"{SESSION}.jsonl")
    home = Home(str(folder / "claude"), str(folder / "codex"), folder / "data")
    Path(home.codex, "sessions").mkdir(parents=True)
    home.sync()
    return home


class Thread:
    """The thread with small pieces, and what it published."""

    def __init__(self) -> None:
        self.news: queue.Queue[News | Alerted] = queue.Queue()
        self.thread = Transcribing(self.news.put)  # type: ignore[arg-type]
        self.thread.start()

    def answers(self, kind: type) -> Iterator[Answered]:
        """As they come."""
        while True:
            news = self.news.get(timeout=PATIENCE_S)
            assert isinstance(news, Answered), news
            if isinstance(news.answer, kind):
                yield news

    def read(self) -> list[Transcript]:
        """Open the session; what is told of it until it is whole."""
        self.thread.ask(TranscriptRequest("conversation", "claude", SESSION, "UTC"))
        told: list[Transcript] = []
        for news in self.answers(Transcript):
            assert isinstance(news.answer, Transcript)
            told.append(news.answer)
            if news.answer.whole:
                break
        return told


@pytest.fixture
def thread(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Thread]:
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(transcribing, "FIRST_STRETCH", 20_000)
    monkeypatch.setattr(transcribing, "STRETCH", 10_000)
    monkeypatch.setattr(transcribing, "SHOW_EVERY_S", 0.0)
    monkeypatch.setattr(transcribing, "FIRST_REST_S", 0.0)
    made = Thread()
    yield made
    made.thread.stop()


def find(words: str, start: int = 0) -> FindRequest:
    return FindRequest("found", "claude", SESSION, words, True, start)


def test_the_beginning_of_a_large_log_comes_first_and_then_all_of_it(thread: Thread) -> None:
    told = thread.read()
    assert len(told) > 3 and not told[0].whole and told[0].entries
    sizes = [len(each.entries) for each in told]
    assert sizes == sorted(sizes) and sizes[-1] == 3 * TURNS
    for one, more in pairwise(told):
        assert [each.key for each in one.entries] == [each.key for each in more.entries[: len(one.entries)]]


def test_texts_are_answered_while_the_rest_is_still_to_be_read(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcribing, "FIRST_REST_S", PATIENCE_S)
    thread.thread.ask(TranscriptRequest("conversation", "claude", SESSION, "UTC"))
    first = next(thread.answers(Transcript)).answer
    assert isinstance(first, Transcript) and not first.whole
    thread.thread.ask(TextsRequest("texts", "claude", SESSION, 0, 3))
    texts = next(thread.answers(Texts)).answer
    assert isinstance(texts, Texts)
    (made,) = [answer for _, answer in texts.items.values() if answer is not None]
    assert made.text.endswith("made 0")


def test_words_are_found_piece_by_piece_from_where_the_reader_is(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    (*_, whole) = thread.read()
    monkeypatch.setattr(transcribing, "LOOK_S", 0.0)
    here = 3 * (TURNS - 20)
    thread.thread.ask(find("made", here))
    parts: list[Hits] = []
    for news in thread.answers(Hits):
        assert isinstance(news.answer, Hits)
        parts.append(news.answer)
        if news.answer.whole:
            break
    assert len(parts) > 1, "it comes piece by piece"
    assert parts[0].entries[0] >= here, "what is below the reader's eyes comes first"
    assert parts[-1].count == 2 * TURNS and len(parts[-1].entries) == 2 * TURNS
    assert all(part.entries for part in parts)
    assert whole.entries[parts[-1].entries[0]].item.call == "c0"


def test_a_letter_more_stops_the_search_before_it(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    thread.read()
    monkeypatch.setattr(transcribing, "LOOK_S", 0.0)
    monkeypatch.setattr(transcribing, "FIND_REST_S", PATIENCE_S)  # the first search never comes to its end
    thread.thread.ask(find("made"))
    first = next(thread.answers(Hits))
    assert isinstance(first.answer, Hits) and not first.answer.whole
    monkeypatch.setattr(transcribing, "LOOK_S", PATIENCE_S)
    thread.thread.ask(find("made 5"))
    for news in thread.answers(Hits):
        assert isinstance(news.answer, Hits)
        assert news.answer.pattern == "made 5" and news.answer.whole
        assert news.answer.count == 11  # 5 and 50 to 59
        break


def test_what_is_not_there_is_said_to_be_nowhere(thread: Thread) -> None:
    thread.read()
    thread.thread.ask(find("nowhere"))
    hits = next(thread.answers(Hits)).answer
    assert isinstance(hits, Hits) and hits.whole and not hits.entries and not hits.count
