"""Who may charge: cards and the rules for them."""
