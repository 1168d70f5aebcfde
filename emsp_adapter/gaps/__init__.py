"""Charges of which something is missing: of a session its bill, of a bill its session."""
