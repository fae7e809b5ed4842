"""Which calls may be in the ledger already: a few bits a call that spare a cold start most look-ups."""

from __future__ import annotations

from collections.abc import Iterable

_BITS = 1 << 25
_MASK = _BITS - 1


class Met:
    """A Bloom filter over identities, 4 MiB. It may take a new call for a known one, never the reverse.

    Only right when it was told of every call the ledger holds: so it begins with an empty ledger.
    """

    def __init__(self) -> None:
        self._bits = bytearray(_BITS >> 3)

    def maybe(self, identities: Iterable[int]) -> list[int]:
        """Those of them that may have been met before; from now on all of them have been."""
        bits = self._bits
        found = []
        for identity in identities:
            # Identities are hashes: two stretches of their bits are as good as two hash functions.
            one, other = identity & _MASK, identity >> 32 & _MASK
            first, second = one >> 3, other >> 3
            if bits[first] >> (one & 7) & 1 and bits[second] >> (other & 7) & 1:
                found.append(identity)
            else:
                bits[first] |= 1 << (one & 7)
                bits[second] |= 1 << (other & 7)
        return found
