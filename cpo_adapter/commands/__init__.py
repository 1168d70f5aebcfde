"""What partners may order of our stations, and that they hear what became of it."""
