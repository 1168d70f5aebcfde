"""A party of some version before one of our platforms: what it pushes, asks and is shown."""

from dataclasses import dataclass
from typing import Any

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner


@dataclass(frozen=True, slots=True)
class FarSide:
    """`partner` with its one `party`, registered with the platform of party `host`."""

    partner: SimulatedPartner
    party: PartyId
    host: PartyId

    @property
    def version(self) -> str:
        return self.partner.version

    async def push(self, method: str, module: str, *path: str, body: Any = None, **query: str) -> Heard:
        """To the receiver side, below the address of the party's own objects."""
        return await self.receiver(method, module, *self._own(), *path, body=body, **query)

    async def bill(self, cdr: Any) -> Heard:
        return await self.receiver("POST", "cdrs", body=cdr)

    async def shown(self, module: str, *path: str, **query: str) -> Any:
        """What the platform keeps of what was pushed to it."""
        heard = await self.push("GET", module, *path, **query)
        assert heard.is_success, heard.body
        return heard.data

    async def listed(self, module: str, **query: str) -> Any:
        """The first page of what the platform sends to this party."""
        heard = await self.sender("GET", module, **query)
        assert heard.is_success, heard.body
        return heard.data

    async def receiver(self, method: str, module: str, *path: str, body: Any = None, **query: str) -> Heard:
        return await self._call(method, module, Side.RECEIVER, *path, body=body, **query)

    async def sender(self, method: str, module: str, *path: str, body: Any = None, **query: str) -> Heard:
        return await self._call(method, module, Side.SENDER, *path, body=body, **query)

    async def follow(self, url: str) -> Heard:
        """A GET of an address that the platform told."""
        token = self.partner.their_token
        assert token is not None
        return await self.partner.send("GET", url, token, routing=self.routing)

    @property
    def routing(self) -> Routing:
        return Routing(to=self.host, sender=self.party)

    def _own(self) -> tuple[str, str]:
        return self.party.country_code, self.party.party_id

    async def _call(
        self, method: str, module: str, side: Side, *path: str, body: Any = None, **query: str
    ) -> Heard:
        return await self.partner.call(
            method, module, side, *path, routing=self.routing, body=body, query=query or None
        )
