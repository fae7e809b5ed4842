"""Pure functions on plain data: prices, and what else is a rule; no I/O of any kind."""
