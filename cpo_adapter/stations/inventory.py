"""The operator's stations from a file: TOML for people, CSV for spreadsheets.

TOML nests what belongs together: `[[sites]]`, `[[sites.stations]]`, `[[sites.stations.evses]]` with its
`connectors`. CSV has one row per connector and repeats the rest; rows with the same `site_id` are one site. A
station's `key` is taken out here and goes no further than to its digest. What is wrong is told all at once,
by file, line and column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from cpo_adapter.ocpp.basic_auth import key_bytes
from cpo_adapter.stations import csv_layout
from cpo_adapter.stations.conforming import flaws_of
from cpo_adapter.stations.model import Site
from ocpi.authored.csv_document import read_csv
from ocpi.authored.document import Document, Where
from ocpi.authored.flaws import BrokenFile, Flaw
from ocpi.authored.toml_document import read_toml

_SITES = TypeAdapter(tuple[Site, ...])


@dataclass(frozen=True, slots=True)
class AuthoredInventory:
    """`keys` by station identity; a station without one cannot connect."""

    sites: tuple[Site, ...]
    keys: dict[str, bytes] = field(repr=False)


def read_inventory(file: Path, text: str | None = None) -> AuthoredInventory:
    """`text` is what the file holds, where that is known. Raises BrokenFile."""
    if file.suffix.casefold() == ".csv":
        return inventory_in(csv_layout.nested(read_csv(file, text)))
    return inventory_in(read_toml(file, text))


def inventory_in(document: Document) -> AuthoredInventory:
    """Raises BrokenFile."""
    flaws = [document.flaw((key,), f"{key}: is not known here") for key in document.content if key != "sites"]
    keys, key_flaws = _keys_taken_out(document)
    _name_evses(document)
    flaws += key_flaws
    try:
        sites = document.read(_SITES, under="sites")
    except BrokenFile as broken:
        raise BrokenFile([*flaws, *broken.flaws]) from broken
    flaws += [*_twins(document, sites), *flaws_of(document, sites)]
    if flaws:
        raise BrokenFile(flaws)
    return AuthoredInventory(sites, keys)


def _stations(document: Document) -> Iterator[tuple[Where, dict[str, Any]]]:
    """Every table of a station, before anything is known to be right."""
    for index, site in enumerate(_tables(document.content.get("sites"))):
        for number, station in enumerate(_tables(site.get("stations"))):
            yield ("sites", index, "stations", number), station


def _tables(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _keys_taken_out(document: Document) -> tuple[dict[str, bytes], list[Flaw]]:
    keys: dict[str, bytes] = {}
    flaws: list[Flaw] = []
    for where, station in _stations(document):
        text = station.pop("key", None)
        if text is None:
            continue
        try:
            keys[str(station.get("identity"))] = key_bytes(str(text))
        except ValueError as error:
            flaws.append(document.flaw((*where, "key"), f"key: {error}"))
    return keys, flaws


def _name_evses(document: Document) -> None:
    """An EVSE without a uid is named after its station and number, which its owner then must not change."""
    for _, station in _stations(document):
        for evse in _tables(station.get("evses")):
            evse.setdefault("uid", f"{station.get('identity')}-{evse.get('number')}")


def _twins(document: Document, sites: Iterable[Site]) -> Iterator[Flaw]:
    """Names that must be unique and are not: of sites, stations, EVSEs, numbers within a station."""
    seen: set[tuple[str, str]] = set()
    for kind, name, where in _names(sites):
        if (kind, name.casefold()) in seen:
            yield document.flaw(where, f"{where[-1]}: {name} is there already")
        seen.add((kind, name.casefold()))


def twins_among(sites: Iterable[Site]) -> Iterator[str]:
    """What is named alike although it must not be."""
    seen: set[tuple[str, str]] = set()
    for kind, name, _ in _names(sites):
        if (kind, name.casefold()) in seen:
            yield name
        seen.add((kind, name.casefold()))


def _names(sites: Iterable[Site]) -> Iterator[tuple[str, str, Where]]:
    for index, site in enumerate(sites):
        yield "site", site.id, ("sites", index, "id")
        for number, station in enumerate(site.stations):
            at: Where = ("sites", index, "stations", number)
            yield "station", station.identity, (*at, "identity")
            for order, evse in enumerate(station.evses):
                yield "uid", evse.uid, (*at, "evses", order, "uid")
                yield f"number {station.identity}", str(evse.number), (*at, "evses", order, "number")
                if evse.evse_id is not None:
                    yield "evse_id", evse.evse_id.replace("*", ""), (*at, "evses", order, "evse_id")
