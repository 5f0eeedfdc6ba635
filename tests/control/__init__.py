"""What control does to a source."""
