"""What stations say of transactions, safe before anybody tries to understand it.

In the database, or while that is away in a journal on this machine's disk; each message is told to the
session room once, in the order in which its station said it.
"""
