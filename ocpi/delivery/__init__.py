"""Bringing partners up to date: a durable mark says who lacks the current state of what.

The payload is read when it is sent, so forty stale updates become one; a bill is immutable, and stays
marked until it was acknowledged.
"""
