"""Make `tally_tui/rules/price_table.json` from the installed genai-prices and `price_overlay.toml`.

python scripts/make_price_table.py           write it
python scripts/make_price_table.py --check   exit 1 when it is not what would be written
"""

from __future__ import annotations

import sys

from tally_tui.ingest.price_update import as_json, build
from tally_tui.rules import price_table


def main() -> int:
    flat = build()
    text = as_json(flat.table)
    table = price_table.read(text)
    for note in flat.notes:
        sys.stderr.write(f"note: {note}\n")
    if "--check" in sys.argv[1:]:
        same = price_table.SHIPPED.read_bytes() == text
        sys.stderr.write(f"{price_table.SHIPPED.name} is {'' if same else 'not '}up to date\n")
        return 0 if same else 1
    price_table.SHIPPED.write_bytes(text)
    sys.stderr.write(f"{len(table.rows)} models, {table.source}, as of {table.as_of}, {len(text):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
