"""Cards and contracts in great numbers, from CSV files, written in batches."""
