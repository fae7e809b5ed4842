"""Reports as documents: Markdown, HTML and JSON for people and programs elsewhere."""
