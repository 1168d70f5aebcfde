"""The credentials handshake, both sides."""
