"""A yes: whose card it was, who said so, and how the issuer refers to it."""

from dataclasses import dataclass
from datetime import datetime

from schemas.v2_3_0.enums import AuthMethod
from schemas.v2_3_0.tokens import Token


@dataclass(frozen=True, slots=True)
class Authorized:
    """`uid` as the station spells it; `authorization_reference` if the issuer gave one."""

    uid: str
    token: Token
    auth_method: AuthMethod
    authorization_reference: str | None
    at: datetime
