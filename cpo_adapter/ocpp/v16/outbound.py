"""Our intents as 1.6 messages, and its answers as outcomes.

Spec: OCPP 1.6, chapter 5 (operations initiated by the central system); security whitepaper, its
configuration keys.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from ocpp.v16 import call, enums

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
    Unlock,
)
from cpo_adapter.ocpp.v16 import bounds, card_lists, pricing, schedules
from cpo_adapter.ocpp.v16.answers import fitting_tag, instant
from schemas.codec import Json

_OUTCOMES = {outcome.value.casefold(): outcome for outcome in Outcome} | {
    "failed": Outcome.FAILED,
    "faulted": Outcome.INOPERATIVE,
    "noprofiles": Outcome.UNKNOWN,
    "notsupported": Outcome.NOT_SUPPORTED,
    "unknownmessageid": Outcome.NOT_SUPPORTED,
    "unknownvendorid": Outcome.NOT_SUPPORTED,
    "unlocked": Outcome.ACCEPTED,
}


OF_ALL_VERSIONS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        "CancelReservation": sent("CANCEL_RESERVATION; the operator"),
        "ClearChargingProfile": sent("the ChargingProfiles module"),
        "GetLocalListVersion": sent("lists of cards that stations keep"),
        "SendLocalList": sent("lists of cards that stations keep"),
        "GetCompositeSchedule": sent("the ChargingProfiles module: the active profile; the fallback limit"),
        "ReserveNow": sent("RESERVE_NOW"),
        "SetChargingProfile": sent("the ChargingProfiles module; the fallback limit"),
    }
)

SENT: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        **OF_ALL_VERSIONS,
        "RemoteStartTransaction": sent("START_SESSION"),
        "RemoteStopTransaction": sent("STOP_SESSION"),
    }
)
"""What is sent by itself; messages that an operator may order too stand with the orders."""


def request(intent: Intent) -> OcppDataclass:  # noqa: C901, PLR0911, PLR0912 - one case for each intent
    match intent:
        case RemoteStart(uid=uid, outlet=outlet):
            return call.RemoteStartTransaction(id_tag=fitting_tag(uid), connector_id=outlet.evse)
        case RemoteStop(reference):
            return call.RemoteStopTransaction(transaction_id=int(reference))
        case Tell(topic, outlet):
            return call.TriggerMessage(enums.MessageTrigger(topic.value), _connector(outlet))
        case Unlock(outlet):
            return call.UnlockConnector(connector_id=outlet.evse)
        case Reserve(number=number, uid=uid, outlet=outlet, until=until):
            return call.ReserveNow(outlet.evse, instant(until), fitting_tag(uid), number)
        case CancelReservation(number):
            return call.CancelReservation(reservation_id=number)
        case SetProfile():
            return schedules.set_profile(intent)
        case ClearProfile(number):
            return call.ClearChargingProfile(id=number)
        case TellSchedule():
            return schedules.tell_schedule(intent)
        case TellBounds():
            return bounds.tell_bounds()
        case SetFallback():
            return schedules.set_fallback(intent)
        case TellProfile():
            raise NotSpoken("1.6 has no GetChargingProfiles")
        case TellQueue():
            raise NotSpoken("1.6 has no GetTransactionStatus")
        case SetKey(key):
            return call.ChangeConfiguration(key="AuthorizationKey", value=key.hex().upper())
        case RaiseProfile(profile):
            return call.ChangeConfiguration(key="SecurityProfile", value=str(profile))
        case ForgetCards() | TellListVersion() | TellListLimits() | SetList():
            return card_lists.request(intent)
        case ShowPrice():
            return pricing.show_price(intent)
        case ShowCost():
            return pricing.show_cost(intent)
        case other:
            assert_never(other)


def outcome(payload: Json) -> Outcome:
    """Letter case is forgiven; an answer without a readable status accepted nothing."""
    status = payload.get("status") if isinstance(payload, dict) else None
    return _OUTCOMES.get(str(status).casefold(), Outcome.REJECTED)


def _connector(outlet: Outlet | None) -> int | None:
    return None if outlet is None else outlet.evse
