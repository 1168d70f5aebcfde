"""What stations answer, and what keeps them from answering, as the results of OCPI. Pure.

Spec: 2.3.0 mod_commands, CommandResultType; mod_charging_profiles, ChargingProfileResultType.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cpo_adapter.ocpp.intents import Outcome, StationRefused, StationSilent
from ocpi.client.results import Result
from schemas.types import DisplayText
from schemas.v2_3_0.commands import CommandResult
from schemas.v2_3_0.enums import ChargingProfileResultType, CommandResultType, Status

_RESULTS: Final[Mapping[Outcome, CommandResultType]] = MappingProxyType(
    {
        Outcome.ACCEPTED: CommandResultType.ACCEPTED,
        Outcome.REJECTED: CommandResultType.REJECTED,
        Outcome.NOT_SUPPORTED: CommandResultType.NOT_SUPPORTED,
        Outcome.OCCUPIED: CommandResultType.EVSE_OCCUPIED,
        Outcome.INOPERATIVE: CommandResultType.EVSE_INOPERATIVE,
        Outcome.FAILED: CommandResultType.FAILED,
        Outcome.UNKNOWN: CommandResultType.REJECTED,
        Outcome.REBOOT_REQUIRED: CommandResultType.REJECTED,
    }
)
_REASONS: Final[Mapping[Status, CommandResultType]] = MappingProxyType(
    {
        Status.BLOCKED: CommandResultType.EVSE_OCCUPIED,
        Status.CHARGING: CommandResultType.EVSE_OCCUPIED,
        Status.RESERVED: CommandResultType.EVSE_OCCUPIED,
        Status.INOPERATIVE: CommandResultType.EVSE_INOPERATIVE,
        Status.OUTOFORDER: CommandResultType.EVSE_INOPERATIVE,
    }
)


def command_result(outcome: Outcome, status: Status | None = None) -> CommandResult:
    """`status` of the EVSE says why a station rejected, which its answer in 1.6 does not."""
    result = _RESULTS[outcome]
    if result is CommandResultType.REJECTED and status is not None:
        result = _REASONS.get(status, result)
    return CommandResult(result=result)


def profile_result(outcome: Outcome) -> ChargingProfileResultType:
    if outcome is Outcome.UNKNOWN:
        return ChargingProfileResultType.UNKNOWN
    is_accepted = outcome is Outcome.ACCEPTED
    return ChargingProfileResultType.ACCEPTED if is_accepted else ChargingProfileResultType.REJECTED


def result_of_trouble(kind: type[Result], trouble: Exception) -> Result:
    """What is told where there was no outcome."""
    if kind is not CommandResult:
        return kind.model_validate({"result": ChargingProfileResultType.REJECTED})
    match trouble:
        case StationSilent() | TimeoutError():
            return _failed(CommandResultType.TIMEOUT, "the station did not answer in time")
        case StationRefused() if trouble.is_ignorance:
            return _failed(CommandResultType.NOT_SUPPORTED, "the station does not know this")
        case _:
            return _failed(CommandResultType.FAILED, "the station could not be asked")


def words(text: str) -> tuple[DisplayText, ...]:
    return (DisplayText(language="en", text=text),)


def _failed(result: CommandResultType, text: str) -> CommandResult:
    return CommandResult(result=result, message=words(text))
