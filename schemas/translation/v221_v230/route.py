"""Both ways between 2.2.1 and 2.3.0: which classes take a step of their own."""

from types import MappingProxyType

from schemas.translation.crossing import Route, into
from schemas.translation.images import image_down
from schemas.translation.v221_v230 import credentials, locations, prices, tariffs, tokens
from schemas.types import Price
from schemas.v2_2_1 import cdrs as v221_cdrs
from schemas.v2_2_1 import credentials as v221_credentials
from schemas.v2_2_1 import locations as v221_locations
from schemas.v2_2_1 import sessions as v221_sessions
from schemas.v2_2_1 import tariffs as v221_tariffs
from schemas.v2_2_1 import types as v221_types
from schemas.v2_3_0.business import Image
from schemas.v2_3_0.cdrs import CDR, CdrToken
from schemas.v2_3_0.credentials import Credentials, CredentialsRole
from schemas.v2_3_0.energy import EnvironmentalImpact
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.hub_client_info import ClientInfo
from schemas.v2_3_0.locations import Location, PublishTokenType
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff, TariffElement
from schemas.v2_3_0.tokens import Token

UP = Route(
    VersionNumber.V2_2_1,
    VersionNumber.V2_3_0,
    MappingProxyType(
        {
            v221_cdrs.CDR: into(CDR),
            v221_credentials.Credentials: credentials.credentials_up,
            v221_locations.Connector: into(Connector),
            v221_locations.EVSE: into(EVSE),
            v221_locations.Location: locations.location_up,
            v221_sessions.Session: into(Session),
            v221_tariffs.Tariff: tariffs.tariff_up,
            v221_types.Price: prices.price_up,
        }
    ),
)

DOWN = Route(
    VersionNumber.V2_3_0,
    VersionNumber.V2_2_1,
    MappingProxyType(
        {
            CDR: into(v221_cdrs.CDR),
            CdrToken: tokens.token_down,
            ClientInfo: credentials.role_down,
            Connector: locations.connector_down,
            Credentials: credentials.credentials_down,
            CredentialsRole: credentials.role_down,
            EnvironmentalImpact: locations.impact_down,
            EVSE: locations.evse_down,
            Image: image_down,
            Location: locations.location_down,
            Price: prices.price_down,
            PublishTokenType: tokens.token_down,
            Session: into(v221_sessions.Session),
            Tariff: tariffs.tariff_down,
            TariffElement: tariffs.element_down,
            Token: tokens.token_down,
        }
    ),
    names=MappingProxyType({"excl_vat": "before_taxes", "incl_vat": "taxes"}),
)
