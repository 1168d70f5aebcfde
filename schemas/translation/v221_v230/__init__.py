"""2.2.1 ↔ 2.3.0: prices, taxes, parking places, and lists that grew."""
