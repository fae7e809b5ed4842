"""What the Budgets screen is drawn with."""
