"""Whether a card may charge: what the hub says itself, whom it asks, and how it finds whose card it is."""
