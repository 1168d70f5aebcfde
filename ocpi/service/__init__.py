"""What the three services have in common when they start: the parts below, the doors above."""
