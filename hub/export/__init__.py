"""Bills and sessions for accounts: whole, in order, and so that nobody misses one that comes late."""
