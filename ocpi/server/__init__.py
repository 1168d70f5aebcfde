"""The HTTP side of a platform: what it offers, who may call it, how it answers."""
