"""How an agreement lies in the database."""

from datetime import date
from typing import Any

from ocpi.partners.agreements import Agreement, Period, Terms
from ocpi.process.mongo import Document
from schemas.kinds import PartyId


def read_agreement(document: Document) -> Agreement:
    return Agreement(
        cpo=PartyId.parse(document["cpo"]),
        emsp=PartyId.parse(document["emsp"]),
        first_day=date.fromisoformat(document["first_day"]),
        last_day=_day(document["last_day"]),
        revision=document["revision"],
        is_announced=document["is_announced"],
        terms=_terms(document),
        is_parted=document.get("is_parted", False),
        changed_at=document.get("changed_at"),
        earlier=tuple(_period(each) for each in document.get("earlier", ())),
    )


def written_day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _period(document: Document) -> Period:
    return Period(
        first_day=date.fromisoformat(document["first_day"]),
        last_day=_day(document["last_day"]),
        terms=_terms(document),
        until=document["until"],
        is_taken_back=document["is_taken_back"],
    )


def _terms(document: Document) -> Terms:
    kept = document.get("terms") or {}
    return Terms(
        modules=_set(kept.get("modules")),
        tariffs=_set(kept.get("tariffs")),
        location_groups=_set(kept.get("location_groups")),
        holds=frozenset(kept.get("holds", ())),
        is_asked=kept.get("is_asked", False),
    )


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _day(written: Any) -> date | None:
    return None if written is None else date.fromisoformat(written)
