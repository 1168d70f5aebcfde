"""What is kept of a Location beside itself, so that it is found by where it is and what it offers. Pure.

It is written in the same write as the Location, so it never lags behind; RULE names the way it is made, and
what was made another way is made anew. A Location that cannot be shown is left out with the reason.
`shown` is the JSON that apps are told, but for its last brace: what depends on the moment is put behind it.
Spec: 2.3.0 mod_locations, Location object; EVSE object (REMOVED); Connector object (voltage of three phases).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from emsp_adapter.places.coordinates import Point, read_point
from emsp_adapter.places.showing import objects_in, power_w, shown, text_in, texts_in
from ocpi.objects.record import Record
from ocpi.process.logs import logger
from ocpi.process.mongo import Document
from schemas import codec

log = logger(__name__)

FIELD: Final = "place"
RULE: Final = 1
_GONE: Final = "REMOVED"
_UNTOLD: Final = "UNKNOWN"


class LeftOut(StrEnum):
    """Why a Location is nowhere to be found."""

    DELETED = "DELETED"
    NOT_PUBLISHED = "NOT_PUBLISHED"
    NO_COORDINATES = "NO_COORDINATES"
    NO_EVSES = "NO_EVSES"
    UNREADABLE = "UNREADABLE"


def beside(record: Record) -> Document:
    """What is written with the Location. Whatever stands in it, it is accepted: this raises nothing."""
    return {FIELD: place_of(record)}


def place_of(record: Record) -> Document:
    if record.deleted:
        return _left_out(LeftOut.DELETED)
    try:
        return _place(record)
    except Exception:
        log.exception("location cannot be shown", location=str(record.key))
        return _left_out(LeftOut.UNREADABLE)


def _place(record: Record) -> Document:
    value = record.value()
    if value.get("publish") is not True:
        return _left_out(LeftOut.NOT_PUBLISHED)
    point = read_point(value.get("coordinates"))
    if point is None:
        return _left_out(LeftOut.NO_COORDINATES)
    evses = list(_there(value))
    if not evses:
        return _left_out(LeftOut.NO_EVSES)
    return _found_at(record, point, value, evses)


def _found_at(record: Record, point: Point, value: Document, evses: list[Document]) -> Document:
    tariffs = _tariffs(evses)
    return {
        "rule": RULE,
        "at": point.geojson(),
        "spots": _spots(evses),
        "zone": text_in(value, "time_zone"),
        "hours": _hours(value),
        "tariffs": [list(each) for each in tariffs],
        "shown": shown(record.key, point, value, evses, tariffs)[:-1],
    }


def _left_out(reason: LeftOut) -> Document:
    return {"rule": RULE, "left_out": reason.value}


def _there(value: Document) -> Iterator[Document]:
    return (evse for evse in objects_in(value, "evses") if evse.get("status") != _GONE)


def _tariffs(evses: list[Document]) -> list[tuple[str, ...]]:
    """Each list of tariffs that a connector names, once, in the order in which they come."""
    each = (connector for evse in evses for connector in objects_in(evse, "connectors"))
    return list(dict.fromkeys(tuple(texts_in(connector, "tariff_ids")) for connector in each))


def _spots(evses: list[Document]) -> list[Document]:
    """Each kind of connector once: a hundred that are alike are looked at as one."""
    spots = [_spot(evse, connector) for evse in evses for connector in objects_in(evse, "connectors")]
    return [each for at, each in enumerate(spots) if each not in spots[:at]]


def _spot(evse: Document, connector: Document) -> Document:
    capabilities = {*texts_in(evse, "capabilities"), *texts_in(connector, "capabilities")}
    return {
        "standard": text_in(connector, "standard"),
        "power_w": power_w(connector),
        "status": text_in(evse, "status") or _UNTOLD,
        "capabilities": sorted(capabilities),
    }


def _hours(value: Document) -> bytes | None:
    """As JSON; None where nothing is said."""
    hours = value.get("opening_times")
    return codec.encode(hours) if isinstance(hours, dict) else None
