from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tally_tui.widgets.session_card import LINES, Card, Fact, lines, placed

FACTS = (
    Fact("project", "tally-tui", 2), Fact("branch", "a-rather-long-branch", 8), Fact("model", "opus-4-8", 5),
    Fact("context", "62 % full", 4, share=0.62, short="62 %"), Fact("subagents", "▸ 3 subagents", 3, short="▸ 3 sub"),
)  # fmt: skip
CARD = Card("Why is the last line lost?", "14:02", "$1.20", FACTS, "Look at tail.py", "It reads to the last newline.")


def drawn(card: Card, part: int, width: int) -> str:
    return "".join(text for text, _ in lines(card, part, width))


@given(st.integers(24, 200), st.booleans(), st.booleans(), st.text(max_size=40), st.integers(0, 3))
def test_no_line_is_wider_than_there_is_room(width: int, live: bool, opened: bool, sign: str, level: int) -> None:
    signs = "★✎" if sign else ""
    card = Card(CARD.title, CARD.when, CARD.cost, FACTS, CARD.prompt, CARD.reply, "", live, opened, signs, level)
    for part in range(LINES):
        assert cell_len(drawn(card, part, width)) <= width


def test_what_matters_most_stays() -> None:
    assert drawn(CARD, 1, 100).split(" · ")[0].strip() == "tally-tui"
    wide = drawn(CARD, 1, 100)
    assert "a-rather-long-branch" in wide and "███" in wide and "62 % full" in wide and wide.endswith("$1.20")
    narrow = drawn(CARD, 1, 38)
    assert "tally-tui" in narrow and "▸ 3 sub" in narrow and narrow.endswith("$1.20")
    assert "branch" not in narrow
    assert [fact.name for _, fact in placed(CARD, 50)] == ["project", "context", "subagents"]


def test_the_words_share_their_line() -> None:
    assert drawn(CARD, 2, 80).strip() == "› Look at tail.py  ‹ It reads to the last newline."
    long = Card("t", "now", prompt="a " * 200, reply="b " * 200)
    text = drawn(long, 2, 60)
    assert text.count("a") > 10 and text.count("b") > 10 and cell_len(text) <= 60
    assert drawn(Card("t", "now", note="Its log is gone."), 2, 60).strip() == "Its log is gone."


def test_a_subagent_has_one_line() -> None:
    agent = Card("Explore · Who reads logs", "14:02", "", (Fact("model", "haiku-4-5", 2), Fact("cost", "$0.10", 1)), level=1)
    assert drawn(agent, 0, 70).split() == ["└", "Explore", "·", "Who", "reads", "logs", "haiku-4-5", "$0.10", "14:02"]
    assert drawn(agent, 0, 30).rstrip().endswith("$0.10 14:02") and "haiku" not in drawn(agent, 0, 30)
