"""Agreements: between a CPO and an eMSP nothing flows before one begins.

An agreement has a first and, perhaps, a last day, both inclusive, in UTC. Its terms narrow what may flow;
without any everything does.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from ocpi.process.mongo import Document, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "agreements"


@dataclass(frozen=True, slots=True)
class Terms:
    """What two parties agreed beside the days. None is every one of them.

    `modules` are functional modules; `tariffs` are ids of the CPO's, and `location_groups` names of groups of
    its locations, that are for this eMSP. `holds` are codes of findings: a bill of which an audit says one of
    them stays at the hub. `is_asked`: the eMSP may be asked for cards of which nobody knows whose they are.
    """

    modules: frozenset[str] | None = None
    tariffs: frozenset[str] | None = None
    location_groups: frozenset[str] | None = None
    holds: frozenset[str] = frozenset()
    is_asked: bool = False


_USUAL: Final = Terms()


@dataclass(frozen=True, slots=True)
class Agreement:
    """`revision` counts the changes. `is_announced`: each side has what the other tells everybody."""

    cpo: PartyId
    emsp: PartyId
    first_day: date
    last_day: date | None = None
    revision: int = 0
    is_announced: bool = False
    terms: Terms = _USUAL

    @property
    def key(self) -> tuple[PartyId, PartyId]:
        return (self.cpo, self.emsp)

    def holds_at(self, instant: datetime) -> bool:
        today = instant.date()
        return self.first_day <= today and (self.last_day is None or today <= self.last_day)


class AgreementStore:
    """One document per pair; adding a pair again changes its days, and announces it again."""

    def __init__(self, mongo: Mongo) -> None:
        self._agreements = mongo.collection(COLLECTION)

    async def put(self, agreement: Agreement) -> None:
        await self._agreements.update_one(
            {"_id": _id(agreement.cpo, agreement.emsp)},
            {"$set": _fields(agreement), "$inc": {"revision": 1}},
            upsert=True,
        )

    async def all(self) -> list[Agreement]:
        return [_from_document(document) async for document in self._agreements.find({}).sort("_id")]

    async def end(self, cpo: PartyId, emsp: PartyId, last_day: date) -> Agreement | None:
        """The agreement with its last day: the given one, unless it ends earlier; None when there is none."""
        later = [{"last_day": None}, {"last_day": {"$gt": last_day.isoformat()}}]
        wanted = {"_id": _id(cpo, emsp)}
        await self._agreements.update_one(
            {**wanted, "$or": later}, {"$set": {"last_day": last_day.isoformat()}, "$inc": {"revision": 1}}
        )
        found = await self._agreements.find_one(wanted)
        return None if found is None else _from_document(found)

    async def announced(self, seen: Agreement) -> None:
        """Unless it was changed since it was seen: then it is announced once more."""
        await self._agreements.update_one(
            {"_id": _id(seen.cpo, seen.emsp), "revision": seen.revision}, {"$set": {"is_announced": True}}
        )


def _id(cpo: PartyId, emsp: PartyId) -> str:
    return f"{cpo}|{emsp}"


def _fields(agreement: Agreement) -> Document:
    last_day = agreement.last_day
    return {
        "cpo": str(agreement.cpo),
        "emsp": str(agreement.emsp),
        "first_day": agreement.first_day.isoformat(),
        "last_day": last_day.isoformat() if last_day else None,
        "is_announced": False,
        "terms": _terms_document(agreement.terms),
    }


def _terms_document(terms: Terms) -> Document:
    return {
        "modules": _listed(terms.modules),
        "tariffs": _listed(terms.tariffs),
        "location_groups": _listed(terms.location_groups),
        "holds": sorted(terms.holds),
        "is_asked": terms.is_asked,
    }


def _terms(document: Document) -> Terms:
    return Terms(
        modules=_set(document.get("modules")),
        tariffs=_set(document.get("tariffs")),
        location_groups=_set(document.get("location_groups")),
        holds=frozenset(document.get("holds", ())),
        is_asked=document.get("is_asked", False),
    )


def _listed(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _from_document(document: Document) -> Agreement:
    return Agreement(
        cpo=PartyId.parse(document["cpo"]),
        emsp=PartyId.parse(document["emsp"]),
        first_day=date.fromisoformat(document["first_day"]),
        last_day=_day(document["last_day"]),
        revision=document["revision"],
        is_announced=document["is_announced"],
        terms=_terms(document.get("terms", {})),
    )


def _day(written: Any) -> date | None:
    return None if written is None else date.fromisoformat(written)
