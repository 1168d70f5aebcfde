"""The operator's door of every service: JSON over a port of its own, loopback by default."""
