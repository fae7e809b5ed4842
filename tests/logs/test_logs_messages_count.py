"""No record is lost: every line gives an item, is said again by one, or is known by name to hold none."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from message_lines import Read, read

from tally_tui.demo import DemoRoots, write_demo
from tally_tui.logs.discover import discover
from tally_tui.logs.message_reading import items_at
from tally_tui.logs.messages import Kind, Mark, fields
from tally_tui.model import Provider
from tally_tui.paths import Root

NOW = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp() * 1000)
CORPUS = Path(__file__).parents[2] / "../shared/corpus"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRoots:
    return write_demo(tmp_path_factory.mktemp("month"), NOW, days=10)


def every_log(root: Path, provider: Provider) -> list[tuple[str, Read]]:
    return [(file.path, read(Path(file.path), provider, 8 << 20)) for file in discover([Root(provider, root)])]


def test_every_line_of_the_demo_is_accounted_for(demo: DemoRoots) -> None:
    for root, provider in ((demo.claude, Provider.CLAUDE), (demo.codex, Provider.CODEX)):
        logs = every_log(Path(root), provider)
        assert logs
        for path, found in logs:
            assert found.accounted == found.lines, path


def test_only_what_nobody_knows_is_raw(demo: DemoRoots) -> None:
    raw: Counter[str] = Counter()
    for root, provider in ((demo.claude, Provider.CLAUDE), (demo.codex, Provider.CODEX)):
        for _, found in every_log(Path(root), provider):
            raw.update(item.name for item in found.items if item.kind is Kind.RAW)
    assert set(raw) == {"response_item/other", "event_msg/item_completed", "realtime_item"}


def test_the_demo_shows_every_kind(demo: DemoRoots) -> None:
    kinds = {
        item.kind
        for root, provider in ((demo.claude, Provider.CLAUDE), (demo.codex, Provider.CODEX))
        for _, found in every_log(Path(root), provider)
        for item in found.items
    }
    assert kinds == set(Kind) - {Kind.BRANCH}


def test_words_come_once_though_both_histories_write_them_twice(demo: DemoRoots) -> None:
    for path, found in every_log(Path(demo.codex), Provider.CODEX):
        said = [item for item in found.items if item.kind in (Kind.PROMPT, Kind.REPLY)]
        again = sum(bool(item.marks & Mark.AGAIN) for item in said)
        if "/exec-" not in path and again:
            assert again * 2 == len(said), path


def test_a_line_read_again_gives_the_same_items(demo: DemoRoots) -> None:
    for root, provider in ((demo.claude, Provider.CLAUDE), (demo.codex, Provider.CODEX)):
        path, found = max(every_log(Path(root), provider), key=lambda log: len(log[1].items))
        for item in found.items[:: max(1, len(found.items) // 60)]:
            again = items_at(path, provider, item.offset, item.length, item.session)
            same = next(one for one in again if one.part == item.part)
            assert (same.kind, same.text, same.call, same.uuid, same.session) == (
                item.kind, item.text, item.call, item.uuid, item.session,
            )  # fmt: skip


@pytest.mark.skipif(not CORPUS.exists(), reason="no corpus here")
@pytest.mark.parametrize(("folder", "provider"), [("claude", Provider.CLAUDE), ("codex", Provider.CODEX)])
def test_every_line_of_the_corpus_is_accounted_for(folder: str, provider: Provider) -> None:
    raw: Counter[str] = Counter()
    words = 0
    for path, found in every_log(CORPUS / folder, provider):
        assert found.accounted == found.lines, path
        raw.update(item.name for item in found.items if item.kind is Kind.RAW)
        words += sum(len(text) for item in found.items for _, text in fields(item))
    assert not raw
    assert words > 1_000_000
