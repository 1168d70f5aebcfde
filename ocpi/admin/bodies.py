"""What operators send, as it is checked: each mistake is told with the pointer of its place."""

from datetime import date
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ocpi.partners.model import HUB
from ocpi.registration.service import Invited
from ocpi.versions.known import SPOKEN
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import NONE, Quirks
from ocpi.wire.urls import callable_url
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import Role, TaxIncluded, VersionNumber

ROLES = frozenset({*(role.value for role in Role), HUB})


def _party(written: str) -> str:
    return str(PartyId.parse(written))


def _role(written: str) -> str:
    if written not in ROLES:
        raise ValueError(f"a role is one of {', '.join(sorted(ROLES))}")
    return written


def _token(written: str) -> str:
    return CredentialsToken(written).reveal()


def _url(written: str) -> str:
    return str(callable_url(written))


def _zone(written: str) -> str:
    if written not in available_timezones():
        raise ValueError("a time zone is an IANA name, as Europe/Paris")
    return written


def _version(written: str) -> VersionNumber:
    if written not in SPOKEN:
        raise ValueError(f"a version is one of {', '.join(SPOKEN)}")
    return VersionNumber(written)


Party = Annotated[str, AfterValidator(_party)]
Token = Annotated[str, AfterValidator(_token)]
Url = Annotated[str, AfterValidator(_url)]
Version = Annotated[VersionNumber, BeforeValidator(_version)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Roles = Annotated[frozenset[Annotated[str, AfterValidator(_role)]], Field(min_length=1)]


class Request(BaseModel):
    """A field that nobody reads is a mistake too, most often of spelling."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Admitting(Request):
    """`parties` bounds which parties the partner may claim; absent: any that nobody else has."""

    name: Name
    roles: Roles
    parties: frozenset[Party] | None = None

    def invited(self) -> Invited:
        parties = None if self.parties is None else frozenset(PartyId.parse(each) for each in self.parties)
        return Invited(self.name, self.roles, parties)


class Invite(Admitting):
    lifetime_s: int = Field(default=7 * 24 * 3600, gt=0, le=90 * 24 * 3600)


class Register(Admitting):
    """`version` absent: the newest that both sides speak."""

    versions_url: Url
    token: Token
    version: Version | None = None


class SwitchVersion(Request):
    version: Version


class Curl(Request):
    module: str
    side: Side = Side.SENDER
    to: Party | None = None
    sender: Party | None = None
    query: dict[str, str] = {}


class QuirkChange(Request):
    set: Quirks = NONE
    clear: Quirks = NONE


class PolicyChange(Request):
    """Those fields of a partner's translation policy that are to change."""

    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    postal_code: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    untaxed: TaxIncluded | None = None
    command_timeout: Annotated[int, Field(gt=0, le=3600)] | None = None
    nearest_value: bool | None = None
    ascii_only: bool | None = None
    shows_nobody: bool | None = None
    negative_cdrs: bool | None = None
    no_credit_cdrs: bool | None = None


class Revive(Request):
    to: Party


class Pair(Request):
    cpo: Party
    emsp: Party
    first_day: date | None = None
    last_day: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise PydanticCustomError("order", "the last day comes before the first")
        return self
