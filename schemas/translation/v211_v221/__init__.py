"""2.1.1 ↔ 2.2.1: owners, times, prices and places that 2.1.1 does not tell, and much that it cannot take."""
