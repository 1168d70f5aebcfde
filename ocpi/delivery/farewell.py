"""What a party is told of an object that was for it and is no more.

What is kept stays as it is, with its age: this is a way of telling it, made as it is sent, and whoever may
see the object again is told it as it is. A Location goes with the last of its EVSEs, a token becomes invalid,
a tariff is deleted. So goes a Location that its owner shows no longer, where a partner cannot be told that.
Spec: 2.3.0 mod_locations, Status (REMOVED); mod_tokens, Token (valid); mod_tariffs, DELETE method.
"""

from dataclasses import replace

from ocpi.delivery.marks import Due
from ocpi.objects.kinds import Json
from ocpi.objects.reading import changed
from ocpi.objects.record import Record
from ocpi.partners.dealings import Dealings
from schemas.kinds import ObjectKind
from schemas.v2_3_0.enums import Status


def as_told(due: Due, record: Record, dealings: Dealings) -> Record | None:
    """The object as it is for this party now; None where it is not for it, and never was.

    What was meant for one party was accepted for it, and is owed to it whatever has ended since.
    """
    if record.audience is not None and not due.is_farewell:
        return record
    if dealings.sees(due.to, record.key):
        return record
    return farewell(record) if due.is_farewell else None


def farewell(record: Record) -> Record | None:
    """None for what cannot be taken back, or has nothing that could be."""
    match record.key.kind:
        case ObjectKind.LOCATION:
            return changed(record, _removed, None) if record.value().get("evses") else None
        case ObjectKind.TOKEN:
            return changed(record, _invalid, None)
        case ObjectKind.TARIFF:
            return replace(record, deleted=True)
        case _:
            return None


def unshown(record: Record) -> Record | None:
    """A Location that is not to be shown any more, for whoever has no words for that and shows it; None for
    anything else.
    """
    if record.key.kind is not ObjectKind.LOCATION or record.value().get("publish") is not False:
        return None
    gone = farewell(record)
    return None if gone is None else changed(gone, _shown, None)


def _shown(location: Json) -> Json:
    return {**location, "publish": True, "publish_allowed_to": []}


def _removed(location: Json) -> Json:
    return {**location, "evses": [{**evse, "status": Status.REMOVED} for evse in location["evses"]]}


def _invalid(token: Json) -> Json:
    return {**token, "valid": False}
