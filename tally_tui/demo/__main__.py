"""`python -m tally_tui.demo FOLDER [--days N] [--seed N] [--mb N]`: write synthetic logs to a folder."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from tally_tui.clock import BadClockError, now_ms
from tally_tui.demo.bulk import write_corpus
from tally_tui.demo.month import write_demo


def main(arguments: list[str] | None = None) -> int:
    """Write a month, or a corpus of a given size; says where it is and leaves its totals in `truth.json`."""
    parser = argparse.ArgumentParser(
        prog="python -m tally_tui.demo", description="Write synthetic agent logs."
    )
    parser.add_argument("folder", type=Path, help="an empty or missing folder")
    parser.add_argument("--days", type=int, help="days of work (a month: 30, a corpus: 200)")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another month")
    parser.add_argument(
        "--mb", type=float, help="write a large corpus of about so many million bytes instead"
    )
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        parser.error(
            f"{folder} is not an empty folder; nothing was written. Name one that is empty or missing."
        )
    if (options.days or 1) < 1 or (options.mb or 1) <= 0:
        parser.error("--days and --mb must be more than nothing")
    began = time.perf_counter()
    try:
        now = now_ms()
        if options.mb:
            roots = write_corpus(folder, now, options.days or 200, options.seed, options.mb)
        else:
            roots = write_demo(folder, now, options.days or 30, options.seed)
        (folder / "truth.json").write_text(
            json.dumps(roots.truth.by_model(), indent=1) + "\n", encoding="utf-8"
        )
    except (OSError, BadClockError) as error:
        parser.exit(1, f"could not write the logs: {error}\n")
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    sys.stdout.write(
        f"{len(files)} files, {size / 1e6:.1f} MB in {time.perf_counter() - began:.1f} s\n"
        f"CLAUDE_CONFIG_DIR={roots.claude} CODEX_HOME={roots.codex}\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
