"""Keys of the API for apps: given out by the operator, kept as digests."""
