"""Sites, stations, EVSEs and connectors as the operator knows them, each with its identity towards OCPI.

A site is an OCPI Location. An EVSE is numbered as OCPP numbers it: in 1.6 every connector is an EVSE of its
own. The uid of an EVSE is given once and never to another. These are values that a person wrote: the limits
are those of the OCPI classes that they become.
Spec: 2.3.0 mod_locations, Location, EVSE and Connector object; types, CiString.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from ocpi.ocmf import NoKey, key_of
from schemas.v2_3_0.enums import Capability, ConnectorFormat, ConnectorType, ParkingType, PowerType
from schemas.v2_3_0.locations import PublishTokenType
from schemas.v2_3_0.opening_times import Hours

_Member = TypeVar("_Member")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("is no time zone of the IANA database") from None
    return name


def _not_empty(members: tuple[_Member, ...]) -> tuple[_Member, ...]:
    """Pydantic's own minimum counts members that are wrong as missing, and tells that first."""
    if not members:
        raise ValueError("holds nothing")
    return members


def _known_standard(standard: ConnectorType) -> ConnectorType:
    """What a partner may send, a person only mistypes."""
    if not standard.is_known:
        raise ValueError("is no connector type of OCPI 2.3.0")
    return standard


def _known_key(text: str) -> str:
    """As the manufacturer spells it, with its curve."""
    try:
        key_of(text)
    except NoKey as error:
        raise ValueError(str(error)) from error
    return text


def _known_capability(capability: Capability) -> Capability:
    if not capability.is_known:
        raise ValueError("is no capability of OCPI 2.3.0")
    return capability


Id: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=36, pattern=r"^[\x21-\x7e]+$")]
Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=255)]
City: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=45)]
PostalCode: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=10)]
Country: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Zone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]
Latitude: TypeAlias = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,2}\.[0-9]{5,7}$")]
Longitude: TypeAlias = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,3}\.[0-9]{5,7}$")]
EvseId: TypeAlias = Annotated[
    str, StringConstraints(max_length=48, pattern=r"^[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9][A-Z0-9*]{0,30}$")
]
MeterKey: TypeAlias = Annotated[str, AfterValidator(_known_key)]
Standard: TypeAlias = Annotated[ConnectorType, AfterValidator(_known_standard)]
Able: TypeAlias = Annotated[Capability, AfterValidator(_known_capability)]
Ocpp: TypeAlias = Literal["1.6", "2.0.1", "2.1"]
Positive: TypeAlias = Annotated[int, Field(ge=1)]

_PHASES: Final = {
    PowerType.DC: 1,
    PowerType.AC_1_PHASE: 1,
    PowerType.AC_2_PHASE: 2,
    PowerType.AC_2_PHASE_SPLIT: 2,
    PowerType.AC_3_PHASE: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """`id` is how OCPP numbers it within its EVSE. Volts, amperes per phase, watts."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Positive = 1
    standard: Standard
    format: ConnectorFormat
    power_type: PowerType
    max_voltage: Positive
    max_amperage: Positive
    max_electric_power: Positive | None = None
    tariff_ids: tuple[Id, ...] = ()

    @property
    def power_w(self) -> int:
        """The most that it can give: as it is told, else what its phases carry."""
        return self.max_electric_power or self.max_voltage * self.max_amperage * self.phases

    @property
    def phases(self) -> int:
        return _PHASES[self.power_type]


_USUAL: Final = (Capability.RFID_READER, Capability.REMOTE_START_STOP_CAPABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evse:
    """`capabilities` are what partners are told and may ask for.

    `meter_keys` are the public keys that its meter signs readings with; without them the first one is learnt.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    number: Positive
    uid: Id
    evse_id: EvseId | None = None
    physical_reference: Annotated[str, StringConstraints(max_length=16)] | None = None
    capabilities: tuple[Able, ...] = _USUAL
    meter_keys: tuple[MeterKey, ...] = ()
    connectors: Annotated[tuple[Connector, ...], AfterValidator(_not_empty)]

    def can(self, capability: Capability) -> bool:
        return capability in self.capabilities

    def connector(self, number: int) -> Connector | None:
        return next((connector for connector in self.connectors if connector.id == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """`identity` is its name when it connects. Out of service it is told to wait, and shown as planned.

    `ocpp` is the version that is spoken with it if it offers it, `assumed_ocpp` the one that a station is
    taken to speak which names none. `answers_within_s`: how long it is waited for, where it is slower than
    others, or quicker.
    `shows_cost`: it has a display for what a charge costs. `fallback_a`: amperes per phase that it shall not
    exceed by itself, of each charge, or as a whole where the purpose is a ChargePointMaxProfile.
    `security_profile` is the least that it must come in by; 0 asks for nothing at all. `basic_username` and
    `certificate_name` (the CN, mostly a serial number) are what it calls itself there, if not its identity.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    identity: Annotated[str, StringConstraints(min_length=1, max_length=48)]
    in_service: bool = True
    ocpp: Ocpp | None = None
    assumed_ocpp: Ocpp | None = None
    answers_within_s: Annotated[int, Field(ge=1, le=300)] | None = None
    security_profile: Annotated[int, Field(ge=0, le=3)] = 1
    shows_cost: bool = False
    fallback_a: Positive | None = None
    fallback_purpose: Literal["TxDefaultProfile", "ChargePointMaxProfile"] = "TxDefaultProfile"
    basic_username: Line | None = None
    certificate_name: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    evses: Annotated[tuple[Evse, ...], AfterValidator(_not_empty)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Unpublished, apps of strangers do not show it; `publish_allowed_to` are the cards whose apps may."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Id
    name: Line | None = None
    address: Line
    city: City
    postal_code: PostalCode | None = None
    country: Country
    latitude: Latitude
    longitude: Longitude
    time_zone: Zone
    publish: bool = True
    publish_allowed_to: tuple[PublishTokenType, ...] = ()
    opening_times: Hours | None = None
    parking_type: ParkingType | None = None
    help_phone: Annotated[str, StringConstraints(min_length=1, max_length=25)] | None = None
    stations: tuple[Station, ...] = ()

    def evses(self) -> Iterator[Evse]:
        for station in self.stations:
            yield from station.evses

    def spots(self) -> "Iterator[Spot]":
        for station in self.stations:
            yield from (Spot(self, station, evse) for evse in station.evses)


@dataclass(frozen=True, slots=True)
class Spot:
    """An EVSE with everything around it."""

    site: Site
    station: Station
    evse: Evse


class Inventory:
    """All sites, to be looked up by what messages and partners name."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self.replace(sites)

    def replace(self, sites: tuple[Site, ...]) -> None:
        """Instead of all that there was; whoever has this inventory sees it."""
        self.sites = sites
        self._sites = {site.id.casefold(): site for site in sites}
        self._stations = {station.identity: (site, station) for site in sites for station in site.stations}
        self._by_folded = {identity.casefold(): identity for identity in self._stations}

    def site(self, location_id: str) -> Site | None:
        """By the id of its Location, which is equal without case."""
        return self._sites.get(location_id.casefold())

    def station(self, identity: str) -> Station | None:
        found = self._stations.get(identity)
        return found and found[1]

    def alike(self, identity: str) -> str | None:
        """The identity that is equal to it without letter case: no inventory has two of them."""
        return self._by_folded.get(identity.casefold())

    def spot(self, identity: str, number: int) -> Spot | None:
        """The EVSE that a station counts as `number`."""
        return next((spot for spot in self.spots(identity) if spot.evse.number == number), None)

    def spots(self, identity: str) -> Iterator[Spot]:
        """Every EVSE of a station."""
        site, station = self._stations.get(identity, (None, None))
        if site and station:
            yield from (Spot(site, station, evse) for evse in station.evses)

    def stations(self) -> Iterator[Station]:
        for _, station in self._stations.values():
            yield station
