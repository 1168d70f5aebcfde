"""Who else is connected to the hub. Spec: 2.3.0 mod_hub_client_info."""

from schemas.base import OcpiModel
from schemas.strings import CountryCode, PartyCode
from schemas.types import DateTime
from schemas.v2_3_0.enums import ConnectionStatus, Role


class ClientInfo(OcpiModel):
    """One role of one party, as the asking party may see it. SUSPENDED stands for deleted."""

    party_id: PartyCode
    country_code: CountryCode
    role: Role
    status: ConnectionStatus
    last_updated: DateTime
