"""Some rows of many: those of one answer, at their places among all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class PagedRows(Generic[Row]):
    """`total` rows, of which `page` holds those from the `offset`th on."""

    def __init__(self, page: Sequence[Row], total: int, offset: int) -> None:
        self.page, self.total, self.offset = page, total, offset

    def __len__(self) -> int:
        return self.total

    def at(self, row: int) -> Row | None:
        """A row; None: not in this page."""
        place = row - self.offset
        return self.page[place] if 0 <= place < len(self.page) else None
