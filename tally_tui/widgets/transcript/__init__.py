"""A conversation of any length, drawn line by line: what is in sight, and nothing else."""
