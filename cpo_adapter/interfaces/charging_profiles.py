"""Charging profiles, as a CPO receives them: answered at once, with a promise that the rest follows.

Spec: 2.3.0 mod_charging_profiles, Receiver Interface (GET and DELETE name the address of the result in the
query).
"""

from collections.abc import Awaitable
from typing import Final

from cpo_adapter.commands.callbacks import reply_to
from cpo_adapter.commands.model import TIMEOUT_S, Declined, Order
from cpo_adapter.smart_charging.profiles import Profiles
from ocpi.errors import InvalidParameters
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.v2_3_0.charging_profiles import ChargingProfileResponse, SetChargingProfile
from schemas.v2_3_0.enums import ChargingProfileResponseType, VersionNumber

_PATH: Final = "/{session_id}"
_LONGEST_DIGITS: Final = 9
"""Thirty years of seconds."""


class ProfilesReceiver:
    def __init__(self, *, profiles: Profiles, checks: PartyChecks, clock: Clock) -> None:
        self._profiles = profiles
        self._checks = checks
        self._clock = clock

    def interface(self) -> Interface:
        routes = (
            Route("PUT", _PATH, self._set, asks=SetChargingProfile, answers=ChargingProfileResponse),
            Route("GET", _PATH, self._show, answers=ChargingProfileResponse),
            Route("DELETE", _PATH, self._clear, answers=ChargingProfileResponse),
        )
        return Interface("chargingprofiles", Side.RECEIVER, routes, since=VersionNumber.V2_2_1)

    async def _set(self, call: Call) -> Answer:
        wanted = SetChargingProfile.model_validate(call.json_object())
        order = self._order(call, wanted.response_url)
        return await _answered(self._profiles.set(order, call.path["session_id"], wanted))

    async def _show(self, call: Call) -> Answer:
        order, duration_s = (
            self._order(call, _asked(call, "response_url")),
            _seconds(_asked(call, "duration")),
        )
        return await _answered(self._profiles.show(order, call.path["session_id"], duration_s))

    async def _clear(self, call: Call) -> Answer:
        order = self._order(call, _asked(call, "response_url"))
        return await _answered(self._profiles.clear(order, call.path["session_id"]))

    def _order(self, call: Call, response_url: str) -> Order:
        return Order(reply_to(call, self._checks.sender(call), response_url), self._clock.now())


async def _answered(accepting: Awaitable[None]) -> Answer:
    try:
        await accepting
    except Declined as no:
        return _answer(ChargingProfileResponseType(no.why.value), str(no))
    return _answer(ChargingProfileResponseType.ACCEPTED, timeout=TIMEOUT_S)


def _answer(result: ChargingProfileResponseType, text: str | None = None, *, timeout: int = 0) -> Answer:
    response = ChargingProfileResponse(result=result, timeout=timeout)
    return Answer(codec.dump(response), message=text)


def _asked(call: Call, parameter: str) -> str:
    if parameter not in call.query:
        raise InvalidParameters(f"the query parameter {parameter} is missing")
    return call.query[parameter]


def _seconds(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= _LONGEST_DIGITS and int(written)):
        raise InvalidParameters("duration is a number of seconds above 0")
    return int(written)
