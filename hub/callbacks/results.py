"""The result of a request, on its way back from the CPO to whoever asked.

It comes bare, or in an envelope by habit of some, and goes on bare, in the version of the asker. Whatever is
wrong about it (an unknown address, one that has ended, somebody else's) is refused in the same words.
Spec: 2.3.0 mod_commands, POST method (Sender Interface); mod_charging_profiles, POST method.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from yarl import URL

from hub.callbacks.store import Callback, Callbacks
from hub.routing.relay import Leg, Relay
from hub.routing.retelling import retold
from hub.routing.vocabulary import Kind
from ocpi.errors import UnknownObject, Unreachable
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call
from ocpi.wire import envelope
from ocpi.wire.quirks import Quirk
from ocpi.wire.results import unwrapped
from ocpi.wire.status import is_success
from schemas.v2_3_0 import charging_profiles as profiles
from schemas.v2_3_0.commands import CommandResult
from schemas.v2_3_0.enums import CommandResultType, CommandType

_OF_PROFILES: Final[Mapping[str, Kind]] = {
    "GET": profiles.ActiveChargingProfileResult,
    "PUT": profiles.ChargingProfileResult,
    "DELETE": profiles.ClearProfileResult,
}


class Results:
    def __init__(self, *, relay: Relay, callbacks: Callbacks, directory: Directory, clock: Clock) -> None:
        self._relay = relay
        self._callbacks = callbacks
        self._directory = directory
        self._clock = clock

    async def bring(self, call: Call) -> Answer:
        """Raises UnknownObject, Unreachable, TimedOut."""
        name, (body, value) = call.rest[-1], _bare(call)
        callback = await self._callbacks.find(name)
        if callback is None or not _is_expected(callback, call, value):
            raise UnknownObject("no result is expected at this address")
        leg = self._leg(callback)
        answer = await self._relay.tell(call, leg, self._told(callback, call, leg, body, value))
        if answer.http < HTTPStatus.BAD_REQUEST and is_success(answer.status_code):
            await self._close(name, callback, value)
        return answer

    def _leg(self, callback: Callback) -> Leg:
        """To the very address that the asker named, as long as its platform is still there."""
        partner, url = self._directory.partner(callback.asker), URL(callback.url)
        if partner is None or not partner.is_active or partner.connection is None:
            raise Unreachable(f"{callback.emsp} is not connected any more")
        if not partner.connection.reaches(url):
            raise Unreachable(f"{callback.emsp} has moved to another address")
        return Leg(callback.cpo, callback.emsp, partner, partner.connection, url, is_verbatim=True)

    def _told(self, callback: Callback, call: Call, leg: Leg, body: bytes, value: Mapping[str, Any]) -> bytes:
        crossing = leg.there(call, callback.cpo)
        result = retold(_kind(callback), body, value, crossing) if crossing.is_needed else body
        if Quirk.ENVELOPED_RESULTS in leg.connection.quirks:
            return envelope.write(self._clock.now(), data=result)
        return result

    async def _close(self, name: str, callback: Callback, value: Mapping[str, Any]) -> None:
        """A reservation that was accepted may be cancelled by the CPO, at the same address."""
        is_reserved = value.get("result") == CommandResultType.ACCEPTED
        if callback.result == CommandType.RESERVE_NOW and is_reserved:
            await self._callbacks.keep(name)
        else:
            await self._callbacks.close(name)


def _bare(call: Call) -> tuple[bytes, Mapping[str, Any]]:
    """The result itself, as bytes and decoded."""
    value = call.json_object()
    result = unwrapped(value)
    return (call.body, value) if result is value else (envelope.read(call.body).data or b"", result)


def _is_expected(callback: Callback, call: Call, value: Mapping[str, Any]) -> bool:
    is_the_bearer = callback.bearer == call.admitted.partner.name
    names_the_parties = call.routing.sender in (None, callback.cpo) and call.routing.to in (
        None,
        callback.emsp,
    )
    is_the_place = callback.module == call.module and call.path.get("command") in (None, callback.result)
    may_follow = not callback.is_kept or value.get("result") == CommandResultType.CANCELED_RESERVATION
    return is_the_bearer and names_the_parties and is_the_place and may_follow


def _kind(callback: Callback) -> Kind:
    return CommandResult if callback.module == "commands" else _OF_PROFILES[callback.result]
