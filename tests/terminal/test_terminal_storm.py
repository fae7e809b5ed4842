"""Random keys in a real terminal: nothing may bring the program down. `scripts/random_keys` does it for longer."""

from __future__ import annotations

import os
import time

from machines import Machine
from storm import Storm, keys_of

ROUND = 250
MOST_S = 25.0
"""A machine that is busy with other things does what it can in this time; a round that has begun is finished."""


def test_no_keys_bring_it_down(machine: Machine) -> None:
    count, seed = keys_of(os.environ)
    storm = Storm(machine, seed)
    end = time.monotonic() + MOST_S
    while storm.done < count and time.monotonic() < end:
        storm.round(min(ROUND, count - storm.done))
    assert not storm.troubles, "\n\n".join(storm.troubles)
