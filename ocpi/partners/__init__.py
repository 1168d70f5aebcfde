"""Who we are connected to, and which parties have an agreement."""
