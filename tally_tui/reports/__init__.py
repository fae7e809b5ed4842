"""Questions and answers: one module a question, each returns a frozen dataclass."""
