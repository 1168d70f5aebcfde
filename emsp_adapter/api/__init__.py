"""What the back office asks."""
