"""Collecting what was not pushed: locations, tariffs, sessions and bills, as their CPOs list them."""
