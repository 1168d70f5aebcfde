"""The door of translation: every kind of object, and its class in each version.

A kind is named by its class of 2.3.0. Spec: the modules of each version; version_information_endpoint.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from pydantic import ValidationError

from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.translation.crossing import Route, Step
from schemas.translation.losses import Translated, Withheld
from schemas.translation.paths import travel
from schemas.translation.v211_v221 import commands as v211_commands_steps
from schemas.translation.v211_v221 import route as v211_v221
from schemas.v2_1_1 import cdrs as v211_cdrs
from schemas.v2_1_1 import commands as v211_commands
from schemas.v2_1_1 import credentials as v211_credentials
from schemas.v2_1_1 import locations as v211_locations
from schemas.v2_1_1 import sessions as v211_sessions
from schemas.v2_1_1 import tariffs as v211_tariffs
from schemas.v2_1_1 import tokens as v211_tokens
from schemas.v2_2_1 import cdrs as v221_cdrs
from schemas.v2_2_1 import credentials as v221_credentials
from schemas.v2_2_1 import locations as v221_locations
from schemas.v2_2_1 import sessions as v221_sessions
from schemas.v2_2_1 import tariffs as v221_tariffs
from schemas.v2_3_0 import charging_profiles, commands, tokens
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.credentials import Credentials
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.hub_client_info import ClientInfo
from schemas.v2_3_0.invoice_reconciliation import InvoiceReconciliationRecord
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.payments import FinancialAdviceConfirmation, Terminal
from schemas.v2_3_0.sessions import ChargingPreferences, Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.validation import problems

Kind: TypeAlias = type[OcpiModel]
Forms: TypeAlias = Mapping[Kind, Kind]


def form_of(kind: Kind, version: VersionNumber) -> Kind | None:
    """The class of a kind in a version; None where that version has no such thing."""
    return _FORMS[version].get(kind)


def translate(
    kind: Kind, value: OcpiModel, source: VersionNumber, target: VersionNumber, context: Context
) -> Translated[OcpiModel] | Withheld:
    """`value` is of the class that `kind` has in `source`; what comes back is of that in `target`.

    Never raises for what the object says: whatever cannot be told in the target version is withheld.
    """
    if form_of(kind, target) is None:
        return Withheld(f"{target} has no {kind.__name__}")
    try:
        return travel(value, source, target, context, step_on=lambda route: _DOUBLES.get((route, kind)))
    except ValidationError as error:
        return Withheld(f"{target} cannot tell it: {problems(error)[0]}")


_OF_2_1_1: Forms = MappingProxyType(
    {
        CDR: v211_cdrs.CDR,
        Connector: v211_locations.Connector,
        Credentials: v211_credentials.Credentials,
        EVSE: v211_locations.EVSE,
        Location: v211_locations.Location,
        Session: v211_sessions.Session,
        Tariff: v211_tariffs.Tariff,
        commands.CommandResponse: v211_commands.CommandResponse,
        commands.CommandResult: v211_commands.CommandResponse,
        commands.ReserveNow: v211_commands.ReserveNow,
        commands.StartSession: v211_commands.StartSession,
        commands.StopSession: v211_commands.StopSession,
        commands.UnlockConnector: v211_commands.UnlockConnector,
        tokens.AuthorizationInfo: v211_tokens.AuthorizationInfo,
        tokens.LocationReferences: v211_tokens.LocationReferences,
        tokens.Token: v211_tokens.Token,
    }
)
_OWN_OF_2_2_1: Forms = MappingProxyType(
    {
        CDR: v221_cdrs.CDR,
        Connector: v221_locations.Connector,
        Credentials: v221_credentials.Credentials,
        EVSE: v221_locations.EVSE,
        Location: v221_locations.Location,
        Session: v221_sessions.Session,
        Tariff: v221_tariffs.Tariff,
    }
)
_SHARED_SINCE_2_2_1 = (
    ChargingPreferences,
    ClientInfo,
    charging_profiles.ActiveChargingProfile,
    charging_profiles.ActiveChargingProfileResult,
    charging_profiles.ChargingProfileResponse,
    charging_profiles.ChargingProfileResult,
    charging_profiles.ClearProfileResult,
    charging_profiles.SetChargingProfile,
    commands.CancelReservation,
    commands.CommandResponse,
    commands.CommandResult,
    commands.ReserveNow,
    commands.StartSession,
    commands.StopSession,
    commands.UnlockConnector,
    tokens.AuthorizationInfo,
    tokens.LocationReferences,
    tokens.Token,
)
_SINCE_2_3_0 = (FinancialAdviceConfirmation, InvoiceReconciliationRecord, Terminal)

_OF_2_2_1: Forms = MappingProxyType({**_OWN_OF_2_2_1, **{kind: kind for kind in _SHARED_SINCE_2_2_1}})
KINDS: tuple[Kind, ...] = (*_OF_2_2_1, *_SINCE_2_3_0)

_FORMS: Mapping[VersionNumber, Forms] = MappingProxyType(
    {
        VersionNumber.V2_1_1: _OF_2_1_1,
        VersionNumber.V2_2_1: _OF_2_2_1,
        VersionNumber.V2_3_0: {kind: kind for kind in KINDS},
    }
)
_DOUBLES: Mapping[tuple[Route, Kind], Step] = MappingProxyType(
    {
        (v211_v221.UP, commands.CommandResponse): v211_commands_steps.response_up,
        (v211_v221.UP, commands.CommandResult): v211_commands_steps.result_up,
    }
)
"""2.1.1 has one class for both, so the kind decides."""
