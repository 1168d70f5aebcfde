"""A yes: whose card it was, who said so, and how the issuer refers to it."""

from dataclasses import dataclass
from datetime import datetime

from schemas.v2_3_0.enums import AuthMethod
from schemas.v2_3_0.tokens import Token


@dataclass(frozen=True, slots=True)
class Authorized:
    """`uid` as the station spells it; `authorization_reference` if the issuer gave one.

    `evse_uids` are where the issuer lets it charge, of those it was asked about; none named stands for all.
    """

    uid: str
    token: Token
    auth_method: AuthMethod
    authorization_reference: str | None
    at: datetime
    evse_uids: tuple[str, ...] = ()

    def is_for(self, evse_uid: str) -> bool:
        named = {each.casefold() for each in self.evse_uids}
        return not named or evse_uid.casefold() in named
