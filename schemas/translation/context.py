"""What a translation must be told, because the object itself or the version it comes from does not say it.

Facts are the caller's to find: the partner record, what is stored, what was remembered of an earlier answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.kinds import PartyId
from schemas.v2_3_0.business import BusinessDetails
from schemas.v2_3_0.enums import Role, TaxIncluded, TokenType
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one partner wants to be treated; part of the partner record."""

    time_zone: str = "UTC"
    """Of 2.1.1 Locations that name none, in countries with several zones."""
    postal_code: str = "-"
    """Stands in 2.1.1 Locations that have none."""
    untaxed: TaxIncluded = TaxIncluded.NOT_APPLICABLE
    """What a 2.2.1 Tariff without any `vat` says about taxes."""
    command_timeout: int = 120
    """Seconds that a 2.1.1 partner is given to carry out a command."""
    nearest_value: bool = False
    """Send the nearest value that a version lists instead of none: METRO_STATION as TRAIN_STATION."""
    ascii_only: bool = False
    """2.1.1 allows no other characters; nearly all partners take them nevertheless."""
    shows_nobody: bool = False
    """The partner uses Locations for its help desk only, so it may have those that must not be shown."""
    negative_cdrs: bool = False
    """The partner agreed to get a credit as a CDR with a negative total."""
    no_credit_cdrs: bool = False
    """The partner cannot take credits, though its version has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Facts about one object. `owner` is whose object it is: the CPO of a Session, the eMSP of a Token."""

    owner: PartyId
    policy: Policy = field(default_factory=Policy)
    counterpart: PartyId | None = None
    """The eMSP whose customer charges; of a 2.1.1 Session or CDR whose token is not known."""
    operator: BusinessDetails | None = None
    """Who runs the owner's Locations: partners behind a hub see the hub's credentials, not the owner's."""
    role: Role = Role.CPO
    """In which role a 2.1.1 partner gave its credentials: the versions endpoint implies it."""
    location: Location | None = None
    """Where a Session, CDR or command happens, as far as it is known here."""
    token: Token | None = None
    """The token of a Session, CDR or authorization, as far as it is known here."""
    asked_token: tuple[str, TokenType] | None = None
    """Uid and type in the URL of the authorization that is being answered."""
    received_at: datetime | None = None
    """When an answer without a time of its own came in."""
    session_id: str | None = None
    authorization_reference: str | None = None
    reservation_number: int | None = None
    """Stands for the reservation id towards 2.1.1, which has numbers; unique per eMSP."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Our ids by those ids of a 2.1.1 partner that later versions cannot carry."""
    usable_tariffs: frozenset[str] = frozenset()
    """Ids of Tariffs that are valid now and for everybody; one of them is shown to 2.1.1, else the first."""
    volts: int | None = None
    """Of the connectors that a Tariff is for, if it is the same for all."""
