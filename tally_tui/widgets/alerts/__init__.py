"""What the Alerts screen is drawn with."""
