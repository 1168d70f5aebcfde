"""Collecting what was not pushed."""
