"""The files that operators would write: the CPO's stations and tariffs, the eMSP's cards."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from passerelle.demo.scenario import Card, Scenario

_SITE: Final = """
[[sites]]
id = "DEMO"
name = "Passerelle demo park"
address = "1 quai de la Demonstration"
city = "Paris"
postal_code = "75001"
country = "FRA"
latitude = "48.856600"
longitude = "2.352200"
time_zone = "Europe/Paris"
"""

_STATION: Final = """
[[sites.stations]]
identity = "{identity}"
key = "{key}"

[[sites.stations.evses]]
number = 1
evse_id = "FR*CPO*E{identity_plain}1"
connectors = [{{ standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230,\
 max_amperage = 32, max_electric_power = 22000, tariff_ids = ["AC"] }}]

[[sites.stations.evses]]
number = 2
evse_id = "FR*CPO*E{identity_plain}2"
connectors = [{{ standard = "IEC_62196_T2_COMBO", format = "CABLE", power_type = "DC", max_voltage = 920,\
 max_amperage = 500, max_electric_power = 150000, tariff_ids = ["DC"] }}]
"""

_TARIFFS: Final = """
[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [
  { type = "FLAT", price = "0.50", vat = "20", step_size = 1 },
  { type = "ENERGY", price = "0.39", vat = "20", step_size = 1 },
  { type = "PARKING_TIME", price = "2.40", vat = "20", step_size = 60 },
] }]

[[tariffs]]
id = "DC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [
  { type = "ENERGY", price = "0.59", vat = "20", step_size = 1 },
  { type = "TIME", price = "3.00", vat = "20", step_size = 60 },
] }]
"""


def write_files(folder: Path, scenario: Scenario, keys: Mapping[str, str]) -> dict[str, Path]:
    """By the setting that names each."""
    return {
        "CPO_INVENTORY": _write(folder / "stations.toml", _inventory(keys)),
        "CPO_TARIFFS": _write(folder / "tariffs.toml", _TARIFFS),
        "EMSP_CARDS": _cards(folder / "cards.csv", scenario.cards),
    }


def _inventory(keys: Mapping[str, str]) -> str:
    stations = (
        _STATION.format(identity=identity, identity_plain=identity.replace("-", ""), key=key)
        for identity, key in keys.items()
    )
    return _SITE + "".join(stations)


def _cards(file: Path, cards: tuple[Card, ...]) -> Path:
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("uid", "contract_id", "visual_number", "valid", "whitelist"))
        rows.writerows(
            (card.uid, card.contract_id, card.visual_number, str(card.valid).lower(), "NEVER")
            for card in cards
        )
    return file


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file
