"""Our intents as 2.x messages, and its answers as outcomes.

Spec: OCPP 2.0.1, the messages of the CSMS; part 2 appendices, reason codes of a StatusInfoType.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from ocpp.v201 import call, enums
from ocpp.v201.datatypes import ComponentType, EVSEType, IdTokenType, SetVariableDataType, VariableType

from cpo_adapter.ocpp.card_lists import ForgetCards, SetList, TellListLimits, TellListVersion
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.effects import Effect, sent
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import (
    CancelReservation,
    ClearProfile,
    Intent,
    NotSpoken,
    Outcome,
    RaiseProfile,
    RemoteStart,
    RemoteStop,
    Reserve,
    SetFallback,
    SetKey,
    SetProfile,
    ShowCost,
    ShowPrice,
    Tell,
    TellBounds,
    TellProfile,
    TellQueue,
    TellSchedule,
    Topic,
    Unlock,
)
from cpo_adapter.ocpp.v16 import outbound as v16
from cpo_adapter.ocpp.v16.answers import instant
from cpo_adapter.ocpp.v201 import bounds, card_lists, schedules
from schemas.codec import Json

_REASONS: Final = {
    "TxInProgress": Outcome.OCCUPIED,
    "TxStarted": Outcome.OCCUPIED,
    "UnsupportedRequest": Outcome.NOT_SUPPORTED,
    "NotEnabled": Outcome.NOT_SUPPORTED,
}
"""What a station adds to a rejection, where that says more."""


SENT: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        **v16.OF_ALL_VERSIONS,
        "GetTransactionStatus": sent("sessions: whether a gap will be filled"),
        "RequestStartTransaction": sent("START_SESSION"),
        "RequestStopTransaction": sent("STOP_SESSION"),
    }
)
"""As in 1.6: what is sent by itself."""


def request(intent: Intent) -> OcppDataclass:  # noqa: C901, PLR0911, PLR0912 - one case for each intent
    match intent:
        case RemoteStart(uid, outlet, number, is_card):
            return call.RequestStartTransaction(_token(uid, is_card=is_card), number, outlet.evse)
        case RemoteStop(reference):
            return call.RequestStopTransaction(transaction_id=reference)
        case Tell(topic, outlet):
            return call.TriggerMessage(enums.MessageTriggerEnumType(topic.value), _evse(topic, outlet))
        case Unlock(outlet):
            return call.UnlockConnector(outlet.evse, max(1, outlet.connector))
        case Reserve(number, uid, outlet, until, is_card):
            token = _token(uid, is_card=is_card)
            return call.ReserveNow(number, instant(until), token, evse_id=outlet.evse)
        case CancelReservation(number):
            return call.CancelReservation(reservation_id=number)
        case SetProfile():
            return schedules.set_profile(intent)
        case ClearProfile(number):
            return call.ClearChargingProfile(charging_profile_id=number)
        case TellSchedule():
            return schedules.tell_schedule(intent)
        case TellBounds():
            return bounds.tell_bounds()
        case SetFallback():
            return schedules.set_fallback(intent)
        case TellProfile():
            return schedules.tell_profile(intent)
        case TellQueue(reference):
            return call.GetTransactionStatus(transaction_id=reference)
        case SetKey(key):
            return call.SetVariables([_password(key)])
        case RaiseProfile():
            raise NotSpoken("2.x changes its profile with a network profile")
        case ForgetCards() | TellListVersion() | TellListLimits() | SetList():
            return card_lists.request(intent)
        case ShowCost(is_final=False):
            return call.CostUpdated(intent.cost, intent.reference)  # type: ignore[arg-type]
        case ShowCost() | ShowPrice():
            raise NotSpoken("2.x tells it in its answers")
        case other:
            assert_never(other)


def outcome(payload: Json) -> Outcome:
    """As in 1.6; a rejection may say why, and of a variable the status stands one deeper."""
    told = v16.outcome(_of_variable(payload))
    info = payload.get("statusInfo") if isinstance(payload, dict) else None
    if told is not Outcome.REJECTED or not isinstance(info, dict):
        return told
    return _REASONS.get(str(info.get("reasonCode")), told)


def _of_variable(payload: Json) -> Json:
    results = payload.get("setVariableResult") if isinstance(payload, dict) else None
    if not isinstance(results, list):
        return payload
    return {"status": next((each.get("attributeStatus") for each in results if isinstance(each, dict)), None)}


def _password(key: bytes) -> SetVariableDataType:
    """As text, which is all that a variable holds: the key in hex."""
    return SetVariableDataType(
        attribute_value=key.hex().upper(),
        component=ComponentType(name="SecurityCtrlr"),
        variable=VariableType(name="BasicAuthPassword"),
    )


def has_queued(payload: Json) -> bool:
    if not isinstance(payload, dict):
        return True
    return payload.get("messagesInQueue") is not False or payload.get("ongoingIndicator") is True


def _token(uid: str, *, is_card: bool) -> IdTokenType:
    """A card bears the type that its reader will tell, so that it can end the charge."""
    return IdTokenType(uid, enums.IdTokenEnumType.iso14443 if is_card else enums.IdTokenEnumType.central)


def _evse(topic: Topic, outlet: Outlet | None) -> EVSEType | None:
    """A status is of a connector, meter values are of an EVSE."""
    if outlet is None:
        return None
    return EVSEType(outlet.evse, max(1, outlet.connector) if topic is Topic.STATUS else None)
