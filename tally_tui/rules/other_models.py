"""Prices of models that are neither Anthropic's nor OpenAI's: what gateways and proxies put behind an agent.

A name finds only itself, with or without a snapshot's date: a family's price is never guessed. Two kinds of rows are
there: what a model's maker asks, and what OpenRouter asks (its rows are named `maker/model`, as it names them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

from tally_tui.rules.model_names import HOSTS, plain, undated

ROUTER: Final = "openrouter"

MAKERS: Final[Mapping[str, str]] = {
    "deepseek": "deepseek", "deepseek-ai": "deepseek",
    "minimax": "minimax", "minimaxai": "minimax",
    "zai": "zai", "z-ai": "zai", "zai-org": "zai", "zhipuai": "zhipuai", "zhipu": "zhipuai", "bigmodel": "zhipuai",
    "moonshot": "moonshotai", "moonshotai": "moonshotai", "kimi": "moonshotai",
    "xai": "x-ai", "x-ai": "x-ai",
    "google": "google", "gemini": "google", "vertex_ai": "google",
    "mistral": "mistral", "mistralai": "mistral", "codestral": "mistral",
    "meta": "meta", "meta_llama": "meta",
    "cohere": "cohere", "cohere_chat": "cohere",
    "qwen": "qwen", "dashscope": "qwen", "alibaba": "qwen",
}  # fmt: skip
"""What stands before a model's name → the maker it names."""
SOURCES: Final = ("deepseek", "minimax", "zai", "moonshotai", "x-ai", "google", "mistral", "meta", "cohere", "zhipuai")
"""Makers whose own price list is known; of two that list one name the first is meant (Z.ai's in dollars)."""
_AS_THE_ROUTER: Final = frozenset({"z-ai", "x-ai", "moonshotai", "mistralai", "qwen"})
"""Prefixes that are OpenRouter's way of naming a maker, and nobody's name for the maker's own service."""

RowT = TypeVar("RowT")


class Found(NamedTuple, Generic[RowT]):
    """A row, and why its price is only an estimate ('' where it is not)."""

    row: RowT
    note: str


class OtherModels(Generic[RowT]):
    """The rows of a table that are looked for last; none is read before a name is asked for."""

    def __init__(
        self, raw: Callable[[], Sequence[Mapping[str, Any]]], read: Callable[[Mapping[str, Any]], RowT]
    ) -> None:
        self._load = raw
        self._read = read
        self._rows: dict[int, RowT | None] = {}

    @cached_property
    def _raw(self) -> Sequence[Mapping[str, Any]]:
        return self._load()

    def all(self) -> list[RowT]:
        """Every row, read: for whoever checks a table."""
        return [row for at in range(len(self._raw)) if (row := self._row(at)) is not None]

    def find(self, model: str) -> Found[RowT] | None:
        """The row of a logged id; None where no price is known for just this model."""
        hosts, vendor, name = _parts(model)
        routed = ROUTER in hosts
        maker = MAKERS.get(vendor)
        own = [ROUTER] if routed and not vendor else [] if routed else [maker] if vendor else SOURCES
        asked = [(each, name) for each in own if each]
        if vendor:
            said = (ROUTER, f"{vendor}/{name}")
            asked = [said, *asked] if vendor in _AS_THE_ROUTER else [*asked, said]
        for spell in (str, undated):
            for by, wanted in asked:
                at = self._index.get((by, spell(wanted)))
                row = None if at is None else self._row(at)
                if row is not None:
                    return Found(row, "")
        # Whoever stands before a name, and is nobody known, may charge anything.
        return None if routed or (vendor and maker is None) else self._of_the_router(name, maker)

    def _of_the_router(self, name: str, maker: str | None) -> Found[RowT] | None:
        """OpenRouter's row where the maker's own price is not known, if just one maker has a model of that name."""
        for spelling in dict.fromkeys((name, undated(name))):
            several = self._routed.get(spelling, ())
            fitting = [at for each, at in several if maker is None or MAKERS.get(each) == maker]
            row = self._row(fitting[0]) if len(fitting) == 1 else None
            if row is not None:
                return Found(row, "OpenRouter's price stands in")
        return None

    def _row(self, at: int) -> RowT | None:
        """A row; None where it is damaged: the model has no price then."""
        if at not in self._rows:
            try:
                self._rows[at] = self._read(self._raw[at])
            except (ValueError, LookupError, TypeError, AttributeError):
                self._rows[at] = None
        return self._rows[at]

    @cached_property
    def _index(self) -> dict[tuple[str, str], int]:
        """(whose price, name) → row."""
        found: dict[tuple[str, str], int] = {}
        for at, each in enumerate(self._raw):
            for name in each["is"]:
                found.setdefault((each["by"], name), at)
        return found

    @cached_property
    def _routed(self) -> dict[str, list[tuple[str, int]]]:
        """Model → (maker, row) of OpenRouter's."""
        found: dict[str, list[tuple[str, int]]] = {}
        for (by, name), at in self._index.items():
            vendor, _, model = name.partition("/")
            if by == ROUTER and model and not vendor.startswith("~"):
                found.setdefault(model, []).append((vendor, at))
        return found


def _parts(model: str) -> tuple[list[str], str, str]:
    """The hosts before a name, the maker before it ('' where none is named), and the name."""
    name = plain(model)
    hosts: list[str] = []
    while "/" in name and name.partition("/")[0] in HOSTS and ROUTER not in hosts:
        host, _, name = name.partition("/")
        hosts.append(host)
    vendor, slash, rest = name.partition("/")
    return (hosts, vendor or slash, rest) if slash else (hosts, "", name)
