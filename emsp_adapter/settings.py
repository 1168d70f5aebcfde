"""EMSP_…: what an issuer of cards chooses."""

from decimal import Decimal
from pathlib import Path
from zoneinfo import available_timezones

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import PlatformSettings


class EmspSettings(PlatformSettings):
    """`cards` is a CSV file, read at every start; see emsp_adapter.contracts.cards.

    `review_above` is the amount at stake above which a bill is put to be looked at, by currency; `*` is any.
    Months of statements begin in `statement_zone`.
    """

    model_config = SettingsConfigDict(env_prefix="EMSP_")

    port: int = 8002
    admin_port: int = 8102
    database: str = "passerelle_emsp"
    party: str = "NL*MSP"
    name: str = "Passerelle eMSP"
    cards: Path | None = None
    pull_every_s: int = 3600
    review_above: dict[str, Decimal] = Field(default_factory=lambda: {"*": Decimal("0.01")})
    statement_zone: str = "UTC"

    @field_validator("statement_zone")
    @classmethod
    def _is_a_zone(cls, written: str) -> str:
        if written not in available_timezones():
            raise ValueError("a time zone is an IANA name, as Europe/Paris")
        return written
