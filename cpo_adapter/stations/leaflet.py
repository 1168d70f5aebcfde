"""What an installer enters at a station, and why each value is what it is.

Spec: OCPP 1.6, chapter 9; OCPP security whitepaper, configuration keys.
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
