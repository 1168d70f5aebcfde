"""Commands, as a CPO receives them: answered at once, with a promise that the rest follows.

A place that we do not have is a status of its own, and the answer says REJECTED beside it.
Spec: 2.3.0 mod_commands, Receiver Interface; status_codes, 2003; 2.1.1 mod_commands (no CANCEL_RESERVATION).
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from cpo_adapter.commands.callbacks import reply_to
from cpo_adapter.commands.control import Control
from cpo_adapter.commands.model import TIMEOUT_S, Declined, Order
from cpo_adapter.commands.outcomes import words
from cpo_adapter.commands.reserving import Reserving
from ocpi.errors import UnknownLocation
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.wire.interfaces import Side
from ocpi.wire.status import SUCCESS
from schemas import codec
from schemas.v2_3_0.commands import (
    CancelReservation,
    CommandResponse,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from schemas.v2_3_0.enums import CommandResponseType, VersionNumber

_Command = TypeVar("_Command", StartSession, StopSession, UnlockConnector, ReserveNow, CancelReservation)
_FIRST: Final = VersionNumber.V2_1_1


class CommandsReceiver:
    def __init__(self, *, control: Control, reserving: Reserving, checks: PartyChecks, clock: Clock) -> None:
        self._control = control
        self._reserving = reserving
        self._checks = checks
        self._clock = clock

    def interface(self) -> Interface:
        routes = (
            self._route("START_SESSION", StartSession, self._control.start),
            self._route("STOP_SESSION", StopSession, self._control.stop),
            self._route("UNLOCK_CONNECTOR", UnlockConnector, self._control.unlock),
            self._route("RESERVE_NOW", ReserveNow, self._reserving.reserve),
            self._route(
                "CANCEL_RESERVATION", CancelReservation, self._reserving.cancel, since=VersionNumber.V2_2_1
            ),
        )
        return Interface("commands", Side.RECEIVER, routes)

    def _route(
        self,
        name: str,
        kind: type[_Command],
        accept: Callable[[Order, _Command], Awaitable[None]],
        since: VersionNumber = _FIRST,
    ) -> Route:
        async def handle(call: Call) -> Answer:
            party = self._checks.sender(call)
            wanted = kind.model_validate(call.json_object())
            order = Order(reply_to(call, party, wanted.response_url), self._clock.now())
            return await _answered(accept(order, wanted))

        return Route("POST", f"/{name}", handle, asks=kind, answers=CommandResponse, since=since)


async def _answered(accepting: Awaitable[None]) -> Answer:
    try:
        await accepting
    except Declined as no:
        return _answer(CommandResponseType(no.why.value), str(no))
    except UnknownLocation as error:
        return _answer(CommandResponseType.REJECTED, error.text, error.status_code)
    return _answer(CommandResponseType.ACCEPTED, timeout=TIMEOUT_S)


def _answer(
    result: CommandResponseType, text: str | None = None, status_code: int = SUCCESS, *, timeout: int = 0
) -> Answer:
    told: dict[str, Any] = {"message": words(text)} if text else {}
    response = CommandResponse(result=result, timeout=timeout, **told)
    return Answer(codec.dump(response), status_code=status_code, message=text)
