"""Write the generated parts of docs/: field tables in json.md, option lists in commands.md, schemas/*.json.

Run it after a report, an option or a docstring has changed:  python scripts/make_docs.py
With --check it writes nothing and exits with 1 where something is stale.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from tally_tui.faces.docs import json_section, options_section
from tally_tui.faces.schemas import report_schema
from tally_tui.reports.registry import report_spec
from tally_tui.reports.report_names import REPORTS

DOCS = Path(__file__).parents[1] / "docs"


def generated() -> dict[Path, str]:
    """Return every file that has generated parts, with what it should hold."""
    specs = [report_spec(name) for name in REPORTS]
    files = {
        DOCS / "schemas" / f"{spec.name}.json": json.dumps(report_schema(spec), indent=2, ensure_ascii=False) + "\n"
        for spec in specs
    }
    for name, section in (("json.md", json_section), ("commands.md", options_section)):
        text = (DOCS / name).read_text(encoding="utf-8")
        for spec in specs:
            begin, end = f"<!-- generated: {spec.name} -->", f"<!-- end: {spec.name} -->"
            if begin not in text or end not in text:
                raise SystemExit(f"docs/{name} has no part for the report {spec.name}: {begin} … {end}")
            pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
            part = f"{begin}\n{section(spec)}\n{end}"
            text = pattern.sub(lambda _, part=part: part, text, count=1)  # type: ignore[misc]
        files[DOCS / name] = text
    return files


def stale() -> list[str]:
    """Return the names of the files that should hold something else."""
    return [
        str(path.relative_to(DOCS.parent))
        for path, text in generated().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        for name in (found := stale()):
            print(f"{name} is stale: run python scripts/make_docs.py")
        sys.exit(bool(found))
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
