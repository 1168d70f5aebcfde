"""Partners made callable."""
