"""Who stands behind a hub, and whether it can be reached there, as the hub tells."""
