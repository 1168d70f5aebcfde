"""Payment terminals of others at our stations, and what they captured."""
