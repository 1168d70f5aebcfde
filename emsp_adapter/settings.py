"""EMSP_…: what an issuer of cards chooses."""

from pathlib import Path

from pydantic import PositiveInt
from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import PlatformSettings


class EmspSettings(PlatformSettings):
    """`cards` is a CSV file, read at every start; see emsp_adapter.contracts.cards.

    Without `sync` nothing is fetched of CPOs but what the operator asks for: for a copy that is tried out.
    Of a session without a bill the operator is told after `bill_within_h` hours; a bill is old that comes
    `bill_old_after_d` days after its date.
    """

    model_config = SettingsConfigDict(env_prefix="EMSP_")

    port: int = 8002
    admin_port: int = 8102
    database: str = "passerelle_emsp"
    party: str = "NL*MSP"
    name: str = "Passerelle eMSP"
    cards: Path | None = None
    sync: bool = True
    bill_within_h: PositiveInt = 24
    bill_old_after_d: PositiveInt = 14
