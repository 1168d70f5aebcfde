"""The roaming hub: passes OCPI messages between partners, keeps what must not be lost."""
