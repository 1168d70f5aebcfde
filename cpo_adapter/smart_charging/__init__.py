"""How fast sessions charge: limits that partners set, and what stations make of them."""
