"""What the generated logs really cost in tokens: noted when a call is made up, not read back from a line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tally_tui.model import Provider, Tokens

KINDS = ("calls", "input", "write_5m", "write_1h", "cache_read", "output", "reasoning", "searches")


@dataclass(slots=True)
class Truth:
    """Every made-up call, once. Keys of `spent` are (provider word, owning root session, model, kind)."""

    spent: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def call(self, provider: Provider, session: str, model: str, tokens: Tokens, searches: int = 0) -> None:
        figures = (
            1,
            tokens.input,
            tokens.write_5m,
            tokens.write_1h,
            tokens.cache_read,
            tokens.output,
            tokens.reasoning,
            searches,
        )
        for kind, figure in zip(KINDS, figures, strict=True):
            self.spent[provider.word, session, model, kind] += figure

    def by_model(self) -> dict[str, dict[str, dict[str, int]]]:
        """provider → model → kind → sum."""
        sums: dict[str, dict[str, dict[str, int]]] = {}
        for (provider, _session, model, kind), figure in sorted(self.spent.items()):
            kinds = sums.setdefault(provider, {}).setdefault(model, dict.fromkeys(KINDS, 0))
            kinds[kind] += figure
        return sums

    def by_session(self) -> dict[str, dict[str, int]]:
        """root session → kind → sum."""
        sums: dict[str, dict[str, int]] = {}
        for (_provider, session, _model, kind), figure in sorted(self.spent.items()):
            sums.setdefault(session, dict.fromkeys(KINDS, 0))[kind] += figure
        return sums
