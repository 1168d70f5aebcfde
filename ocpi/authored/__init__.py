"""What people write by hand, TOML and CSV: every mistake is told with its file, line and column."""
