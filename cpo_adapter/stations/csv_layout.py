"""The columns of an inventory in CSV, and how its rows nest.

    site_id,site_name,address,city,postal_code,country,latitude,longitude,time_zone,
    station,key,ocpp,assumed_ocpp,answers_within_s,evse,evse_uid,evse_id,capabilities,meter_keys,connector,standard,format,power_type,max_voltage,max_amperage,max_electric_power,tariff_ids

One row per connector. What describes the site or the station need stand in its first row only; a later row
may repeat it, and may not contradict it. Columns of a site may also be publish, opening_times (see `hours`),
parking_type and help_phone. Several tariff ids, capabilities or meter keys are separated
by blanks.
"""

from typing import Any

from cpo_adapter.stations.hours import hours_in
from ocpi.authored.document import Document, Where
from ocpi.authored.flaws import BrokenFile, Flaw, Place

_SITE = {
    "site_id": "id",
    "site_name": "name",
    "address": "address",
    "city": "city",
    "postal_code": "postal_code",
    "country": "country",
    "latitude": "latitude",
    "longitude": "longitude",
    "time_zone": "time_zone",
    "publish": "publish",
    "opening_times": "opening_times",
    "parking_type": "parking_type",
    "help_phone": "help_phone",
}
_STATION = {
    "station": "identity",
    "key": "key",
    "in_service": "in_service",
    "ocpp": "ocpp",
    "assumed_ocpp": "assumed_ocpp",
    "answers_within_s": "answers_within_s",
    "security_profile": "security_profile",
    "basic_username": "basic_username",
    "certificate_name": "certificate_name",
    "shows_cost": "shows_cost",
    "fallback_a": "fallback_a",
    "fallback_purpose": "fallback_purpose",
}
_EVSE = {
    "evse": "number",
    "evse_uid": "uid",
    "evse_id": "evse_id",
    "physical_reference": "physical_reference",
    "capabilities": "capabilities",
    "meter_keys": "meter_keys",
}
_CONNECTOR = {
    "connector": "id",
    "standard": "standard",
    "format": "format",
    "power_type": "power_type",
    "max_voltage": "max_voltage",
    "max_amperage": "max_amperage",
    "max_electric_power": "max_electric_power",
    "tariff_ids": "tariff_ids",
}
_COLUMNS = _SITE | _STATION | _EVSE | _CONNECTOR


def nested(rows: Document) -> Document:
    """The same content as the TOML form nests it. Raises BrokenFile."""
    nesting = _Nesting(rows)
    for index, row in enumerate(rows.content["row"]):
        nesting.add(index, row)
    if nesting.flaws:
        raise BrokenFile(nesting.flaws)
    _split_lists(nesting.sites)
    _read_hours(nesting.sites)
    return Document(rows.file, {"sites": nesting.sites}, nesting.places)


def _split_lists(sites: list[dict[str, Any]]) -> None:
    """Once all rows have been compared as they were written."""
    for evse in (evse for site in sites for station in site["stations"] for evse in station["evses"]):
        for name in evse.keys() & {"capabilities", "meter_keys"}:
            evse[name] = evse[name].split()


def _read_hours(sites: list[dict[str, Any]]) -> None:
    for site in sites:
        if "opening_times" in site:
            site["opening_times"] = hours_in(site["opening_times"])


class _Nesting:
    def __init__(self, rows: Document) -> None:
        self.sites: list[dict[str, Any]] = []
        self.places: dict[Where, Place] = {}
        self.flaws: list[Flaw] = []
        self._rows = rows
        self._found: dict[tuple[Where, str], Where] = {}

    def add(self, index: int, row: dict[str, str]) -> None:
        for column in row.keys() - _COLUMNS.keys():
            self.flaws.append(self._rows.flaw(("row", index, column), f"{column}: is not known here"))
        at, site = self._grown(("sites",), self.sites, row.get("site_id", ""), index)
        self._tell(index, row, _SITE, at, site)
        at, station = self._grown(
            (*at, "stations"), site.setdefault("stations", []), row.get("station", ""), index
        )
        self._tell(index, row, _STATION, at, station)
        at, evse = self._grown((*at, "evses"), station.setdefault("evses", []), row.get("evse", ""), index)
        self._tell(index, row, _EVSE, at, evse)
        connectors = evse.setdefault("connectors", [])
        at, connector = self._grown((*at, "connectors"), connectors, f"row {index}", index)
        self._tell(index, row, _CONNECTOR, at, connector)
        connector["tariff_ids"] = row.get("tariff_ids", "").split()

    def _grown(
        self, into: Where, members: list[dict[str, Any]], name: str, index: int
    ) -> tuple[Where, dict[str, Any]]:
        """The member of that name, new or known, and its path."""
        where = self._found.get((into, name))
        if where is None:
            where = self._found[into, name] = (*into, len(members))
            self.places[where] = self._rows.place(("row", index))
            members.append({})
        return where, members[int(where[-1])]

    def _tell(
        self, index: int, row: dict[str, str], columns: dict[str, str], at: Where, target: dict[str, Any]
    ) -> None:
        for column, key in columns.items():
            if column not in row:
                continue
            self.places.setdefault((*at, key), self._rows.place(("row", index, column)))
            if target.setdefault(key, row[column]) != row[column]:
                self.flaws.append(
                    self._rows.flaw(("row", index, column), f"{column}: contradicts an earlier row")
                )
