"""Every bill that came, what can be said against it, and how far it has got."""
