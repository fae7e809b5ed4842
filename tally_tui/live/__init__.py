"""The program kept open: threads that read logs and answer questions while a screen is looked at."""
