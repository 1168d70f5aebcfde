"""EMSP_…: what an issuer of cards chooses."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import PlatformSettings


class EmspSettings(PlatformSettings):
    """`cards` is a CSV file, read at every start; see emsp_adapter.contracts.cards.

    The API for apps has a port of its own, so that a proxy may show it to everybody and the OCPI port to
    partners alone. `api_origins` are those of web pages that may use it from a browser.
    """

    model_config = SettingsConfigDict(env_prefix="EMSP_")

    port: int = 8002
    admin_port: int = 8102
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8202, ge=1, le=65535)
    api_origins: tuple[Annotated[str, Field(pattern=r"^https?://[^/\s]+$")], ...] = ()
    database: str = "passerelle_emsp"
    party: str = "NL*MSP"
    name: str = "Passerelle eMSP"
    cards: Path | None = None
    pull_every_s: int = 3600
