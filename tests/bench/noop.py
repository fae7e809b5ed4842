"""`python -m tests.bench.noop`: passes that find nothing new, as the app does them; milliseconds each."""

from __future__ import annotations

import json
import sys
import time

from tally_tui.config import load
from tally_tui.ingest.sync import Ingestor


def main() -> None:
    took = []
    with Ingestor(load()) as ingestor:
        ingestor.run()
        for _ in range(9):
            began = time.perf_counter()
            result = ingestor.run()
            took.append((time.perf_counter() - began) * 1000)
            assert not result.changed
    json.dump(took, sys.stdout)


if __name__ == "__main__":
    main()
