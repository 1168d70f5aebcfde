"""What 2.1 could be told beyond 2.0.1, and why it is not.

Spec: OCPP 2.1, the messages of the CSMS that are new in it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cpo_adapter.ocpp.effects import Effect, not_sent
from cpo_adapter.ocpp.v201 import orders as v201

_TARIFFS: Final = not_sent("stations do not price: what a charge costs is worked out here")
_STREAMS: Final = not_sent("no stream is open: OpenPeriodicEventStream is refused")
_GRID: Final = not_sent("the grid's functions (DER, frequency) are not ours")
_V2X: Final = not_sent("energy is not taken back from cars")

NOT_SENT: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        **v201.NOT_SENT,
        "AFRRSignal": _GRID,
        "AdjustPeriodicEventStream": _STREAMS,
        "ChangeTransactionTariff": _TARIFFS,
        "ClearDERControl": _GRID,
        "ClearTariffs": _TARIFFS,
        "GetDERControl": _GRID,
        "GetPeriodicEventStream": _STREAMS,
        "GetTariffs": _TARIFFS,
        "NotifyAllowedEnergyTransfer": _V2X,
        "NotifyWebPaymentStarted": not_sent("there is no payment page of ours"),
        "RequestBatterySwap": not_sent("no swap of batteries is offered"),
        "SetDERControl": _GRID,
        "SetDefaultTariff": _TARIFFS,
        "UpdateDynamicSchedule": not_sent("no dynamic profile is set on stations"),
        "UsePriorityCharging": not_sent("a preference is kept by a charging profile, not by priority"),
    }
)
