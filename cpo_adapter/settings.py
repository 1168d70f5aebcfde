"""CPO_…: what an operator of stations chooses."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from cpo_adapter.sessions.patience import Patience
from ocpi.process.settings import AllowedNetwork
from ocpi.service.settings import SeveralSettings
from schemas.kinds import PartyId

Party = Annotated[str, AfterValidator(lambda written: str(PartyId.parse(written)))]


class CpoSettings(SeveralSettings):
    """`inventory` (TOML or CSV) names sites, stations and keys, `tariffs` (TOML) what charging costs.

    Stations connect to `stations_host`:`stations_port`, as ws://…/ocpp/{identity}, unless `stations_plain` is
    off; and to `stations_tls_port` where there are certificates: PEM files with the chain, their keys in
    the same files or, in the same order, in `stations_tls_keys`. `stations_authorities` issue the
    certificates of stations, in the name of `stations_organization`. Proxies at `stations_proxies` are
    believed what they tell of a connection. A line that was silent for `stations_ping_s` is tried, and given
    up after half as long again. `stations_url` is what stations are told to connect to, without
    the identity.

    Stations that ask for one are given a certificate by `station_authority_certificate` (PEM, its own first,
    then those above it) with its key in `station_authority_key`, for `station_certificate_days`.
    `stations_crl` is what other authorities have revoked.

    While MongoDB is away, what stations say of transactions is kept in `journal_folder`, which needs a disk
    that survives a restart; by default it lies in the data folder. Nothing more is kept beyond `journal_mb`.

    A bill that lacks something waits for it `gaps_hours`, one whose end nobody told `unended_hours`; a
    transaction of which nothing is heard for `silent_hours` has ended.

    A partner's stop for a station that is away is refused, or held for it: sent once it is back, within
    `stop_held_minutes` and while the session goes on.

    A charge whose card is refused after it began is ended where `stop_when_refused_late`. With
    `one_charge_per_card` a card that charges at one station is not let in at another.

    Stations that keep a list of cards get those of `station_list_issuers`, `station_list_most` at the most.

    Files of stations come to and go from `files_folder`, by default in the data folder, each at most
    `files_mb` large, over the stations' own ports; `files_url` is where stations reach those by HTTP, where
    `stations_url` does not tell it.
    """

    model_config = SettingsConfigDict(env_prefix="CPO_")

    port: int = 8001
    admin_port: int = 8101
    stations_host: str = "127.0.0.1"
    stations_port: int = Field(default=9000, ge=1, le=65535)
    stations_plain: bool = True
    stations_tls_port: int = Field(default=9443, ge=1, le=65535)
    stations_tls_certificates: tuple[Path, ...] = ()
    stations_tls_keys: tuple[Path, ...] = ()
    stations_authorities: Path | None = None
    stations_organization: str | None = None
    stations_crl: Path | None = None
    station_authority_certificate: Path | None = None
    station_authority_key: Path | None = None
    station_certificate_days: int = Field(default=365, ge=1, le=3650)
    stations_proxies: tuple[AllowedNetwork, ...] = ()
    stations_certificate_header: str = Field(default="Client-Cert", pattern=r"^[A-Za-z0-9-]+$")
    stations_ping_s: float = Field(default=60, gt=0, le=600)
    stations_url: str = Field(default="", pattern=r"^$|^wss?://[^\s?#]+$")
    database: str = "passerelle_cpo"
    party: str = "FR*CPO"
    name: str = "Passerelle CPO"
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    inventory: Path | None = None
    tariffs: Path | None = None
    journal_folder: Path | None = None
    journal_mb: int = Field(default=256, ge=1)
    gaps_hours: float = Field(default=24, ge=0, le=24)
    unended_hours: float = Field(default=24, ge=0, le=72)
    silent_hours: float = Field(default=48, ge=1)
    stop_when_away: Literal["refuse", "hold"] = "refuse"
    stop_held_minutes: float = Field(default=30, gt=0, le=1440)
    stop_when_refused_late: bool = True
    one_charge_per_card: bool = False
    station_list_issuers: tuple[Party, ...] = ()
    station_list_most: int = Field(default=1000, ge=0)
    files_folder: Path | None = None
    files_mb: int = Field(default=100, ge=1)
    files_url: str = Field(default="", pattern=r"^$|^https?://[^\s?#]+$")

    @property
    def listed_issuers(self) -> tuple[PartyId, ...]:
        """Whose cards stations know by themselves: the operator's own, unless it is told otherwise."""
        return tuple(map(PartyId.parse, self.station_list_issuers)) or (self.own_party,)

    @property
    def has_tls(self) -> bool:
        """Whether a station can come to us encrypted."""
        return bool(self.stations_tls_certificates or self.stations_proxies)

    @property
    def url_for_stations(self) -> str:
        if self.stations_url:
            return self.stations_url.rstrip("/")
        if self.stations_tls_certificates:
            return f"wss://{self.stations_host}:{self.stations_tls_port}/ocpp"
        return f"ws://{self.stations_host}:{self.stations_port}/ocpp"

    @property
    def patience(self) -> Patience:
        return Patience(
            events=timedelta(hours=self.gaps_hours),
            end=timedelta(hours=self.unended_hours),
            silence=timedelta(hours=self.silent_hours),
        )

    @property
    def stop_held_for(self) -> timedelta | None:
        """None: no stop is held."""
        return timedelta(minutes=self.stop_held_minutes) if self.stop_when_away == "hold" else None

    @property
    def url_for_files(self) -> str:
        """That of the stations' door, without its path."""
        told = self.url_for_stations.removesuffix("/ocpp")
        return self.files_url or "http" + told.removeprefix("ws")

    @property
    def files(self) -> Path:
        return self.files_folder or self.keys / "files"

    @property
    def journal(self) -> Path:
        return self.journal_folder or self.keys / "journal"
