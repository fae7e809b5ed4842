"""What a person chooses to keep of the logs, copied before its owner deletes it."""
