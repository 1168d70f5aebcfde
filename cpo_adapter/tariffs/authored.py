"""Tariffs from a TOML file, in OCPI's own words.

    [[tariffs]]
    id = "AC"
    currency = "EUR"
    tax_included = "NO"
    elements = [{ price_components = [{ type = "ENERGY", price = 0.39, vat = 20, step_size = 1 }] }]

What is wrong is told by file, line and column.
Spec: 2.3.0 mod_tariffs, Tariff object.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from ocpi.authored.document import Document, Where
from ocpi.authored.flaws import BrokenFile
from ocpi.authored.toml_document import read_toml
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.v2_3_0.tariffs import Tariff

_TARIFFS: Final = TypeAdapter(tuple[Tariff, ...])
_TOP: Final = "tariffs"


def read_tariffs(file: Path, party: PartyId, now: datetime) -> tuple[Tariff, ...]:
    """Raises BrokenFile."""
    document = read_toml(file)
    for table in document.content.get(_TOP) or ():
        if isinstance(table, dict):
            table.update(country_code=party.country_code, party_id=party.party_id, last_updated=now)
    tariffs = document.read(_TARIFFS, under=_TOP)
    flaws = [document.flaw(where, f"{where[-1]}: is not known here") for where in _unknown(document, tariffs)]
    flaws += [document.flaw(where, f"id: {name} is there already") for where, name in _twins(tariffs)]
    if flaws:
        raise BrokenFile(flaws)
    return tariffs


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


def _twins(tariffs: tuple[Tariff, ...]) -> Iterator[tuple[Where, str]]:
    seen: set[str] = set()
    for index, tariff in enumerate(tariffs):
        if tariff.id.lower() in seen:
            yield (_TOP, index, "id"), str(tariff.id)
        seen.add(tariff.id.lower())
