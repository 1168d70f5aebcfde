"""Telling partners what they wait for: results at the addresses that they named, profiles at their own.

A credentials token goes to the origin of the partner's own endpoints and nowhere else, so an order that names
an address elsewhere is refused before anything is done.
Spec: 2.3.0 mod_commands, Sender Interface, POST method; mod_charging_profiles, Sender Interface.
"""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Final

from cpo_adapter.commands.model import ReplyTo
from ocpi.client import charging_profiles, results
from ocpi.client.line import Line
from ocpi.client.lines import Lines
from ocpi.errors import InvalidParameters, NotSpeakable, UnknownReceiver, Unreachable, Unreadable
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.server.call import Call
from ocpi.wire import urls
from ocpi.wire.headers import Routing
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.charging_profiles import ActiveChargingProfile

WITHIN: Final = timedelta(seconds=10)


def reply_to(call: Call, party: PartyId, url: str) -> ReplyTo:
    """Raises InvalidParameters for an address that results cannot go to."""
    partner = call.admitted.partner
    try:
        is_theirs = partner.connection is not None and partner.connection.reaches(urls.callable_url(url))
    except urls.UnusableUrl as error:
        raise InvalidParameters(str(error), "/response_url") from error
    if not is_theirs:
        raise InvalidParameters("is not below the origin of your endpoints", "/response_url")
    return ReplyTo(url, partner.name, party, call.ids.correlation_id)


class Callbacks:
    """Speaks as `own`. Whatever goes wrong is a DeliveryError."""

    def __init__(self, *, own: PartyId, directory: Directory, lines: Lines, clock: Clock) -> None:
        self._own = own
        self._context = Context(owner=own)
        self._directory = directory
        self._lines = lines
        self._clock = clock

    async def tell(self, reply: ReplyTo, result: results.Result) -> None:
        await _told(results.post(self._line(reply), reply.url, result, self._context))

    async def tell_profile(self, reply: ReplyTo, session_id: str, profile: ActiveChargingProfile) -> None:
        """To the party that set a profile: what limits the session now."""
        await _told(charging_profiles.tell_active(self._line(reply), session_id, profile, self._context))

    def _line(self, reply: ReplyTo) -> Line:
        partner = self._directory.partner(reply.partner)
        if partner is None or not partner.is_active:
            raise Unreachable(f"{reply.partner} is not connected")
        routing = Routing(to=reply.party, sender=self._own)
        return self._lines.to(partner, routing, self._clock.now() + WITHIN)


async def _told(telling: Awaitable[None]) -> None:
    """Who takes it and answers nothing readable has heard it all the same."""
    try:
        await telling
    except Unreadable:
        return
    except NotSpeakable as error:
        raise UnknownReceiver(error.text) from error
