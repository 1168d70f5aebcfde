"""Readings that meters signed: kept as they came, put on the bill as they came, and held against the rest.

What a law wants a driver to be able to check passes through here unchanged. What is found out about it is for
the operator: nothing that is signed is mended or left out silently.
"""
