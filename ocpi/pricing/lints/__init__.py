"""The rules of `lint`, one subject a file."""
