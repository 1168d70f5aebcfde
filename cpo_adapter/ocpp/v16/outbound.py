"""Our intents as 1.6 messages, and its answers as outcomes.

Spec: OCPP 1.6, chapter 5 (operations initiated by the central system).
"""

from typing import assert_never

from ocpp.v16 import call, enums

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import Intent, Outcome, RemoteStart, RemoteStop, Tell
from cpo_adapter.ocpp.v16.answers import fitting_tag
from schemas.codec import Json

_OUTCOMES = {outcome.value.casefold(): outcome for outcome in Outcome} | {
    "notsupported": Outcome.NOT_SUPPORTED
}


def request(intent: Intent) -> OcppDataclass:
    match intent:
        case RemoteStart(uid, outlet):
            return call.RemoteStartTransaction(id_tag=fitting_tag(uid), connector_id=outlet.evse)
        case RemoteStop(reference):
            return call.RemoteStopTransaction(transaction_id=int(reference))
        case Tell(topic, outlet):
            return call.TriggerMessage(enums.MessageTrigger(topic.value), _connector(outlet))
        case other:
            assert_never(other)


def outcome(payload: Json) -> Outcome:
    """Letter case is forgiven; an answer without a readable status accepted nothing."""
    status = payload.get("status") if isinstance(payload, dict) else None
    return _OUTCOMES.get(str(status).casefold(), Outcome.REJECTED)


def _connector(outlet: Outlet | None) -> int | None:
    return None if outlet is None else outlet.evse
