"""What every service lets its operator choose, whatever its role."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, field_validator

from ocpi.process.settings import ServiceSettings
from ocpi.recorder.keeping import Bodies, Keeping
from ocpi.registration.rhythm import Rhythm
from schemas.kinds import PartyId


class PlatformSettings(ServiceSettings):
    """`public_url` is how partners reach the OCPI port, through whatever proxy stands before it.

    Tokens are exchanged anew every `rotate_tokens_days` (0: never). What changes in our own credentials is
    told to a partner at most every `tell_credentials_minutes`, since tokens change with it.
    """

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    public_url: str = Field(default="", pattern=r"^$|^https?://[^\s?#]+$")
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(ge=1, le=65535)
    database: str = Field(pattern=r"^[A-Za-z0-9_-]{1,38}$")
    party: str
    name: str = Field(min_length=1, max_length=100)
    rotate_tokens_days: int = Field(default=30, ge=0)
    tell_credentials_minutes: int = Field(default=60, ge=1)

    @field_validator("party")
    @classmethod
    def _is_a_party(cls, written: str) -> str:
        return str(PartyId.parse(written))

    @property
    def own_party(self) -> PartyId:
        return PartyId.parse(self.party)

    @property
    def rhythm(self) -> Rhythm:
        days = timedelta(days=self.rotate_tokens_days)
        return Rhythm(days or None, timedelta(minutes=self.tell_credentials_minutes))

    @property
    def keeping(self) -> Keeping:
        return Keeping(Bodies(self.record_bodies), timedelta(days=self.record_days))

    @property
    def url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def keys(self) -> Path:
        """Where the service's key files lie."""
        return self.data_folder / self.database


class SeveralSettings(PlatformSettings):
    """Of a service that may run as several processes on one machine; one stays one process."""

    workers: int = Field(default=1, ge=1, le=64)
