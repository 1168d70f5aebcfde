"""What a 1.6 station may tell that is kept and shown, and changes nothing: always answered alike.

No vendor's extension is spoken.
Spec: OCPP 1.6, DataTransfer; security whitepaper, chapter 5.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ocpp.v16 import call_result, enums

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.effects import Effect, stored

NOTICES: Final[Mapping[str, OcppDataclass]] = MappingProxyType(
    {
        "DataTransfer": call_result.DataTransfer(status=enums.DataTransferStatus.unknown_vendor_id),
        "SecurityEventNotification": call_result.SecurityEventNotification(),
    }
)

EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        "DataTransfer": stored("UnknownVendorId: no vendor's extension is spoken"),
        "SecurityEventNotification": stored("for a year; grave ones are alarms"),
    }
)
