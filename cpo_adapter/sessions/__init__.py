"""Transactions of stations, kept as they were told, and the sessions and bills that they become."""
