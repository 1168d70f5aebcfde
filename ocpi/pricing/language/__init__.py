"""Prices in words, for drivers and for those who answer them: English and French."""
