"""What is known of a country without asking: its only time zone, and its highest rate of value added tax.

Only countries with one clock are listed with a zone. Rates are the standard ones in force in 2025 or a
higher one of the two years before; a rate above it is no rate of that country. Source: IANA tz database;
European Commission, VAT rates.
"""

from typing import Final, NamedTuple

from ocpi.pricing.units import RATE_UNITS


class Country(NamedTuple):
    """`zone` is None where clocks differ; `highest_vat` is in rate units, None where nobody told."""

    zone: str | None
    highest_vat: int | None


def _percent(tenths: int) -> int:
    return tenths * RATE_UNITS // 10


def _country(zone: str | None, tenths: int | None = None) -> Country:
    return Country(zone, None if tenths is None else _percent(tenths))


_BY_ALPHA_3: Final = {
    "AUT": _country("Europe/Vienna", 200),
    "BEL": _country("Europe/Brussels", 210),
    "BGR": _country("Europe/Sofia", 200),
    "CHE": _country("Europe/Zurich", 81),
    "CYP": _country("Asia/Nicosia", 190),
    "CZE": _country("Europe/Prague", 210),
    "DEU": _country("Europe/Berlin", 190),
    "DNK": _country("Europe/Copenhagen", 250),
    "ESP": _country(None, 210),
    "EST": _country("Europe/Tallinn", 240),
    "FIN": _country("Europe/Helsinki", 255),
    "FRA": _country("Europe/Paris", 200),
    "GBR": _country("Europe/London", 200),
    "GRC": _country("Europe/Athens", 240),
    "HRV": _country("Europe/Zagreb", 250),
    "HUN": _country("Europe/Budapest", 270),
    "IRL": _country("Europe/Dublin", 230),
    "ISL": _country("Atlantic/Reykjavik", 240),
    "ISR": _country("Asia/Jerusalem", 180),
    "ITA": _country("Europe/Rome", 220),
    "JPN": _country("Asia/Tokyo", 100),
    "LIE": _country("Europe/Vaduz", 81),
    "LTU": _country("Europe/Vilnius", 210),
    "LUX": _country("Europe/Luxembourg", 170),
    "LVA": _country("Europe/Riga", 210),
    "MCO": _country("Europe/Monaco", 200),
    "MLT": _country("Europe/Malta", 180),
    "NLD": _country("Europe/Amsterdam", 210),
    "NOR": _country("Europe/Oslo", 250),
    "POL": _country("Europe/Warsaw", 230),
    "PRT": _country(None, 230),
    "ROU": _country("Europe/Bucharest", 210),
    "SGP": _country("Asia/Singapore", 90),
    "SRB": _country("Europe/Belgrade", 200),
    "SVK": _country("Europe/Bratislava", 230),
    "SVN": _country("Europe/Ljubljana", 220),
    "SWE": _country("Europe/Stockholm", 250),
    "TUR": _country("Europe/Istanbul", 200),
}
_ALPHA_2: Final = {
    "AT": "AUT", "BE": "BEL", "BG": "BGR", "CH": "CHE", "CY": "CYP", "CZ": "CZE", "DE": "DEU", "DK": "DNK",
    "ES": "ESP", "EE": "EST", "FI": "FIN", "FR": "FRA", "GB": "GBR", "GR": "GRC", "HR": "HRV", "HU": "HUN",
    "IE": "IRL", "IS": "ISL", "IL": "ISR", "IT": "ITA", "JP": "JPN", "LI": "LIE", "LT": "LTU", "LU": "LUX",
    "LV": "LVA", "MC": "MCO", "MT": "MLT", "NL": "NLD", "NO": "NOR", "PL": "POL", "PT": "PRT", "RO": "ROU",
    "SG": "SGP", "RS": "SRB", "SK": "SVK", "SI": "SVN", "SE": "SWE", "TR": "TUR",
}  # fmt: skip


def country(code: str) -> Country | None:
    """By alpha-3 as the specification wants it, or by alpha-2 as many CDRs have it."""
    return _BY_ALPHA_3.get(_ALPHA_2.get(code, code))
