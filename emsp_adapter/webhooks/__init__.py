"""Tells back offices what happens, by signed requests to addresses that they name."""
