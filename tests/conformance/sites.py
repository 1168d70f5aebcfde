"""What an operator of stations writes down: sites with a station each, and tariffs."""

from collections.abc import Sequence
from typing import Final

KEY: Final = "00112233445566778899aabbccddeeff"
IDENTITY: Final = "CP-1"
_SITE: Final = """
[[sites]]
id = "{id}"
publish = {publish}
address = "1 place de la Gare"
city = "Paris"
postal_code = "75010"
country = "FRA"
latitude = "48.856600"
longitude = "2.352200"
time_zone = "Europe/Paris"

[[sites.stations]]
identity = "{station}"
key = "{key}"
"""
_EVSE: Final = """
[[sites.stations.evses]]
number = {number}
{more}
connectors = [{{ standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230,\
 max_amperage = 32, tariff_ids = [{tariffs}] }}]
"""
TARIFFS: Final = """
[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }] }]
"""


def site(
    site_id: str, station: str, *tariffs: Sequence[str], publish: bool = True, capabilities: str = ""
) -> str:
    """With one station, and an EVSE on it for each list of tariffs, numbered from 1.

    `capabilities` with blanks between them; without, the EVSEs have the usual ones.
    """
    able = f"capabilities = {capabilities.split()}" if capabilities else ""
    first = _SITE.format(id=site_id, publish=str(publish).lower(), station=station, key=KEY)
    evses = (
        _EVSE.format(number=number, more=able, tariffs=", ".join(f'"{each}"' for each in named))
        for number, named in enumerate(tariffs, start=1)
    )
    return first + "".join(evses)
