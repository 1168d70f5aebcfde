"""CPO_…: what an operator of stations chooses."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from ocpi.service.settings import PlatformSettings


class CpoSettings(PlatformSettings):
    """`inventory` (TOML or CSV) names sites, stations and keys, `tariffs` (TOML) what charging costs.

    While MongoDB is away, what stations say of transactions is kept in `journal_folder`, which needs a disk
    that survives a restart; by default it lies in the data folder. Nothing more is kept beyond `journal_mb`.
    Stations connect to `stations_host`:`stations_port`, as ws://…/ocpp/{identity}.
    """

    model_config = SettingsConfigDict(env_prefix="CPO_")

    port: int = 8001
    admin_port: int = 8101
    stations_host: str = "127.0.0.1"
    stations_port: int = Field(default=9000, ge=1, le=65535)
    database: str = "passerelle_cpo"
    party: str = "FR*CPO"
    name: str = "Passerelle CPO"
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    inventory: Path | None = None
    tariffs: Path | None = None
    journal_folder: Path | None = None
    journal_mb: int = Field(default=256, ge=1)

    @property
    def journal(self) -> Path:
        return self.journal_folder or self.keys / "journal"
