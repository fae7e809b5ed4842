"""The commands: the reports for scripts and for people at a prompt, without the screen."""
