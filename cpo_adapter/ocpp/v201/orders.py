"""Orders as 2.x messages; `v21.orders` has those that are new in 2.1, or said otherwise.

Spec: OCPP 2.0.1, the messages of the CSMS.
"""

from types import MappingProxyType
from typing import Any, Final

from cpo_adapter.ocpp import orders
from cpo_adapter.ocpp.effects import sent
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.spoken_orders import Said, Words, without_none
from cpo_adapter.ocpp.v16 import orders as v16
from cpo_adapter.ocpp.v16.orders import signed_firmware, transfer, written
from cpo_adapter.ocpp.v201.variables import parsed

_STATUS: Final = "StatusNotification"


def _evse(outlet: Outlet | None) -> dict[str, Any] | None:
    """None for the station itself; connector 0 is the EVSE as a whole."""
    if outlet is None or outlet.evse == 0:
        return None
    return {"id": outlet.evse, "connectorId": outlet.connector or None}


def _reset(order: orders.Reset) -> dict[str, Any]:
    return {"type": "Immediate" if order.is_hard else "OnIdle", "evseId": order.evse}


def _availability(order: orders.SetAvailability) -> dict[str, Any]:
    kind = "Operative" if order.is_operative else "Inoperative"
    return {"operationalStatus": kind, "evse": _evse(order.outlet)}


def _trigger(order: orders.Trigger) -> dict[str, Any]:
    """A status is of a connector, all else of an EVSE."""
    outlet = order.outlet
    if outlet is not None:
        outlet = Outlet(outlet.evse, max(1, outlet.connector) if order.topic == _STATUS else 0)
    return {"requestedMessage": order.topic, "evse": _evse(outlet)}


def _unlock(order: orders.UnlockOutlet) -> dict[str, Any]:
    return {"evseId": order.outlet.evse, "connectorId": max(1, order.outlet.connector)}


def _write(order: orders.WriteSetting) -> dict[str, Any]:
    return {"setVariableData": [without_none({**parsed(order.name), "attributeValue": order.value})]}


def _variables(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [without_none(parsed(name)) for name in names]


def handed_certificate(order: orders.HandCertificate) -> dict[str, Any]:
    return {"certificateChain": order.chain, "certificateType": order.use}


def _customer(order: orders.Customer) -> dict[str, Any]:
    return {
        "requestId": order.number,
        "report": order.is_reported,
        "clear": order.is_erased,
        "idToken": {"idToken": order.uid, "type": "ISO14443"},
    }


def _show(order: orders.ShowMessage) -> dict[str, Any]:
    content = {"format": "UTF8", "language": order.language, "content": order.text}
    message = {
        "id": order.message,
        "priority": order.priority,
        "endDateTime": written(order.until),
        "message": content,
    }
    return {"message": message}


def _network(order: orders.SetNetworkProfile) -> dict[str, Any]:
    return {
        "configurationSlot": order.slot,
        "connectionData": {
            "ocppVersion": order.ocpp,
            "ocppTransport": "JSON",
            "ocppCsmsUrl": order.url,
            "messageTimeout": order.patience_s,
            "securityProfile": order.profile,
            "ocppInterface": order.interface,
        },
    }


def _monitor(order: orders.Monitor) -> dict[str, Any]:
    wanted = {
        **parsed(order.name),
        "type": order.kind,
        "value": float(order.value),
        "severity": order.severity,
    }
    return {"setMonitoringData": [without_none(wanted)]}


def _publish(order: orders.PublishFirmware) -> dict[str, Any]:
    return {"requestId": order.number, "location": order.url, "checksum": order.md5}


def _number(order: Any) -> dict[str, Any]:
    return {"requestId": order.number}


WORDS: Final[Words] = MappingProxyType(
    {
        **v16.OF_ALL_VERSIONS,
        orders.Reset: (Said("Reset", _reset, sent("the operator", "stations reset")),),
        orders.SetAvailability: (
            Said("ChangeAvailability", _availability, sent("the operator", "stations availability")),
        ),
        orders.Trigger: (
            Said("TriggerMessage", _trigger, sent("the operator; after a reconnection", "stations trigger")),
        ),
        orders.UnlockOutlet: (
            Said("UnlockConnector", _unlock, sent("UNLOCK_CONNECTOR; the operator", "stations unlock")),
        ),
        orders.ReadSettings: (
            Said(
                "GetVariables",
                lambda order: {"getVariableData": _variables(order.names)},
                sent(
                    "the operator; after every change; what a profile may hold", "stations configuration get"
                ),
            ),
        ),
        orders.WriteSetting: (
            Said(
                "SetVariables",
                _write,
                sent("the operator; keys and profiles", "stations configuration set"),
            ),
        ),
        orders.ReportAll: (
            Said(
                "GetBaseReport",
                lambda order: {"requestId": order.number, "reportBase": order.about.value},
                sent("the operator", "stations report"),
            ),
        ),
        orders.ReportSome: (
            Said(
                "GetReport",
                lambda order: {"requestId": order.number, "componentVariable": _variables(order.names)},
                sent("the operator", "stations report"),
            ),
        ),
        orders.UpdateFirmware: (
            Said("UpdateFirmware", signed_firmware, sent("the operator", "stations firmware")),
        ),
        orders.PublishFirmware: (
            Said("PublishFirmware", _publish, sent("the operator", "stations publish-firmware")),
        ),
        orders.UnpublishFirmware: (
            Said(
                "UnpublishFirmware",
                lambda order: {"checksum": order.md5},
                sent("the operator", "stations unpublish-firmware"),
            ),
        ),
        orders.HandCertificate: (Said("CertificateSigned", handed_certificate, v16.HANDED),),
        orders.ListCertificates: (
            Said(
                "GetInstalledCertificateIds",
                lambda order: {"certificateType": [order.use]},
                sent("the operator", "stations certificates list"),
            ),
        ),
        orders.Customer: (
            Said("CustomerInformation", _customer, sent("the operator (GDPR)", "stations customer")),
        ),
        orders.ShowMessage: (
            Said("SetDisplayMessage", _show, sent("the operator", "stations display show")),
        ),
        orders.ListMessages: (
            Said("GetDisplayMessages", _number, sent("the operator", "stations display list")),
        ),
        orders.ClearMessage: (
            Said(
                "ClearDisplayMessage",
                lambda order: {"id": order.message},
                sent("the operator", "stations display clear"),
            ),
        ),
        orders.ListProfiles: (
            Said(
                "GetChargingProfiles",
                lambda order: {"requestId": order.number, "chargingProfile": {}},
                sent("whether the fallback limit is kept; the operator", "stations profiles"),
            ),
        ),
        orders.SetNetworkProfile: (
            Said("SetNetworkProfile", _network, sent("a higher security profile", "stations raise-profile")),
        ),
        orders.SetMonitoringBase: (
            Said(
                "SetMonitoringBase",
                lambda order: {"monitoringBase": order.base},
                sent("the operator", "stations monitoring base"),
            ),
        ),
        orders.SetMonitoringLevel: (
            Said(
                "SetMonitoringLevel",
                lambda order: {"severity": order.severity},
                sent("the operator", "stations monitoring level"),
            ),
        ),
        orders.Monitor: (
            Said("SetVariableMonitoring", _monitor, sent("the operator", "stations monitoring add")),
        ),
        orders.ClearMonitors: (
            Said(
                "ClearVariableMonitoring",
                lambda order: {"id": list(order.monitors)},
                sent("the operator", "stations monitoring clear"),
            ),
        ),
        orders.ReportMonitors: (
            Said("GetMonitoringReport", _number, sent("the operator", "stations monitoring report")),
        ),
        orders.TellCost: (
            Said(
                "CostUpdated",
                lambda order: {"transactionId": order.reference, "totalCost": float(order.cost)},
                sent("the running cost, for displays; the operator", "stations cost"),
            ),
        ),
        orders.Transfer: (Said("DataTransfer", transfer, sent("the operator", "stations data-transfer")),),
    }
)
