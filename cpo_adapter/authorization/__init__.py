"""Which card may charge at which of our stations, now."""
