"""EMSP_…: what an issuer of cards chooses."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import PlatformSettings


class EmspSettings(PlatformSettings):
    """`cards` is a CSV file, read at every start; see emsp_adapter.contracts.importing.card_rows.

    With `check_digits` a contract id that is imported or put is refused if its check digit is not right.
    """

    model_config = SettingsConfigDict(env_prefix="EMSP_")

    port: int = 8002
    admin_port: int = 8102
    database: str = "passerelle_emsp"
    party: str = "NL*MSP"
    name: str = "Passerelle eMSP"
    cards: Path | None = None
    check_digits: bool = True
    pull_every_s: int = 3600
