"""Tariffs from a file, in OCPI's own words: TOML for people, CSV for spreadsheets (see `csv_layout`).

    [[tariffs]]
    id = "AC"
    currency = "EUR"
    tax_included = "NO"
    elements = [{ price_components = [{ type = "ENERGY", price = 0.39, vat = 20, step_size = 1 }] }]

A tariff with an `emsp` is for its cards alone, in the place of the one that connectors name by the same id,
or of the one that `instead_of` names; with a `group` as well, for the cards of that group alone.
What is wrong is told by file, line and column.
Spec: 2.3.0 mod_tariffs, Tariff object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from cpo_adapter.tariffs import csv_layout
from cpo_adapter.tariffs.offer import Offer
from ocpi.authored.csv_document import read_csv
from ocpi.authored.document import Document, Where
from ocpi.authored.flaws import BrokenFile, Flaw
from ocpi.authored.toml_document import read_toml
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.v2_3_0.tariffs import Tariff

_TARIFFS: Final = TypeAdapter(tuple[Tariff, ...])
_TOP: Final = "tariffs"


@dataclass(frozen=True, slots=True)
class _Scope:
    """For whom a tariff is, as it was written."""

    emsp: Any = None
    group: Any = None
    instead_of: Any = None


def read_offers(file: Path, party: PartyId, now: datetime, text: str | None = None) -> tuple[Offer, ...]:
    """`text` is what the file holds, where that is known. Raises BrokenFile."""
    if file.suffix.casefold() == ".csv":
        return offers_in(csv_layout.nested(read_csv(file, text)), party, now)
    return offers_in(read_toml(file, text), party, now)


def offers_in(document: Document, party: PartyId, now: datetime) -> tuple[Offer, ...]:
    """Raises BrokenFile."""
    scopes: list[_Scope] = []
    for table in document.content.get(_TOP) or ():
        if isinstance(table, dict):
            scopes.append(_Scope(*(table.pop(name, None) for name in _Scope.__slots__)))
            table.update(country_code=party.country_code, party_id=party.party_id, last_updated=now)
    tariffs = document.read(_TARIFFS, under=_TOP)
    flaws = [document.flaw(where, f"{where[-1]}: is not known here") for where in _unknown(document, tariffs)]
    flaws += _scope_flaws(document, scopes)
    offers = () if flaws else tuple(map(_offer, tariffs, scopes))
    flaws += [document.flaw(where, f"id: {name} is there already") for where, name in _twins(offers)]
    if flaws:
        raise BrokenFile(flaws)
    return offers


def _offer(tariff: Tariff, scope: _Scope) -> Offer:
    return Offer(
        tariff=tariff,
        instead_of=(scope.instead_of or tariff.id).lower(),
        emsp=PartyId.parse(scope.emsp) if scope.emsp else None,
        group=scope.group,
    )


def _scope_flaws(document: Document, scopes: list[_Scope]) -> Iterator[Flaw]:
    for index, scope in enumerate(scopes):
        for name in _Scope.__slots__:
            text = _wrong(name, getattr(scope, name), scope)
            if text is not None:
                yield document.flaw((_TOP, index, name), f"{name}: {text}")


def _wrong(name: str, value: Any, scope: _Scope) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        return "should be a text"
    if name != "emsp":
        return "is for the cards of an eMSP only: name it" if scope.emsp is None else None
    try:
        PartyId.parse(value)
    except ValueError as error:
        return str(error)
    return None


def _unknown(document: Document, tariffs: tuple[Tariff, ...]) -> Iterator[Where]:
    yield from ((key,) for key in document.content if key != _TOP)
    for index, tariff in enumerate(tariffs):
        yield from _extra((_TOP, index), tariff)


def _extra(where: Where, value: Any) -> Iterator[Where]:
    """Fields that the specification does not have, which in a file are mistyped ones."""
    if isinstance(value, OcpiModel):
        yield from ((*where, name) for name in value.model_extra or ())
        for name, child in value.__dict__.items():
            yield from _extra((*where, name), child)
    elif isinstance(value, tuple):
        for index, child in enumerate(value):
            yield from _extra((*where, index), child)


def _twins(offers: tuple[Offer, ...]) -> Iterator[tuple[Where, str]]:
    """An eMSP knows one tariff of an id, so that of a group cannot bear the id of everybody's."""
    seen: set[tuple[str, PartyId | None]] = set()
    for index, offer in enumerate(offers):
        general = (offer.name[0], None)
        if offer.name in seen or (offer.group is not None and general in seen):
            yield (_TOP, index, "id"), str(offer.tariff.id)
        seen.add(offer.name)
