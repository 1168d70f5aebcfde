"""Handshakes of a hub with a partner that plays a CPO, as tests of both sides need them."""

from typing import Any

from ocpi.partners.model import Connection, Partner
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from simulators.partner import Heard, SimulatedPartner
from tests.platforms import CPO, HUB, Running, operate


async def register(hub: Running, partner: SimulatedPartner, **changes: Any) -> Any:
    """The operator's command, with a TOKEN_A that the partner has just made."""
    wanted = {
        "name": "the-cpo",
        "roles": ["CPO"],
        "versions_url": partner.versions_url,
        "token": partner.invite().reveal(),
    }
    return await operate(hub, "/partners", {**wanted, **changes})


def known(hub: Running, name: str = "the-cpo") -> Partner | None:
    return hub.foundation.directory.partner(name)


async def pull(partner: SimulatedPartner, token: str | None = None) -> Heard:
    """Any functional request; it says nothing but who is let in."""
    shown = partner.their_token if token is None else CredentialsToken(token)
    assert shown is not None
    url = partner.endpoints["tokens", "SENDER"]
    return await partner.send("GET", url, shown, routing=Routing(to=HUB, sender=CPO))


def connection(hub: Running, name: str = "the-cpo") -> Connection:
    partner = known(hub, name)
    assert partner is not None
    assert partner.connection is not None
    return partner.connection
