"""Commands: in 2.1.1 reservations have numbers, and answer and result are one class.

Spec: mod_commands of 2.1.1 and 2.2.1.
"""

from schemas.translation.crossing import Crossing
from schemas.translation.losses import Withheld
from schemas.translation.v211_v221.ids import id_down, id_up
from schemas.v2_1_1 import commands as v211
from schemas.v2_1_1.enums import CommandResponseType
from schemas.v2_3_0 import commands as v221
from schemas.v2_3_0.enums import Capability, CommandResultType
from schemas.v2_3_0.enums import CommandResponseType as ResponseType
from schemas.v2_3_0.evses import EVSE


def start_session_up(command: v211.StartSession, crossing: Crossing) -> v221.StartSession:
    """The connector is told where the EVSE demands it and has one only."""
    return crossing.carry(
        command,
        v221.StartSession,
        location_id=id_up(command.location_id, crossing),
        evse_uid=_optional_up(command.evse_uid, crossing),
        connector_id=_demanded_connector(command.evse_uid, crossing),
    )


def start_session_down(command: v221.StartSession, crossing: Crossing) -> v211.StartSession | Withheld:
    """Withheld if the EVSE may have another connector than the one that is asked for."""
    if (
        command.connector_id is not None
        and _only_connector(command.evse_uid, crossing) != command.connector_id
    ):
        return Withheld("2.1.1 cannot say which connector of the EVSE is meant")
    return crossing.carry(
        command,
        v211.StartSession,
        used={"connector_id"},
        location_id=id_down(command.location_id, crossing),
        evse_uid=_optional_down(command.evse_uid, crossing),
    )


def reserve_now_up(command: v211.ReserveNow, crossing: Crossing) -> v221.ReserveNow:
    return crossing.carry(
        command,
        v221.ReserveNow,
        reservation_id=str(command.reservation_id),
        location_id=id_up(command.location_id, crossing),
        evse_uid=_optional_up(command.evse_uid, crossing),
    )


def reserve_now_down(command: v221.ReserveNow, crossing: Crossing) -> v211.ReserveNow | Withheld:
    """An id that is a number is that number, unless another one was allocated for it."""
    number = crossing.context.reservation_number
    if number is None and not _is_number(command.reservation_id):
        return Withheld("no number is allocated for its reservation id")
    return crossing.carry(
        command,
        v211.ReserveNow,
        reservation_id=int(command.reservation_id) if number is None else number,
        location_id=id_down(command.location_id, crossing),
        evse_uid=_optional_down(command.evse_uid, crossing),
    )


def unlock_connector_up(command: v211.UnlockConnector, crossing: Crossing) -> v221.UnlockConnector:
    return crossing.carry(
        command,
        v221.UnlockConnector,
        location_id=id_up(command.location_id, crossing),
        evse_uid=id_up(command.evse_uid, crossing),
    )


def unlock_connector_down(command: v221.UnlockConnector, crossing: Crossing) -> v211.UnlockConnector:
    return crossing.carry(
        command,
        v211.UnlockConnector,
        location_id=id_down(command.location_id, crossing),
        evse_uid=id_down(command.evse_uid, crossing),
    )


def response_up(response: v211.CommandResponse, crossing: Crossing) -> v221.CommandResponse:
    """The immediate answer."""
    result = response.result.value
    if response.result is CommandResponseType.TIMEOUT:
        crossing.change("result", reason="2.2.1 has timeouts as results only")
        result = ResponseType.REJECTED.value
    return crossing.carry(
        response, v221.CommandResponse, result=result, timeout=crossing.context.policy.command_timeout
    )


def response_down(response: v221.CommandResponse, crossing: Crossing) -> v211.CommandResponse:
    return crossing.carry(response, v211.CommandResponse, result=response.result.value)


def result_up(response: v211.CommandResponse, crossing: Crossing) -> v221.CommandResult:
    """What became of it."""
    result = response.result.value
    if response.result is CommandResponseType.UNKNOWN_SESSION:
        crossing.change("result", reason="2.2.1 has no such result")
        result = CommandResultType.FAILED.value
    return crossing.carry(response, v221.CommandResult, result=result)


def result_down(result: v221.CommandResult, crossing: Crossing) -> v211.CommandResponse:
    value = result.result.value
    if value not in set(CommandResponseType):
        crossing.change("result", reason=f"2.1.1 has no result {value}")
        value = CommandResponseType.REJECTED.value
    return crossing.carry(result, v211.CommandResponse, result=value)


def _optional_up(object_id: str | None, crossing: Crossing) -> str | None:
    return None if object_id is None else id_up(object_id, crossing)


def _optional_down(object_id: str | None, crossing: Crossing) -> str | None:
    return None if object_id is None else id_down(object_id, crossing)


def _is_number(reservation_id: str) -> bool:
    """Whether the number would come back as the same id."""
    try:
        return str(int(reservation_id)) == reservation_id
    except ValueError:
        return False


def _evse(evse_uid: str | None, crossing: Crossing) -> EVSE | None:
    known = crossing.context.location.evses if crossing.context.location else ()
    return next((evse for evse in known if evse.uid == evse_uid), None)


def _only_connector(evse_uid: str | None, crossing: Crossing) -> str | None:
    evse = _evse(evse_uid, crossing)
    return evse.connectors[0].id if evse and len(evse.connectors) == 1 else None


def _demanded_connector(evse_uid: str | None, crossing: Crossing) -> str | None:
    uid = _optional_up(evse_uid, crossing)
    evse = _evse(uid, crossing)
    if evse is None or Capability.START_SESSION_CONNECTOR_REQUIRED not in evse.capabilities:
        return None
    return _only_connector(uid, crossing)
