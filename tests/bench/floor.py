"""The floor: every byte of a corpus read and every line decoded with orjson, in one process, and nothing else.

`python floor.py FOLDER`; the seconds it takes are what the real work is held against.
"""

from __future__ import annotations

import os
import sys

import orjson


def main() -> None:
    for folder, _, names in os.walk(sys.argv[1]):
        for name in names:
            if name.endswith(".jsonl"):
                with open(f"{folder}/{name}", "rb", buffering=1 << 18) as lines:  # noqa: PTH123
                    for line in lines:
                        try:
                            orjson.loads(line)
                        except ValueError:
                            continue


if __name__ == "__main__":
    main()
