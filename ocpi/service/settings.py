"""What every service lets its operator choose, whatever its role."""

from pathlib import Path

from pydantic import Field, field_validator

from ocpi.process.settings import ServiceSettings
from schemas.kinds import PartyId


class PlatformSettings(ServiceSettings):
    """`public_url` is how partners reach the OCPI port, through whatever proxy stands before it."""

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    public_url: str = Field(default="", pattern=r"^$|^https?://[^\s?#]+$")
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(ge=1, le=65535)
    database: str = Field(pattern=r"^[A-Za-z0-9_-]{1,38}$")
    party: str
    name: str = Field(min_length=1, max_length=100)

    @field_validator("party")
    @classmethod
    def _is_a_party(cls, written: str) -> str:
        return str(PartyId.parse(written))

    @property
    def own_party(self) -> PartyId:
        return PartyId.parse(self.party)

    @property
    def url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def keys(self) -> Path:
        """Where the service's key files lie."""
        return self.data_folder / self.database
