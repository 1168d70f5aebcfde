"""Invoices to issuers of cards: which bills each of them covers."""
