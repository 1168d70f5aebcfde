"""Commands and charging profiles that an eMSP asks of our CPO adapter, and what it hears back.

Every test takes an EVSE of its own, so that all can share one station.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final

from ocpi.process.clock import SystemClock
from ocpi.wire.interfaces import Side
from simulators.charge import Charge, PowerProfile
from simulators.partner import Heard, Request
from tests.conformance.charging import Charging
from tests.conformance.issuers import Issuer
from tests.conformance.sites import IDENTITY, site
from tests.conformance.versions import V1
from tests.conformance.wire import Json
from tests.fakes.eventually import eventually

PLACE: Final = "GARE"
ABLE: Final = (
    "RFID_READER REMOTE_START_STOP_CAPABLE UNLOCK_CAPABLE RESERVABLE CHARGING_PROFILE_CAPABLE"
    " CHARGING_PREFERENCES_CAPABLE"
)
EVSES: Final = 44
SITES: Final = site(PLACE, IDENTITY, *[["AC", "GREEN"]] * EVSES, capabilities=ABLE) + site(
    "PICKY", "CP-2", ["AC"], capabilities=f"{ABLE} START_SESSION_CONNECTOR_REQUIRED"
)
GREEN: Final = """
[[tariffs]]
id = "GREEN"
type = "PROFILE_GREEN"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.20, vat = 20, step_size = 1 }] }]
"""
A_WHILE: Final = Charge(
    uid="",
    profile=PowerProfile.constant(power_w=21_600, duration_s=15),
    duration_s=15,
    sample_every_s=1,
    speed=1,
)
"""In real time, so that what is told of it lies between orders; most tests end it sooner."""


@dataclass(frozen=True, slots=True)
class Ordering:
    charging: Charging
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def by(self, version: str) -> "Orders":
        return Orders(self.charging, self.charging.issuers[version], next(self.numbers))


@dataclass(frozen=True, slots=True)
class Orders:
    """Of one issuer, at an EVSE that nobody else has."""

    charging: Charging
    issuer: Issuer
    number: int

    @property
    def at(self) -> Json:
        return {"location_id": PLACE, "evse_uid": f"{IDENTITY}-{self.number}"}

    def app(self, **changes: Any) -> Json:
        """A token of the issuer's that it never told; 2.1.1 knows no apps."""
        uid = f"APP-{secrets.token_hex(6)}".upper()
        kind = "OTHER" if self.issuer.far.version == V1 else "APP_USER"
        return self.issuer.token(uid, **{"type": kind, "whitelist": "NEVER", **changes})

    def card(self) -> Json:
        return self.issuer.token(f"05{secrets.token_hex(6).upper()}", whitelist="NEVER")

    def url(self, module: str = "commands") -> str:
        """An address that nobody can guess, with what a careless client would lose."""
        base = self.issuer.far.partner.url_of(module, Side.SENDER)
        return f"{base}/{secrets.token_hex(8)}?for=a%2Fb&x=1"

    async def order(self, command: str, **told: Any) -> tuple[Heard, str]:
        """The answer, and the address that the result will come to."""
        url = self.url()
        body = {"response_url": url, **told}
        return await self.issuer.far.receiver("POST", "commands", command, body=body), url

    async def ordered(self, command: str, **told: Any) -> str:
        """Order it, have it accepted, and wait: what became of it."""
        heard, url = await self.order(command, **told)
        assert (heard.http, heard.status, heard.data["result"]) == (200, 1000, "ACCEPTED"), heard.body
        return str((await self.result(url)).json()["result"])

    async def result(self, url: str, module: str = "commands") -> Request:
        """The one that comes to an address."""
        await eventually(lambda: self.results(url, module))
        (only,) = self.results(url, module)
        return only

    def results(self, url: str, module: str = "commands") -> list[Request]:
        name = url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]
        heard = self.issuer.far.partner.heard(module, "POST")
        return [each for each in heard if each.path == name]

    async def started(self, token: Json, **more: Any) -> str:
        """The id of a session that runs."""
        assert await self.ordered("START_SESSION", token=token, **self.at, **more) == "ACCEPTED"
        return str((await self.session("ACTIVE"))["id"])

    async def session(self, status: str) -> Json:
        """The newest at this EVSE, once it has that status."""
        await eventually(lambda: self.newest().get("status") == status)
        return self.newest()

    async def stopped(self, session_id: str) -> Json:
        """The bill."""
        assert await self.ordered("STOP_SESSION", session_id=session_id) == "ACCEPTED"
        await eventually(lambda: self._bill(session_id))
        return self._bill(session_id)

    def asked(self, token: Json) -> list[Request]:
        """Real-time authorizations of that token."""
        heard = self.issuer.far.partner.heard("tokens", "POST")
        return [each for each in heard if each.path.startswith(token["uid"])]

    def shown(self) -> str | None:
        """The status of the EVSE as its issuer was told last."""
        puts = [put.json() for put in self.issuer.far.partner.heard("locations", "PUT")]
        told = [evse for place in puts for evse in place["evses"] if evse["uid"] == self.at["evse_uid"]]
        return told[-1]["status"] if told else None

    def newest(self) -> Json:
        """Of the sessions at this EVSE."""
        puts = [put.json() for put in self.issuer.far.partner.heard("sessions", "PUT")]
        mine = [each for each in puts if _evse_uid(each) == self.at["evse_uid"]]
        return mine[-1] if mine else {}

    def _bill(self, session_id: str) -> Json:
        """In 2.1.1 nothing but its id, which with us is the session's."""
        posts = [post.json() for post in self.issuer.far.partner.heard("cdrs", "POST")]
        return next((each for each in posts if session_id in (each["id"], each.get("session_id"))), {})


def later(**time: float) -> str:
    return (SystemClock().now() + timedelta(**time)).isoformat(timespec="seconds").replace("+00:00", "Z")


def _evse_uid(session: Json) -> Any:
    return session["location"]["evses"][0]["uid"] if "location" in session else session["evse_uid"]
