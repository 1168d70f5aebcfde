"""HUB_…: what the operator of the hub chooses."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import SeveralSettings


class HubSettings(SeveralSettings):
    """`card_search_s` is how long the issuer of a card that nobody knows is looked for, with so many issuers
    asked `at_once`; beyond so many `unknown_cards_per_minute` of one party, most of what it asks, none is.
    """

    model_config = SettingsConfigDict(env_prefix="HUB_")

    port: int = 8000
    admin_port: int = 8100
    database: str = "passerelle_hub"
    party: str = "FR*HUB"
    name: str = "Passerelle hub"
    card_search_s: float = Field(default=3.0, gt=0, le=3.5)
    card_search_at_once: int = Field(default=8, ge=1, le=100)
    unknown_cards_per_minute: int = Field(default=200, ge=1)
