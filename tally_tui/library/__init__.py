"""What was said: pointers into the logs and their words, in shards that can be deleted and made again."""
