"""What apps may ask when they look for places, and how they are told what was found."""

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, PlainValidator, WithJsonSchema

from emsp_adapter.apps.operation import Parameters
from emsp_adapter.apps.values import Cursor, Limit, Party
from emsp_adapter.places.price import Paying, Unpriced

_MOST_RADIUS_M: Final = 200_000
_MOST_KWH: Final = 1_000
_MOST_MINUTES: Final = 7 * 24 * 60
_LONGEST: Final = 1_000
_WORDS: Final = "[A-Za-z0-9_]+(,[A-Za-z0-9_]+)*"
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_Truth = Literal["true", "false"]


def _energy(written: object) -> Decimal:
    """Raises ValueError."""
    text = str(written)
    if not _NUMBER.fullmatch(text) or not 0 < Decimal(text) <= _MOST_KWH:
        raise ValueError(f"energy is a number of kWh above 0, {_MOST_KWH} at the most")
    return Decimal(text)


def _folded(written: object) -> frozenset[str]:
    """Raises ValueError."""
    text = str(written)
    if len(text) > _LONGEST or not re.fullmatch(_WORDS, text, re.ASCII):
        raise ValueError("one word or several, with commas between them")
    return frozenset(each.upper() for each in text.split(","))


def _degrees(most: int, example: float) -> Any:
    return Field(ge=-most, le=most, allow_inf_nan=False, examples=[example])


Latitude = Annotated[float, _degrees(90, 48.88)]
Longitude = Annotated[float, _degrees(180, 2.35)]
Names = Annotated[
    frozenset[str],
    PlainValidator(_folded),
    WithJsonSchema({"type": "string", "pattern": f"^{_WORDS}$", "maxLength": _LONGEST}),
]
"""One word or several, with commas between them."""
Energy = Annotated[
    Decimal,
    PlainValidator(_energy),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": _MOST_KWH}),
]


class Looking(Parameters):
    """All connector filters hold for one and the same connector. `standards` are choices, `capabilities` are
    all needed. With `energy_kwh` and `minutes`, which go together, prices are told.
    """

    standards: Names | None = None
    min_power_kw: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None = None
    available: _Truth = "false"
    capabilities: Names | None = None
    cpo: Party | None = None
    open_now: _Truth = "false"
    energy_kwh: Energy | None = None
    minutes: Annotated[int, Field(ge=1, le=_MOST_MINUTES)] | None = None
    paying: Paying = Paying.REGULAR
    limit: Limit = 20
    cursor: Cursor | None = None


class Near(Looking):
    """Around a point, the nearest first."""

    latitude: Latitude
    longitude: Longitude
    radius_m: Annotated[int, Field(ge=1, le=_MOST_RADIUS_M)] = 5_000


class InBox(Looking):
    """As a map shows it, from its middle outwards; over the antimeridian west is greater than east."""

    south: Latitude
    west: Longitude
    north: Latitude
    east: Longitude


class OfferTold(BaseModel):
    """A price that is in force when the charge begins: per kWh, per hour, or once."""

    dimension: str
    price: str
    tax_included: str
    vat_percent: str | None
    step_size: str


class PriceTold(BaseModel):
    """For the charge that was asked for. Without one `unpriced` says why.

    `is_complete`: all the tariffs that the connector names are known here.
    """

    tariff_ids: list[str]
    is_complete: bool
    tariff_id: str | None
    currency: str | None
    before_taxes: str | None
    after_taxes: str | None
    now: list[OfferTold]
    unpriced: Unpriced | None


class ConnectorTold(BaseModel):
    """`price` is the place of its price in the list of prices; `power_w` of 0 is unknown."""

    id: str | None
    standard: str | None
    format: str | None
    power_type: str | None
    power_w: int
    tariff_ids: list[str]
    price: int


class EvseTold(BaseModel):
    uid: str | None
    evse_id: str | None
    status: str | None
    floor_level: str | None
    physical_reference: str | None
    last_updated: str | None
    latitude: float | None
    longitude: float | None
    capabilities: list[str]
    parking_restrictions: list[str]
    connectors: list[ConnectorTold]


class LocationTold(BaseModel):
    """`is_open` of null: the CPO does not say. `prices` of null: none were asked for."""

    cpo: str
    id: str
    latitude: float
    longitude: float
    name: str | None
    address: str | None
    postal_code: str | None
    city: str | None
    state: str | None
    country: str | None
    time_zone: str | None
    parking_type: str | None
    help_phone: str | None
    last_updated: str | None
    operator: str | None
    facilities: list[str]
    opening_times: dict[str, Any] | None
    charging_when_closed: bool | None
    evses: list[EvseTold]
    distance_m: float
    is_open: bool | None
    prices: list[PriceTold] | None


class LocationsTold(BaseModel):
    """`next` is the cursor of the next page, if there is one."""

    locations: list[LocationTold]
    next: str | None
