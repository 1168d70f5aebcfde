"""From a request to the party that it is for."""
