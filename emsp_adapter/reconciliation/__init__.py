"""What CPOs say that their invoices cover, held against the bills that arrived."""
