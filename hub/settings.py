"""HUB_…: what the operator of the hub chooses."""

from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import SeveralSettings


class HubSettings(SeveralSettings):
    model_config = SettingsConfigDict(env_prefix="HUB_")

    port: int = 8000
    admin_port: int = 8100
    database: str = "passerelle_hub"
    party: str = "FR*HUB"
    name: str = "Passerelle hub"
