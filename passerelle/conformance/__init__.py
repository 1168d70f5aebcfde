"""A look at an OCPI platform from outside: what it does, against what the specification asks of it.

Whoever is about to go live runs it against their own platform. It sees one side only, changes nothing unless
allowed to, and says of each case what was sent, what came, and which section asks otherwise.
"""
