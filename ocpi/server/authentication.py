"""Who is calling: the credentials token of a request, looked up in the directory.

Beside platforms there may be readers: their tokens open lists of some modules, and those alone.
No token, an unknown one and a withdrawn one are told apart by nobody outside: all get the same 401, and
whoever goes on guessing 429.
Spec: 2.3.0 transport_and_format, Authorization header.
"""

from typing import Final, NamedTuple

from ocpi.errors import NotAuthenticated, TooManyAttempts
from ocpi.partners.directory import Admitted, Directory
from ocpi.partners.documents import Scope
from ocpi.partners.model import PartnerState
from ocpi.partners.reading import Readers, Reading, as_partner, no_readers
from ocpi.partners.virtual import Pose
from ocpi.process.clock import Clock
from ocpi.server.attempts import Attempts
from ocpi.wire import credentials_token
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side

_HANDSHAKE_MODULES: Final = frozenset({"versions", "credentials"})


class Wanted(NamedTuple):
    """What is asked for, as far as the address and the method tell; `pose` is who we are there."""

    module: str
    side: Side
    method: str
    is_list: bool
    pose: Pose | None = None


class Authentication:
    def __init__(self, directory: Directory, clock: Clock, readers: Readers = no_readers) -> None:
        self._directory = directory
        self._clock = clock
        self._readers = readers
        self._attempts = Attempts(clock)

    async def admit(self, authorization: str | None, wanted: Wanted, address: str) -> Admitted:
        """Raises NotAuthenticated, TooManyAttempts. `address` is where the request came from."""
        shown = authorization or ""
        tokens = credentials_token.readings(shown)
        all_of_them = (*tokens, *credentials_token.bearer_reading(shown))
        is_guessing = bool(all_of_them) and self._attempts.are_too_many(address)
        for token in tokens:
            admitted = await self._directory.admit(token, from_memory=is_guessing)
            if admitted is not None:
                await self._note(_within_scope(admitted, wanted.module, wanted.pose), wanted.module)
                return admitted
        for token in all_of_them:
            reading = await self._readers(token, is_guessing)
            if reading is not None:
                return self._reader(_within_reading(reading, wanted), token)
        if all_of_them:
            self._attempts.failed(address)
        if is_guessing:
            raise TooManyAttempts("too many requests with wrong tokens came from this address: wait a minute")
        raise NotAuthenticated("an Authorization header with a valid credentials token is needed")

    def _reader(self, reading: Reading, token: CredentialsToken) -> Admitted:
        return Admitted(as_partner(reading, self._clock.now()), token, Scope.FULL, reading=reading)

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


def _within_reading(reading: Reading, wanted: Wanted) -> Reading:
    is_listing = wanted.method == "GET" and wanted.side is Side.SENDER and wanted.is_list
    if not is_listing or wanted.module not in reading.modules:
        listed = ", ".join(sorted(reading.modules))
        raise NotAuthenticated(f"this token reads lists of {listed}, and opens nothing else")
    return reading
