"""One agent's line → records. Knows the formats of the logs, nothing of databases."""
