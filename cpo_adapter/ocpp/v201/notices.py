"""What a 2.0.1 station may tell that is always answered alike.

What we do not do is refused in the message's own words: no vendor's extension is spoken, no certificate is
looked up, no schedule is worked out for a car.
Spec: OCPP 2.0.1, the messages of the charging station.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ocpp.v201 import call_result, enums

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.effects import Effect, stored, used

NOTICES: Final[Mapping[str, OcppDataclass]] = MappingProxyType(
    {
        "ClearedChargingLimit": call_result.ClearedChargingLimit(),
        "DataTransfer": call_result.DataTransfer(enums.DataTransferStatusEnumType.unknown_vendor_id),
        "Get15118EVCertificate": call_result.Get15118EVCertificate(
            enums.Iso15118EVCertificateStatusEnumType.failed, exi_response=""
        ),
        "GetCertificateStatus": call_result.GetCertificateStatus(enums.GetCertificateStatusEnumType.failed),
        "LogStatusNotification": call_result.LogStatusNotification(),
        "NotifyChargingLimit": call_result.NotifyChargingLimit(),
        "NotifyCustomerInformation": call_result.NotifyCustomerInformation(),
        "NotifyDisplayMessages": call_result.NotifyDisplayMessages(),
        "NotifyEVChargingNeeds": call_result.NotifyEVChargingNeeds(
            enums.NotifyEVChargingNeedsStatusEnumType.rejected
        ),
        "NotifyEVChargingSchedule": call_result.NotifyEVChargingSchedule(
            enums.GenericStatusEnumType.accepted
        ),
        "NotifyMonitoringReport": call_result.NotifyMonitoringReport(),
        "NotifyReport": call_result.NotifyReport(),
        "PublishFirmwareStatusNotification": call_result.PublishFirmwareStatusNotification(),
        "ReportChargingProfiles": call_result.ReportChargingProfiles(),
        "SecurityEventNotification": call_result.SecurityEventNotification(),
    }
)

REPORTS: Final = frozenset(
    {
        "NotifyCustomerInformation",
        "NotifyDisplayMessages",
        "NotifyMonitoringReport",
        "NotifyReport",
        "ReportChargingProfiles",
    }
)
"""Those of them that come in parts and answer a request of ours."""

_PART: Final = used("reports: a part of one that was asked for")
EFFECTS: Final[Mapping[str, Effect]] = MappingProxyType(
    {
        **dict.fromkeys(REPORTS, _PART),
        "ClearedChargingLimit": used("smart charging: the active profile is looked at and told anew"),
        "DataTransfer": stored("UnknownVendorId: no vendor's extension is spoken"),
        "Get15118EVCertificate": stored("Failed: Plug & Charge is not offered"),
        "GetCertificateStatus": stored("Failed: certificates are not looked up"),
        "LogStatusNotification": used("files: the progress of what was asked for"),
        "NotifyChargingLimit": used("smart charging: the active profile is looked at and told anew"),
        "NotifyEVChargingNeeds": stored("Rejected: no schedule is worked out for a car"),
        "NotifyEVChargingSchedule": stored("Accepted: nothing is planned against it"),
        "PublishFirmwareStatusNotification": used("files: the progress of what was asked for"),
        "SecurityEventNotification": stored("for a year; grave ones are alarms"),
    }
)
"""What comes of each of `NOTICES`."""
