"""What an installer enters at a station, and why each value is what it is.

Spec: OCPP 1.6, chapter 9; OCPP security whitepaper, configuration keys; OCPP 2.0.1, referenced components and
variables.
"""

from cpo_adapter.ocpp.credentials import Profile


def configuration(password: str, profile: Profile) -> dict[str, str]:
    """The configuration keys of OCPP 1.6 with their values."""
    return {
        "AuthorizationKey": password,
        "SecurityProfile": str(int(profile)),
        "WebSocketPingInterval": "60",  # a dead link is noticed, a mobile network keeps it open
        "HeartbeatInterval": "300",
        "MeterValueSampleInterval": "60",
        "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import",
        "TransactionMessageAttempts": "10",  # or a bill is lost while we restart
        "TransactionMessageRetryInterval": "10",
        "AllowOfflineTxForUnknownId": "false",  # nobody would pay
        "AuthorizeRemoteTxRequests": "false",  # the issuer has said yes already
    }


def variables(identity: str, password: str) -> dict[str, str]:
    """The same for OCPP 2.x; its security profile stands in its network profile."""
    return {
        "SecurityCtrlr.Identity": identity,
        "SecurityCtrlr.BasicAuthPassword": password,
        "OCPPCommCtrlr.WebSocketPingInterval": "60",
        "OCPPCommCtrlr.HeartbeatInterval": "300",
        "SampledDataCtrlr.TxStartedMeasurands": "Energy.Active.Import.Register",
        "SampledDataCtrlr.TxUpdatedInterval": "60",
        "SampledDataCtrlr.TxUpdatedMeasurands": "Energy.Active.Import.Register,Power.Active.Import",
        "SampledDataCtrlr.TxEndedMeasurands": "Energy.Active.Import.Register",
        "OCPPCommCtrlr.MessageAttempts[TransactionEvent]": "10",
        "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]": "10",
        "AuthCtrlr.OfflineTxForUnknownIdEnabled": "false",
        "AuthCtrlr.AuthorizeRemoteStart": "false",
    }
