"""From log files to the ledger: discover, tail, parse, price, write."""
