"""What operators send, as it is checked: each mistake is told with the pointer of its place."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ocpi.delivery.recovery import State, Wanted
from ocpi.partners.keeping import MODULES, Keeping
from ocpi.partners.model import HUB
from ocpi.registration.service import Invited
from ocpi.versions.known import SPOKEN
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import NONE, Quirks
from ocpi.wire.urls import callable_url
from schemas.kinds import ObjectKind, PartyId
from schemas.time_zones import zone_name
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


def _delivered(module: str) -> str:
    if module not in MODULES:
        raise ValueError(f"a module is one of {', '.join(MODULES)}")
    return module


def _parsed(written: str | None) -> PartyId | None:
    return None if written is None else PartyId.parse(written)


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


class Approve(Request):
    role: Annotated[str, AfterValidator(_role)]
    party: Party


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

    time_zone: Annotated[str, AfterValidator(zone_name)] | None = None
    postal_code: Annotated[str, Field(min_length=1, max_length=10)] | None = None
    untaxed: TaxIncluded | None = None
    command_timeout: Annotated[int, Field(gt=0, le=3600)] | None = None
    nearest_value: bool | None = None
    ascii_only: bool | None = None
    shows_nobody: bool | None = None
    negative_cdrs: bool | None = None
    no_credit_cdrs: bool | None = None


class DeliveryChange(Request):
    """How a partner is owed what it could not be told, by module; those that are to change."""

    delivery: dict[Annotated[str, AfterValidator(_delivered)], Keeping]


class Marks(Request):
    """Which marks of the outbox are listed."""

    to: Party | None = None
    kind: ObjectKind | None = None
    state: State | None = None
    limit: Annotated[int, Field(gt=0, le=5000)] = 500

    def wanted(self) -> Wanted:
        return Wanted(to=_parsed(self.to), kind=self.kind, state=self.state)


class Receipts(Request):
    to: Party | None = None
    kind: ObjectKind | None = None
    limit: Annotated[int, Field(gt=0, le=5000)] = 500


class Revive(Request):
    """One mark, or what was parked for a party, or parked since an instant; those that all of this fits."""

    to: Party | None = None
    mark: str | None = None
    kind: ObjectKind | None = None
    since: AwareDatetime | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.to is None and self.mark is None and self.since is None:
            raise PydanticCustomError("nothing", "name a party, a mark, or an instant")
        return self

    def wanted(self) -> Wanted:
        return Wanted(
            to=_parsed(self.to), kind=self.kind, state=State.PARKED, mark=self.mark, since=self.since
        )


class Replay(Request):
    to: Party
    since: AwareDatetime
