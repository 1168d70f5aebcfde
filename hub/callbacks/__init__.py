"""Requests whose result comes later, to an address that the asker named."""
