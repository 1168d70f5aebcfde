"""Who is calling: the credentials token of a request, looked up in the directory.

No token, an unknown one and a withdrawn one are told apart by nobody outside: all get the same 401.
Spec: 2.3.0 transport_and_format, Authorization header.
"""

from typing import Final

from ocpi.errors import NotAuthenticated
from ocpi.partners.directory import Admitted, Directory
from ocpi.partners.documents import Scope
from ocpi.partners.model import PartnerState
from ocpi.wire import credentials_token

_HANDSHAKE_MODULES: Final = frozenset({"versions", "credentials"})


async def authenticate(directory: Directory, authorization: str | None, module: str) -> Admitted:
    for token in credentials_token.readings(authorization or ""):
        admitted = await directory.admit(token)
        if admitted is not None:
            return _within_scope(admitted, module)
    raise NotAuthenticated("an Authorization header with a valid credentials token is needed")


def _within_scope(admitted: Admitted, module: str) -> Admitted:
    if admitted.partner.state is PartnerState.SUSPENDED:
        raise NotAuthenticated("this connection is suspended by the operator")
    if admitted.scope is Scope.HANDSHAKE and module not in _HANDSHAKE_MODULES:
        raise NotAuthenticated(
            "this token opens versions and credentials only: finish the registration first"
        )
    return admitted
