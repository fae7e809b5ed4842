from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tally_tui.widgets.folding import Folding

unfolded = st.dictionaries(st.integers(0, 30), st.integers(1, 5), max_size=6)


@given(unfolded, st.integers(1, 4))
def test_every_row_and_line_is_found_again(opened: dict[int, int], tall: int) -> None:
    folding = Folding(opened, tall)
    drawn = []
    for place in range(31):
        drawn += [(place, None, part) for part in range(tall)]
        drawn += [(place, below, 0) for below in range(opened.get(place, 0))]
    rows = list(dict.fromkeys((place, below) for place, below, _ in drawn))
    assert folding.count(31) == len(rows)
    for row, (place, below) in enumerate(rows):
        assert folding.place(row) == (place, below)
        assert folding.row_of(place, below) == row
        assert drawn[folding.line_of(row)] == (place, below, 0)
    for line, (place, below, part) in enumerate(drawn):
        assert folding.row_at(line) == (folding.row_of(place, below), part)
    assert folding.line_of(len(rows)) == len(drawn)
