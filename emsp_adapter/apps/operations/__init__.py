"""What the API for apps can do, one subject a file."""
