"""The API for apps and back offices: /api/v1, with keys that have scopes, on a port of its own."""
