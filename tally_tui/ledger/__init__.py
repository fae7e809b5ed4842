"""What was spent: calls, sessions, readings. The precious database (`ledger.db`)."""
