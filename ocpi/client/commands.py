"""Commands, to the CPO. The answer says whether it will be tried; the result comes to `response_url`.

Never queued and never repeated: whoever gave the command waits for it.
Spec: 2.3.0 mod_commands, Receiver Interface.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.commands import (
    CancelReservation,
    CommandResponse,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)

Command: TypeAlias = CancelReservation | ReserveNow | StartSession | StopSession | UnlockConnector
NAMES: Final[Mapping[type[Command], str]] = MappingProxyType(
    {
        CancelReservation: "CANCEL_RESERVATION",
        ReserveNow: "RESERVE_NOW",
        StartSession: "START_SESSION",
        StopSession: "STOP_SESSION",
        UnlockConnector: "UNLOCK_CONNECTOR",
    }
)


async def give(line: Line, command: Command, context: Context) -> CommandResponse:
    """`context.owner` is the eMSP that commands. Raises NotSpeakable, as for CANCEL_RESERVATION to 2.1.1."""
    body = line.written(type(command), command, context)
    url = line.url("commands", Side.RECEIVER, NAMES[type(command)])
    return await line.ask("POST", url, CommandResponse, context, body)
