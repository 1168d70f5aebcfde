"""What a 2.1 station may tell beyond 2.0.1: kept, answered, and refused where we do not do it.

Streams are not opened, so that none should come; VAT numbers and certificates are not looked up. The grid's
functions (DER), priority and battery swaps are the operator's affair: he is shown what stations tell of them.
Spec: OCPP 2.1, the messages of the charging station that are new in it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from ocpp.v21 import call_result, enums
from ocpp.v21.datatypes import CertificateStatusType

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.effects import Effect, stored, used
from cpo_adapter.ocpp.v16.answers import instant
from cpo_adapter.ocpp.v16.reading import dicts
from cpo_adapter.ocpp.v201.request import Request

Notice: TypeAlias = Callable[[Request], OcppDataclass]


def _vat_number(request: Request) -> OcppDataclass:
    number = request.reading().text("vatNumber")
    return call_result.VatNumberValidation(enums.GenericStatusEnumType.rejected, number)


def _certificate_chain(request: Request) -> OcppDataclass:
    """For each certificate that it asks about: we could not find out."""
    now = instant(request.origin.received_at)
    asked = dicts(request.payload.get("certificateStatusRequests"))
    return call_result.GetCertificateChainStatus([_not_found_out(each, now) for each in asked])


def _not_found_out(asked: Mapping[str, Any], now: str) -> CertificateStatusType:
    """Its hashes are told back as they came."""
    return CertificateStatusType(
        certificate_hash_data=asked["certificateHashData"],
        source=enums.CertificateStatusSourceEnumType.ocsp,
        status=enums.CertificateStatusEnumType.failed,
        next_update=now,
    )


ANSWERS: Final[Mapping[str, Notice]] = MappingProxyType(
    {
        "BatterySwap": lambda _: call_result.BatterySwap(),
        "ClosePeriodicEventStream": lambda _: call_result.ClosePeriodicEventStream(),
        "GetCertificateChainStatus": _certificate_chain,
        "NotifyDERAlarm": lambda _: call_result.NotifyDERAlarm(),
        "NotifyDERStartStop": lambda _: call_result.NotifyDERStartStop(),
        "NotifyPriorityCharging": lambda _: call_result.NotifyPriorityCharging(),
        "NotifySettlement": lambda _: call_result.NotifySettlement(),
        "OpenPeriodicEventStream": lambda _: call_result.OpenPeriodicEventStream(
            enums.GenericStatusEnumType.rejected
        ),
        "PullDynamicScheduleUpdate": lambda _: call_result.PullDynamicScheduleUpdate(
            enums.ChargingProfileStatusEnumType.rejected
        ),
        "ReportDERControl": lambda _: call_result.ReportDERControl(),
        "VatNumberValidation": _vat_number,
    }
)

_GRID: Final = stored("the grid's functions (DER): for the operator, who set them")
EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        "BatterySwap": used("jobs: the progress of a swap that was asked for"),
        "ClosePeriodicEventStream": stored("none is open"),
        "GetCertificateChainStatus": stored("Failed for each: certificates are not looked up"),
        "NotifyDERAlarm": _GRID,
        "NotifyDERStartStop": _GRID,
        "NotifyPeriodicEventStream": stored("a SEND, never answered; no stream is open"),
        "NotifyPriorityCharging": stored("for the operator, who may have asked for it"),
        "NotifySettlement": stored("payments at terminals are told by their provider"),
        "OpenPeriodicEventStream": stored("Rejected: readings come with their transactions"),
        "PullDynamicScheduleUpdate": stored("Rejected: no dynamic profile is set on stations"),
        "ReportDERControl": used("reports: a part of one that was asked for"),
        "VatNumberValidation": stored("Rejected: numbers are not looked up"),
    }
)
"""What comes of what 2.1 has beyond 2.0.1."""
