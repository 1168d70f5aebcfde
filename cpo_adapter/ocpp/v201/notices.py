"""What a 2.0.1 station may tell that is kept and shown, and changes nothing: always answered alike.

What we do not do is refused in the message's own words: no vendor's extension is spoken, no certificate is
signed or looked up, no schedule is worked out for a car.
Spec: OCPP 2.0.1, the messages of the charging station; reports come in parts, each kept as it comes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ocpp.v201 import call_result, enums

from cpo_adapter.ocpp.casing import OcppDataclass

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
        "SignCertificate": call_result.SignCertificate(enums.GenericStatusEnumType.rejected),
    }
)
