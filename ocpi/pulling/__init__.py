"""What partners did not push is fetched from their lists: when, by which process, and how far it has come."""
