"""Roaming objects as they came: each keeps the bytes of its owner."""
