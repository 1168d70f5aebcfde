"""Tokens with which a party reads its bills without running an OCPI platform."""
