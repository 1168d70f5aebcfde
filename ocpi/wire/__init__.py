"""The text of the protocol: envelopes, headers, tokens, pages, URLs. Pure."""
