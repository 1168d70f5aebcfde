"""Commands and charging profiles on their way to a CPO: the result will come to an address of the hub.

An asker's own address must lie where its registered endpoints lie: our token for it goes nowhere else, and
the hub calls no stranger because somebody asked for it. What the CPO does not accept has no result to come;
what ended in the dark may still have one.
Spec: 2.3.0 mod_commands, Flow, CommandResponse; mod_charging_profiles, Flow, ChargingProfileResponse.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from yarl import URL

from hub.callbacks.rewriting import redirected, response_url
from hub.callbacks.store import Callback, Callbacks, new_name
from hub.routing.relay import Leg, Relay
from ocpi.errors import InvalidParameters, NotSpeakable
from ocpi.partners.virtual import Pose
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call
from ocpi.versions import messages
from ocpi.wire import envelope, urls
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.times import parse
from schemas.translation.context import Context
from schemas.types import DisplayText
from schemas.v2_3_0.charging_profiles import ChargingProfileResponse
from schemas.v2_3_0.commands import CommandResponse
from schemas.v2_3_0.enums import (
    ChargingProfileResponseType,
    CommandResponseType,
    CommandType,
    VersionNumber,
)

UrlOf = Callable[[str, Side, VersionNumber, Pose | None], str]

UNANSWERED: Final = timedelta(minutes=5)
"""How long a result may come where the first answer did not, or did not say."""
SLACK: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=31)


class Promises:
    """`url_of` tells the addresses of the hub."""

    def __init__(self, *, relay: Relay, callbacks: Callbacks, url_of: UrlOf, clock: Clock) -> None:
        self._relay = relay
        self._callbacks = callbacks
        self._url_of = url_of
        self._clock = clock

    async def pass_on(self, call: Call, party: PartyId, to: PartyId) -> Answer:
        """Raises InvalidParameters for an address that is not the asker's own, and as `Relay`."""
        url = response_url(call)
        _check_own(url, call)
        leg = self._relay.leg(call, party, to)
        name = new_name()
        await self._callbacks.open(name, _callback(call, leg, url), self._clock.now() + UNANSWERED)
        sent = redirected(call, self._address(call, leg, name))
        try:
            answer = await self._relay.pass_on(sent, self._relay.leg(sent, party, to))
        except NotSpeakable as error:
            await self._callbacks.close(name)
            return _not_supported(call, leg, error.text)
        await self._settle(name, call, answer)
        return answer

    def _address(self, call: Call, leg: Leg, name: str) -> str:
        """For the CPO, in its version, and where we pose as somebody to it if we do."""
        command = call.rest if call.module == "commands" else ()
        module = self._url_of(call.module, Side.SENDER, leg.connection.version, leg.partner.pose)
        return str(urls.join(module, *command, name))

    async def _settle(self, name: str, call: Call, answer: Answer) -> None:
        said = envelope.decoded(envelope.read(answer.relayed or b"").data)
        if isinstance(said, dict) and said.get("result") == CommandResponseType.ACCEPTED:
            await self._callbacks.prolong(name, self._ends(call, said.get("timeout")))
        else:
            await self._callbacks.close(name)

    def _ends(self, call: Call, timeout: Any) -> datetime:
        """When no result is to be expected any more; a reservation may be cancelled until it ends."""
        now = self._clock.now()
        wait = timedelta(seconds=min(timeout, LONGEST.total_seconds())) if _is_count(timeout) else UNANSWERED
        reserved = _expiry(call) if _is_reservation(call) else None
        return max(now + wait, min(reserved or now, now + LONGEST)) + SLACK


def _check_own(url: URL, call: Call) -> None:
    connection = call.admitted.partner.connection
    if connection is None or not connection.reaches(url):
        text = "a result goes to the platform that asked: this is not where its endpoints are"
        raise InvalidParameters(text, pointer="/response_url")


def _callback(call: Call, leg: Leg, url: URL) -> Callback:
    reservation_id = call.json_object().get("reservation_id") if _is_reservation(call) else None
    return Callback(
        module=call.module,
        result=call.path["command"] if call.module == "commands" else call.method,
        asker=call.admitted.partner.name,
        emsp=leg.sender,
        url=str(url),
        bearer=leg.partner.name,
        cpo=leg.to,
        reservation_id=None if reservation_id is None else str(reservation_id),
    )


def _is_reservation(call: Call) -> bool:
    return call.path.get("command") == CommandType.RESERVE_NOW


def _expiry(call: Call) -> datetime | None:
    try:
        return parse(call.json_object()["expiry_date"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _is_count(timeout: Any) -> bool:
    return isinstance(timeout, int) and timeout >= 0


def _not_supported(call: Call, leg: Leg, reason: str) -> Answer:
    kind, response = _refusal(call, reason)
    context = Context(owner=leg.to, policy=call.admitted.partner.translation)
    data = messages.down(kind, response, call.version, context)
    return Answer(data, message=reason, routing=Routing(to=leg.sender, sender=leg.to))


def _refusal(call: Call, reason: str) -> tuple[type[OcpiModel], OcpiModel]:
    if call.module != "commands":
        refused = ChargingProfileResponse(result=ChargingProfileResponseType.NOT_SUPPORTED, timeout=0)
        return ChargingProfileResponse, refused
    told = DisplayText(language="en", text=reason)
    return CommandResponse, CommandResponse(
        result=CommandResponseType.NOT_SUPPORTED, timeout=0, message=(told,)
    )
