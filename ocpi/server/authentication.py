"""Who is calling: the credentials token of a request, looked up in the directory.

No token, an unknown one and a withdrawn one are told apart by nobody outside: all get the same 401, and
whoever goes on guessing 429.
Spec: 2.3.0 transport_and_format, Authorization header.
"""

from typing import Final

from ocpi.errors import NotAuthenticated, TooManyAttempts
from ocpi.partners.directory import Admitted, Directory
from ocpi.partners.documents import Scope
from ocpi.partners.model import PartnerState
from ocpi.partners.virtual import Pose
from ocpi.process.clock import Clock
from ocpi.server.attempts import Attempts
from ocpi.wire import credentials_token

_HANDSHAKE_MODULES: Final = frozenset({"versions", "credentials"})


class Authentication:
    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._attempts = Attempts(clock)

    async def admit(
        self, authorization: str | None, module: str, address: str, pose: Pose | None = None
    ) -> Admitted:
        """Raises NotAuthenticated, TooManyAttempts. `address` is where the request came from, `pose` who we
        are where it goes to.
        """
        tokens = credentials_token.readings(authorization or "")
        is_guessing = bool(tokens) and self._attempts.are_too_many(address)
        for token in tokens:
            admitted = await self._directory.admit(token, from_memory=is_guessing)
            if admitted is not None:
                await self._note(_within_scope(admitted, module, pose), module)
                return admitted
        if tokens:
            self._attempts.failed(address)
        if is_guessing:
            raise TooManyAttempts("too many requests with wrong tokens came from this address: wait a minute")
        raise NotAuthenticated("an Authorization header with a valid credentials token is needed")

    async def _note(self, admitted: Admitted, module: str) -> None:
        """In the middle of a handshake a new token is only tried: whoever works with it has accepted it."""
        if module not in _HANDSHAKE_MODULES:
            await self._directory.settle(admitted)


def _within_scope(admitted: Admitted, module: str, pose: Pose | None) -> Admitted:
    if admitted.partner.pose != pose:
        raise NotAuthenticated("this token was given for other addresses")
    if admitted.partner.state is PartnerState.SUSPENDED:
        raise NotAuthenticated("this connection is suspended by the operator")
    if admitted.scope is Scope.HANDSHAKE and module not in _HANDSHAKE_MODULES:
        raise NotAuthenticated(
            "this token opens versions and credentials only: finish the registration first"
        )
    return admitted
