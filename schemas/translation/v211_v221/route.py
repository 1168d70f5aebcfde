"""Both ways between 2.1.1 and 2.2.1: which classes take a step of their own.

A CommandResponse of 2.1.1 is an answer or a result; the registry tells which, so it takes no step here.
"""

from types import MappingProxyType

from schemas.translation.crossing import Route, into
from schemas.translation.images import image_down
from schemas.translation.v211_v221 import (
    cdrs,
    charging,
    commands,
    credentials,
    locations,
    places,
    sessions,
    tariffs,
    tokens,
)
from schemas.v2_1_1 import cdrs as v211_cdrs
from schemas.v2_1_1 import commands as v211_commands
from schemas.v2_1_1 import credentials as v211_credentials
from schemas.v2_1_1 import energy as v211_energy
from schemas.v2_1_1 import locations as v211_locations
from schemas.v2_1_1 import sessions as v211_sessions
from schemas.v2_1_1 import tariffs as v211_tariffs
from schemas.v2_1_1 import tokens as v211_tokens
from schemas.v2_2_1 import cdrs as v221_cdrs
from schemas.v2_2_1 import credentials as v221_credentials
from schemas.v2_2_1 import locations as v221_locations
from schemas.v2_2_1 import sessions as v221_sessions
from schemas.v2_2_1 import tariffs as v221_tariffs
from schemas.v2_3_0.business import Image
from schemas.v2_3_0.cdrs import CdrDimension, ChargingPeriod
from schemas.v2_3_0.commands import (
    CommandResponse,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from schemas.v2_3_0.energy import EnergyMix, EnvironmentalImpact
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import GeoLocation
from schemas.v2_3_0.locations import AdditionalGeoLocation
from schemas.v2_3_0.opening_times import Hours
from schemas.v2_3_0.tariffs import PriceComponent, TariffElement, TariffRestrictions
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token

UP = Route(
    VersionNumber.V2_1_1,
    VersionNumber.V2_2_1,
    MappingProxyType(
        {
            v211_cdrs.CDR: cdrs.cdr_up,
            v211_cdrs.CdrDimension: charging.dimension_up,
            v211_cdrs.ChargingPeriod: charging.period_up,
            v211_commands.ReserveNow: commands.reserve_now_up,
            v211_commands.StartSession: commands.start_session_up,
            v211_commands.StopSession: into(StopSession),
            v211_commands.UnlockConnector: commands.unlock_connector_up,
            v211_credentials.Credentials: credentials.credentials_up,
            v211_energy.EnergyMix: into(EnergyMix),
            v211_energy.EnvironmentalImpact: places.impact_up,
            v211_locations.AdditionalGeoLocation: into(AdditionalGeoLocation),
            v211_locations.Connector: locations.connector_up,
            v211_locations.EVSE: locations.evse_up,
            v211_locations.GeoLocation: into(GeoLocation),
            v211_locations.Hours: places.hours_up,
            v211_locations.Location: locations.location_up,
            v211_sessions.Session: sessions.session_up,
            v211_tariffs.PriceComponent: into(PriceComponent),
            v211_tariffs.Tariff: tariffs.tariff_up,
            v211_tariffs.TariffElement: into(TariffElement),
            v211_tariffs.TariffRestrictions: into(TariffRestrictions),
            v211_tokens.AuthorizationInfo: tokens.answer_up,
            v211_tokens.LocationReferences: tokens.references_up,
            v211_tokens.Token: tokens.token_up,
        }
    ),
)

DOWN = Route(
    VersionNumber.V2_2_1,
    VersionNumber.V2_1_1,
    MappingProxyType(
        {
            AdditionalGeoLocation: places.named_point_down,
            AuthorizationInfo: tokens.answer_down,
            CdrDimension: charging.dimension_down,
            ChargingPeriod: charging.period_down,
            CommandResponse: commands.response_down,
            CommandResult: commands.result_down,
            EnergyMix: into(v211_energy.EnergyMix),
            EnvironmentalImpact: places.impact_down,
            GeoLocation: places.point_down,
            Hours: places.hours_down,
            Image: image_down,
            LocationReferences: tokens.references_down,
            PriceComponent: into(v211_tariffs.PriceComponent),
            ReserveNow: commands.reserve_now_down,
            StartSession: commands.start_session_down,
            StopSession: into(v211_commands.StopSession),
            TariffElement: tariffs.element_down,
            TariffRestrictions: tariffs.restrictions_down,
            Token: tokens.token_down,
            UnlockConnector: commands.unlock_connector_down,
            v221_cdrs.CDR: cdrs.cdr_down,
            v221_credentials.Credentials: credentials.credentials_down,
            v221_locations.Connector: locations.connector_down,
            v221_locations.EVSE: locations.evse_down,
            v221_locations.Location: locations.location_down,
            v221_sessions.Session: sessions.session_down,
            v221_tariffs.Tariff: tariffs.tariff_down,
        }
    ),
)
