"""The eMSP adapter: issues cards, answers authorizations, collects bills."""
