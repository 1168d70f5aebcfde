"""The ports that stations connect to, as the settings have them."""

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from cpo_adapter.settings import CpoSettings
from ocpi.process.run import Site
from ocpi.process.settings import variable

PLAIN: Final = "stations"
ENCRYPTED: Final = "stations_tls"


def station_sites(settings: CpoSettings) -> Iterator[Site]:
    """Nothing answers there yet."""
    if settings.stations_plain:
        yield _site(settings, PLAIN, "stations_port")
    if settings.stations_tls_certificates:
        yield _site(settings, ENCRYPTED, "stations_tls_port")


def _site(settings: CpoSettings, name: str, port: str) -> Site:
    return Site(
        name=name,
        app=web.Application(),
        host=settings.stations_host,
        port=getattr(settings, port),
        setting=variable(CpoSettings, port),
    )
