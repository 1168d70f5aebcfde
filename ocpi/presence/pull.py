"""The list of a hub's clients, read when the hub is new here: what it told before is not told again.

Spec: 2.3.0 mod_hub_client_info, GET method of the Sender Interface; without routing headers (case C-060).
"""

from dataclasses import dataclass

from ocpi.client.hub_client_info import every
from ocpi.client.lines import Lines
from ocpi.errors import OcpiError
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.presence.interface import MODULE
from ocpi.presence.store import Client, Presences
from ocpi.process.logs import logger
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.hub_client_info import ClientInfo

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Pulled:
    """`bad` were no ClientInfo."""

    seen: int = 0
    bad: int = 0


class PresencePull:
    def __init__(self, *, directory: Directory, presences: Presences, lines: Lines) -> None:
        self._directory = directory
        self._presences = presences
        self._lines = lines

    async def everybody(self) -> dict[str, Pulled | str]:
        """Of each hub what was read, or what kept it from being read."""
        return {
            partner.name: await self.attempt(partner)
            for partner in self._directory.active_partners()
            if partner.hub_party is not None
        }

    async def attempt(self, partner: Partner) -> Pulled | str:
        """A hub that cannot tell now, or has no such module, keeps nothing else from going on."""
        try:
            pulled = await self._one(partner)
        except OcpiError as error:
            log.warning("clients of a hub could not be read", hub=partner.name, error=error.text)
            return error.text
        log.info("clients of a hub read", hub=partner.name, seen=pulled.seen, bad=pulled.bad)
        return pulled

    async def _one(self, partner: Partner) -> Pulled:
        """Raises OcpiError."""
        connection, hub = partner.connection, partner.hub_party
        if connection is None or hub is None or connection.endpoint(MODULE, Side.SENDER) is None:
            return Pulled()
        result = Pulled()
        async for page in every(self._lines.to(partner), Context(owner=hub)):
            kept = [await self._keep(hub, each.model) for each in page.found]
            bad = len(page.bad) + kept.count(False)
            result = Pulled(result.seen + len(page.bad) + len(kept), result.bad + bad)
        return result

    async def _keep(self, hub: PartyId, info: ClientInfo) -> bool:
        try:
            client = Client.of(hub, info)
        except ValueError as error:
            log.warning("a client of a hub was not taken", hub=str(hub), error=str(error))
            return False
        await self._presences.keep(client)
        return True
