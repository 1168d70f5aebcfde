"""What became of a command or of a charging profile, posted to the address that came with it.

The address was written by the partner, and is called as it stands, once; but only where the partner itself
is, because our token goes there. A result stands alone in the body; some partners expect an envelope.
Whoever answers a success with something unreadable, or with nothing, has heard it all the same.
Spec: 2.3.0 mod_commands and mod_charging_profiles, Sender Interface.
"""

from http import HTTPStatus
from typing import TypeAlias

from ocpi.client.http import accepted
from ocpi.client.line import Line
from ocpi.errors import Unreadable
from ocpi.wire import envelope
from ocpi.wire.quirks import Quirk
from schemas.translation.context import Context
from schemas.v2_3_0.charging_profiles import (
    ActiveChargingProfileResult,
    ChargingProfileResult,
    ClearProfileResult,
)
from schemas.v2_3_0.commands import CommandResult

Result: TypeAlias = CommandResult | ActiveChargingProfileResult | ChargingProfileResult | ClearProfileResult


async def post(line: Line, response_url: str, result: Result, context: Context) -> None:
    """Raises NotSpeakable, UnknownReceiver for an address elsewhere, and the DeliveryError that it met."""
    body = line.written(type(result), result, context)
    if Quirk.ENVELOPED_RESULTS in line.connection.quirks:
        body = envelope.write(line.clock.now(), data=body)
    received = await line.send("POST", line.theirs(response_url), body, is_verbatim=True)
    try:
        accepted(received)
    except Unreadable:
        if received.http >= HTTPStatus.MULTIPLE_CHOICES:
            raise
