"""EMSP_…: what an issuer of cards chooses."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, PositiveInt
from pydantic_settings import SettingsConfigDict

from emsp_adapter.authorization.policy import Act
from ocpi.service.settings import PlatformSettings
from schemas.time_zones import zone_name


class EmspSettings(PlatformSettings):
    """`cards` is a CSV file, read at every start; see emsp_adapter.contracts.importing.card_rows.

    With `check_digits` a contract id that is imported or put is refused if its check digit is not right.
    `at_once` is what comes of a charge beyond those that the contract allows at the same time, `too_often` of
    a card about which more than so many questions come within some minutes, `too_far` of one that is held up
    in two places between which nobody drives so fast.

    The API for apps has a port of its own, so that a proxy may show it to everybody and the OCPI port to
    partners alone. `api_origins` are those of web pages that may use it from a browser.

    `review_above` is the amount at stake above which a bill is put to be looked at, by currency; `*` is any.
    Months of statements begin in `statement_zone`.

    Without `sync` nothing is fetched of CPOs but what the operator asks for: for a copy that is tried out.
    Of a session without a bill the operator is told after `bill_within_h` hours; a bill is old that comes
    `bill_old_after_d` days after its date.
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
    check_digits: bool = True
    at_once: Act = Act.REFUSE
    too_often: Act = Act.WARN
    too_often_answers: int = Field(default=10, ge=1, le=60)
    too_often_minutes: int = Field(default=10, ge=1, le=24 * 60)
    too_far: Act = Act.WARN
    too_far_kmh: int = Field(default=500, ge=50)
    review_above: dict[str, Decimal] = Field(default_factory=lambda: {"*": Decimal("0.01")})
    statement_zone: Annotated[str, AfterValidator(zone_name)] = "UTC"
    sync: bool = True
    bill_within_h: PositiveInt = 24
    bill_old_after_d: PositiveInt = 14
