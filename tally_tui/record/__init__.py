"""What status lines and hooks hand us, kept as readings; and setting them up in the agents."""
