"""The real-time answer to a card held against somebody's station."""
