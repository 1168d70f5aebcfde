"""Who can be reached through the hub, as each partner may see it: kept, listed, told on change."""
