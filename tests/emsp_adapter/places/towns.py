"""Locations at places of their own: every test has a town that nobody else builds in."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.base import OcpiModel
from tests.build import evse, location, tariff
from tests.emsp_adapter.apps.counter import Counter, Heard, Holder
from tests.platforms import CPO, EMSP

_numbers = itertools.count(1)
_ROUTING = Routing(to=EMSP, sender=CPO)
METRE = 1 / 111_320
"""In degrees of latitude."""


def coordinates(latitude: float, longitude: float) -> dict[str, str]:
    return {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}


@dataclass(slots=True)
class Town:
    """Names begin with the number of the town."""

    counter: Counter
    holder: Holder
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def middle(self) -> tuple[float, float]:
        return -60.0 + self.number, -100.0 + self.number

    def id(self, name: str) -> str:
        return f"{self.number}-{name}"

    async def builds(self, name: str, north_m: float = 0, east_m: float = 0, **changes: Any) -> None:
        """A location so far from the middle, pushed by its CPO."""
        latitude = self.middle[0] + north_m * METRE
        at = coordinates(latitude, self.middle[1] + east_m * METRE)
        await self.push(
            name, location(**{"id": self.id(name), "coordinates": at, "evses": [evse()], **changes})
        )

    async def push(self, name: str, body: Any, *part: str, method: str = "PUT") -> None:
        path = (CPO.country_code, CPO.party_id, self.id(name), *part)
        await self._told("locations", method, path, body)

    async def prices(self, name: str, **changes: Any) -> None:
        path = (CPO.country_code, CPO.party_id, self.id(name))
        await self._told("tariffs", "PUT", path, tariff(**{"id": self.id(name), **changes}))

    async def _told(self, module: str, method: str, path: tuple[str, ...], body: Any) -> None:
        sent = codec.dump(body) if isinstance(body, OcpiModel) else body
        heard = await self.counter.cpo.call(method, module, Side.RECEIVER, *path, routing=_ROUTING, body=sent)
        assert heard.is_success, heard.body

    async def near(self, **query: Any) -> Heard:
        latitude, longitude = self.middle
        point = {"latitude": str(latitude), "longitude": str(longitude)}
        return await self.holder.get("/locations/near", **{**point, **query})

    async def found(self, **query: Any) -> list[str]:
        """Names, in the order in which they are told."""
        heard = await self.near(**query)
        assert heard.http == 200, heard.raw
        return [self.name(each) for each in heard.body["locations"]]

    def name(self, told: Any) -> str:
        return str(told["id"]).removeprefix(f"{self.number}-")
