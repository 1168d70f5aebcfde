"""Sealing the tokens that we must show to partners, so that the database alone gives none away.

A sealed token can be opened only with the key file of the service, which is not in the database.
"""

import os
from typing import ClassVar

from cryptography.fernet import Fernet, InvalidToken

from ocpi.process.failures import StartFailed
from ocpi.wire.credentials_token import CredentialsToken


class SealBroken(StartFailed):
    """The key file is not the one that sealed what the database holds, or no key at all."""

    exit_code: ClassVar[int] = os.EX_CONFIG


class Seal:
    def __init__(self, key: str) -> None:
        """Raises SealBroken."""
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise SealBroken("the seal key is no key: restore the key file seal.key") from error

    @staticmethod
    def generate_key() -> str:
        return Fernet.generate_key().decode()

    def close(self, token: CredentialsToken) -> str:
        return self._fernet.encrypt(token.reveal().encode()).decode()

    def open(self, sealed: str) -> CredentialsToken:
        """Raises SealBroken."""
        try:
            return CredentialsToken(self._fernet.decrypt(sealed.encode()).decode())
        except InvalidToken as error:
            raise SealBroken(
                "the seal key does not open the stored partner tokens: restore the key file seal.key"
            ) from error
