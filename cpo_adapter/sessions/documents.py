"""Transactions as MongoDB documents, both ways."""

from collections.abc import Sequence

from cpo_adapter.authorization.memory import authorized_of, of_authorized
from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import ConnectorStatus, Doubt, Moment, Outlet
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.sessions import sampled
from cpo_adapter.sessions.named import Fact, Told
from cpo_adapter.sessions.transaction import Begin, Changed, End, Metered, Preferred, Terms
from ocpi.process.mongo import Document
from schemas import codec
from schemas.v2_3_0.cdrs import CdrLocation
from schemas.v2_3_0.sessions import ChargingPreferences
from schemas.v2_3_0.tariffs import Tariff


def of_begin(begin: Begin) -> Document:
    return {
        "_id": begin.number,
        "session_id": begin.session_id,
        "station": begin.station,
        "uid": begin.uid,
        "began_at": begin.at,
        "meter_wh": begin.meter_wh,
        "heard_at": begin.heard_at,
        "doubts": _of_doubts(begin.doubts),
        "reference": begin.reference,
        **of_place(begin.outlet, begin.terms),
        **of_judgement(begin.card, begin.authorized),
    }


def of_place(outlet: Outlet, terms: Terms) -> Document:
    return {
        "evse": outlet.evse,
        "connector": outlet.connector,
        "location": codec.dump(terms.location),
        "time_zone": terms.time_zone,
        "max_power_w": terms.max_power_w,
        **of_tariffs(terms.tariffs),
        "is_placed": terms.is_placed,
    }


def of_tariffs(tariffs: Sequence[Tariff]) -> Document:
    return {"tariffs": [codec.dump(tariff) for tariff in tariffs]}


def of_judgement(card: CardAnswer | None, authorized: Authorized | None) -> Document:
    told = {"status": card.status, "expires": card.expires, "group": card.group} if card else None
    return {"card": told, "authorized": of_authorized(authorized) if authorized else None}


def begin_of(document: Document) -> Begin:
    return Begin(
        number=document["_id"],
        session_id=document["session_id"],
        station=document["station"],
        outlet=Outlet(document["evse"], document["connector"]),
        uid=document["uid"],
        at=document["began_at"],
        meter_wh=document["meter_wh"],
        heard_at=document["heard_at"],
        terms=Terms(
            location=CdrLocation.model_validate(codec.decode(document["location"])),
            time_zone=document["time_zone"],
            max_power_w=document["max_power_w"],
            tariffs=tuple(Tariff.model_validate(codec.decode(each)) for each in document["tariffs"]),
            is_placed=document.get("is_placed", True),
        ),
        card=_card(document["card"]),
        authorized=_authorized(document),
        doubts=_doubts_of(document["doubts"]),
        reference=document.get("reference", ""),
    )


def of_fact(fact: Fact) -> Document:
    if isinstance(fact, Told):
        return _of_told(fact)
    if isinstance(fact, Metered):
        return {"samples": sampled.written(fact.samples), "heard_at": fact.heard_at}
    if isinstance(fact, Preferred):
        return {
            "preferences": codec.dump(fact.preferences),
            "tariff_id": fact.tariff_id,
            "at": fact.at,
            "heard_at": fact.heard_at,
        }
    return {"status": fact.status, "at": fact.at, "heard_at": fact.heard_at}


def fact_of(document: Document) -> Fact:
    if "moment" in document:
        return _told_of(document)
    if "samples" in document:
        return Metered(sampled.read(document["samples"]), document["heard_at"])
    if "preferences" in document:
        wanted = ChargingPreferences.model_validate(codec.decode(document["preferences"]))
        return Preferred(wanted, document["tariff_id"], document["at"], document["heard_at"])
    return Changed(ConnectorStatus(document["status"]), document["at"], document["heard_at"])


def _of_told(fact: Told) -> Document:
    return {
        "moment": fact.moment,
        "at": fact.at,
        "heard_at": fact.heard_at,
        "seq": fact.seq,
        "status": fact.status,
        "samples": sampled.written(fact.samples),
        "reason": fact.reason,
        "doubts": _of_doubts(fact.doubts),
    }


def _told_of(document: Document) -> Told:
    status = document["status"]
    return Told(
        moment=Moment(document["moment"]),
        at=document["at"],
        heard_at=document["heard_at"],
        seq=document["seq"],
        status=None if status is None else ConnectorStatus(status),
        samples=sampled.read(document["samples"]),
        reason=document["reason"],
        doubts=_doubts_of(document["doubts"]),
    )


def of_end(end: End) -> Document:
    return {
        "at": end.at,
        "meter_wh": end.meter_wh,
        "reason": end.reason,
        "heard_at": end.heard_at,
        "samples": sampled.written(end.samples),
        "doubts": _of_doubts(end.doubts),
        "is_assumed": end.is_assumed,
    }


def end_of(document: Document) -> End:
    return End(
        at=document["at"],
        meter_wh=document["meter_wh"],
        reason=document["reason"],
        heard_at=document["heard_at"],
        samples=sampled.read(document["samples"]),
        doubts=_doubts_of(document["doubts"]),
        is_assumed=document["is_assumed"],
    )


def _of_doubts(doubts: frozenset[Doubt]) -> list[str]:
    return sorted(doubt.value for doubt in doubts)


def _doubts_of(stored: list[str]) -> frozenset[Doubt]:
    return frozenset(map(Doubt, stored))


def _card(stored: Document | None) -> CardAnswer | None:
    if stored is None:
        return None
    return CardAnswer(CardStatus(stored["status"]), stored["expires"], stored["group"])


def _authorized(document: Document) -> Authorized | None:
    stored = document["authorized"]
    return None if stored is None else authorized_of(stored, document["uid"])
