"""Charges of which something is missing: a session without its bill, a bill without its session, or in time."""
