"""EMSP_…: what an issuer of cards chooses."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import PlatformSettings


class EmspSettings(PlatformSettings):
    """`cards` is a CSV file, read at every start; see emsp_adapter.contracts.cards."""

    model_config = SettingsConfigDict(env_prefix="EMSP_")

    port: int = 8002
    admin_port: int = 8102
    database: str = "passerelle_emsp"
    party: str = "NL*MSP"
    name: str = "Passerelle eMSP"
    cards: Path | None = None
    pull_every_s: int = 3600
