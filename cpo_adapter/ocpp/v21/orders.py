"""What 2.1 can be told beyond 2.0.1: by an order of its own, or by an operator's call in its own words.

The calls are of functions that nothing here works with by itself: the grid's, tariffs in stations, streams of
readings, dynamic schedules, battery swaps, energy taken back from cars.
Spec: OCPP 2.1, the messages of the CSMS that are new in it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cpo_adapter.ocpp import orders
from cpo_adapter.ocpp.effects import Effect, sent
from cpo_adapter.ocpp.spoken_orders import Said, Words
from cpo_adapter.ocpp.v16.orders import HANDED
from cpo_adapter.ocpp.v201 import orders as v201


def _handed(order: orders.HandCertificate) -> dict[str, Any]:
    return {**v201.handed_certificate(order), "requestId": order.number}


WORDS: Final[Words] = MappingProxyType(
    {
        **v201.WORDS,
        orders.HandCertificate: (Said("CertificateSigned", _handed, HANDED),),
        orders.Prioritise: (
            Said(
                "UsePriorityCharging",
                lambda order: {"transactionId": order.reference, "activate": order.is_first},
                sent("the operator", "stations priority"),
            ),
        ),
    }
)

_COMMAND: Final = "stations call"
_GRID: Final = sent("the operator: the grid's functions (DER, frequency)", _COMMAND)
_TARIFFS: Final = sent("the operator: prices that a station shows; bills are made here", _COMMAND)
_STREAMS: Final = sent("the operator: streams of readings; OpenPeriodicEventStream is refused", _COMMAND)

CALLED: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        "AFRRSignal": _GRID,
        "AdjustPeriodicEventStream": _STREAMS,
        "ChangeTransactionTariff": _TARIFFS,
        "ClearDERControl": _GRID,
        "ClearTariffs": _TARIFFS,
        "GetDERControl": sent("the operator: the grid's functions; the report comes to a job", _COMMAND),
        "GetPeriodicEventStream": _STREAMS,
        "GetTariffs": _TARIFFS,
        "NotifyAllowedEnergyTransfer": sent("the operator: which ways energy may go for a car", _COMMAND),
        "NotifyWebPaymentStarted": sent("the operator: a payment page of somebody else's", _COMMAND),
        "RequestBatterySwap": sent("the operator; how far it is comes to a job", _COMMAND),
        "SetDERControl": _GRID,
        "SetDefaultTariff": _TARIFFS,
        "UpdateDynamicSchedule": sent("the operator: a dynamic profile that it has from elsewhere", _COMMAND),
    }
)
