"""Orders as 1.6 messages, those of the security extension included.

Spec: OCPP 1.6, chapter 5; OCPP security whitepaper, chapter 5 (GetLog, SignedUpdateFirmware, certificates,
ExtendedTriggerMessage).
"""

from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from cpo_adapter.ocpp import orders
from cpo_adapter.ocpp.effects import sent
from cpo_adapter.ocpp.spoken_orders import Said, Words
from cpo_adapter.ocpp.v16.answers import instant

_TOPICS: Final = frozenset(
    {
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
    }
)
"""What TriggerMessage can ask for; its extension knows other ones."""


def written(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def _reset(order: orders.Reset) -> dict[str, Any]:
    return {"type": "Hard" if order.is_hard else "Soft"}


def _availability(order: orders.SetAvailability) -> dict[str, Any]:
    kind = "Operative" if order.is_operative else "Inoperative"
    return {"connectorId": order.outlet.evse, "type": kind}


def _trigger(order: orders.Trigger) -> dict[str, Any]:
    return {
        "requestedMessage": order.topic,
        "connectorId": order.outlet.evse if order.outlet else None,
    }


def _diagnostics(order: orders.SendDiagnostics) -> dict[str, Any]:
    return {
        "location": order.url,
        "startTime": written(order.since),
        "stopTime": written(order.until),
    }


def _log(order: orders.SendLog) -> dict[str, Any]:
    """The same in all versions."""
    return {
        "log": {
            "remoteLocation": order.url,
            "oldestTimestamp": written(order.since),
            "latestTimestamp": written(order.until),
        },
        "logType": order.kind.value,
        "requestId": order.number,
    }


def _firmware(order: orders.UpdateFirmware) -> dict[str, Any]:
    return {"location": order.url, "retrieveDate": instant(order.retrieve_at)}


def signed_firmware(order: orders.UpdateFirmware) -> dict[str, Any]:
    """The same in all versions, but that here it has to be signed."""
    firmware = {
        "location": order.url,
        "retrieveDateTime": instant(order.retrieve_at),
        "installDateTime": written(order.install_at),
        "signingCertificate": order.certificate or None,
        "signature": order.signature or None,
    }
    return {"requestId": order.number, "firmware": firmware}


def _by_hash(order: orders.DeleteCertificate) -> dict[str, Any]:
    return {
        "certificateHashData": {
            "hashAlgorithm": order.algorithm,
            "issuerNameHash": order.issuer_name_hash,
            "issuerKeyHash": order.issuer_key_hash,
            "serialNumber": order.serial_number,
        }
    }


def transfer(order: orders.Transfer) -> dict[str, Any]:
    return {"vendorId": order.vendor, "messageId": order.message, "data": order.data}


HANDED: Final = sent("the certificate that SignCertificate asked for", "stations certificates renew")
OF_ALL_VERSIONS: Final[Words] = MappingProxyType(
    {
        orders.ForgetCards: (
            Said(
                "ClearCache",
                lambda _: {},
                sent("after a card was blocked; the operator", "stations clear-cache"),
            ),
        ),
        orders.SendLog: (Said("GetLog", _log, sent("the operator", "stations log")),),
        orders.InstallCertificate: (
            Said(
                "InstallCertificate",
                lambda order: {"certificateType": order.use, "certificate": order.pem},
                sent("the operator", "stations certificates install"),
            ),
        ),
        orders.DeleteCertificate: (
            Said("DeleteCertificate", _by_hash, sent("the operator", "stations certificates delete")),
        ),
    }
)

WORDS: Final[Words] = MappingProxyType(
    {
        **OF_ALL_VERSIONS,
        orders.Reset: (
            Said("Reset", _reset, sent("the operator", "stations reset"), lambda order: order.evse is None),
        ),
        orders.SetAvailability: (
            Said("ChangeAvailability", _availability, sent("the operator", "stations availability")),
        ),
        orders.Trigger: (
            Said(
                "TriggerMessage",
                _trigger,
                sent("the operator; after a reconnection", "stations trigger"),
                lambda order: order.topic in _TOPICS,
            ),
            Said(
                "ExtendedTriggerMessage", _trigger, sent("the operator, for other topics", "stations trigger")
            ),
        ),
        orders.UnlockOutlet: (
            Said(
                "UnlockConnector",
                lambda order: {"connectorId": order.outlet.evse},
                sent("UNLOCK_CONNECTOR; the operator", "stations unlock"),
            ),
        ),
        orders.ReadSettings: (
            Said(
                "GetConfiguration",
                lambda order: {"key": list(order.names) or None},
                sent(
                    "the operator; after every change; what a profile may hold", "stations configuration get"
                ),
            ),
        ),
        orders.WriteSetting: (
            Said(
                "ChangeConfiguration",
                lambda order: {"key": order.name, "value": order.value},
                sent("the operator; keys and profiles", "stations configuration set"),
            ),
        ),
        orders.SendDiagnostics: (
            Said("GetDiagnostics", _diagnostics, sent("the operator", "stations diagnostics")),
        ),
        orders.UpdateFirmware: (
            Said(
                "SignedUpdateFirmware",
                signed_firmware,
                sent("the operator, where there is a signature", "stations firmware"),
                lambda order: order.is_signed,
            ),
            Said("UpdateFirmware", _firmware, sent("the operator", "stations firmware")),
        ),
        orders.HandCertificate: (
            Said("CertificateSigned", lambda order: {"certificateChain": order.chain}, HANDED),
        ),
        orders.ListCertificates: (
            Said(
                "GetInstalledCertificateIds",
                lambda order: {"certificateType": order.use},
                sent("the operator", "stations certificates list"),
            ),
        ),
        orders.Transfer: (
            Said(
                "DataTransfer",
                transfer,
                sent("prices and costs, for displays; the operator", "stations data-transfer"),
            ),
        ),
    }
)
