"""Names for what roams: whose it is, what it is, which one it is.

Spec: types, CiString (ids are equal without case); transport_and_format, Client Owned Objects (an id is
unique within its owner); version_information_endpoint, ModuleID.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from schemas.strings import CiString

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_PARTY = re.compile(r"[A-Z0-9]{3}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class PartyId:
    """A party by country and party code, in upper case however it was written.

    Raises ValueError for what is not two letters and three letters or digits: parties become part of
    database ids and addresses, where nobody may smuggle in a separator.
    """

    country_code: str
    party_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "country_code", self.country_code.upper())
        object.__setattr__(self, "party_id", self.party_id.upper())
        if not (_COUNTRY.fullmatch(self.country_code) and _PARTY.fullmatch(self.party_id)):
            raise ValueError(
                f"{str(self)[:20]!r} is no party; expected two letters and three letters or digits"
            )

    def __str__(self) -> str:
        return f"{self.country_code}*{self.party_id}"

    @property
    def compact(self) -> str:
        """`FRABC`, as `Credentials.hub_party_id` wants it."""
        return f"{self.country_code}{self.party_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str()`. Raises ValueError."""
        country_code, star, party_id = text.partition("*")
        if not star:
            raise ValueError(f"{text[:20]!r} is no party; expected COUNTRY*PARTY")
        return cls(country_code, party_id)


class ObjectKind(StrEnum):
    """What has an owner, an id and a `last_updated`."""

    LOCATION = "location"
    SESSION = "session"
    CDR = "cdr"
    TARIFF = "tariff"
    TOKEN = "token"  # noqa: S105 - the card, not a secret
    INVOICE_RECONCILIATION_RECORD = "invoice_reconciliation_record"
    TERMINAL = "terminal"
    FINANCIAL_ADVICE_CONFIRMATION = "financial_advice_confirmation"
    CLIENT_INFO = "client_info"

    @property
    def module(self) -> str:
        """The identifier of the module that carries it."""
        return _MODULES[self]


_MODULES = {
    ObjectKind.LOCATION: "locations",
    ObjectKind.SESSION: "sessions",
    ObjectKind.CDR: "cdrs",
    ObjectKind.TARIFF: "tariffs",
    ObjectKind.TOKEN: "tokens",
    ObjectKind.INVOICE_RECONCILIATION_RECORD: "invoicereconciliation",
    ObjectKind.TERMINAL: "payments",
    ObjectKind.FINANCIAL_ADVICE_CONFIRMATION: "payments",
    ObjectKind.CLIENT_INFO: "hubclientinfo",
}


@dataclass(frozen=True, slots=True)
class ObjectKey:
    """One object of one owner; equal without regard to the case of its id.

    A token is known by uid and type together: make its key with `of_token`.
    """

    kind: ObjectKind
    owner: PartyId
    id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", CiString(self.id))

    def __str__(self) -> str:
        """The id under which a database keeps it: `location/FR*ABC/loc1`."""
        return f"{self.kind.value}/{self.owner}/{self.id.lower()}"

    @classmethod
    def of_token(cls, owner: PartyId, uid: str, token_type: str = "RFID") -> Self:  # noqa: S107 - a kind of card
        return cls(ObjectKind.TOKEN, owner, f"{token_type}/{uid}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `str()`, but for the case of the id. Raises ValueError."""
        kind, owner, object_id = text.split("/", 2)
        return cls(ObjectKind(kind), PartyId.parse(owner), object_id)
