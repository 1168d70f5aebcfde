"""What an operator chooses, read once from the environment and never changed.

A service declares its own variables in a subclass with its prefix (`HUB_`, `CPO_`, `EMSP_`); what all
services share stands here and is read under `PASSERELLE_`. `load` is the only reader of the environment:
settings made in a test take nothing from the machine. A variable that nobody reads is a mistake too, most
often of spelling.
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, Field, PlainValidator, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from ocpi.process.addresses import Network
from ocpi.process.failures import StartFailed
from ocpi.process.redaction import REDACTED, Json, is_secret, redact, without_passwords

SHARED_PREFIX = "PASSERELLE_"
SHORTEST_KEY = 16
# Kubernetes sets these beside every pod for each Service of its namespace, also for one named "hub".
_KUBERNETES_SERVICE_LINK = re.compile(r"_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))(_\w+)?$")


class BrokenSettings(StartFailed):
    """Variables that cannot be used; one line each in `lines`, naming the variable."""

    exit_code: ClassVar[int] = os.EX_CONFIG

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def _long_enough(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < SHORTEST_KEY:
        raise ValueError(f"should have at least {SHORTEST_KEY} characters")
    return key


PseudonymKey = Annotated[SecretStr, AfterValidator(_long_enough)]
AllowedNetwork = Annotated[Network, PlainValidator(ip_network)]


class ServiceSettings(BaseSettings):
    """What every service is told; subclass it with `SettingsConfigDict(env_prefix="HUB_")` and own fields.

    A field `public_url` of the subclass is read from `HUB_PUBLIC_URL`, a field of this class from
    `PASSERELLE_…`. An empty variable counts as absent; lists are JSON.
    """

    model_config = SettingsConfigDict(frozen=True)

    mongo_url: str | None = None  # absent: an embedded mongod
    data_folder: Path = Path("passerelle-data")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    pseudonym_key: PseudonymKey | None = None  # absent: pseudonyms change with every start
    record_bodies: Literal["none", "redacted"] = "redacted"
    record_days: int = Field(default=30, ge=0, le=3650)  # 0: messages are not recorded
    otlp_endpoint: str | None = None  # absent: no tracing
    allow_private: bool = False  # development: partners may be on loopback and private networks
    allowed_networks: tuple[AllowedNetwork, ...] = ()  # production: private ones we do call

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({redacted(self)})"

    __str__ = __repr__


Settings = TypeVar("Settings", bound=ServiceSettings)


def load(cls: type[Settings], environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a service from its environment. Raises BrokenSettings, with all that is wrong."""
    environ = os.environ if environ is None else environ
    variables = _variables(cls)
    source = EnvSettingsSource(cls, env_prefix="")
    source.env_vars = {field: environ[name] for name, field in variables.items() if environ.get(name)}
    try:
        settings = cls(**source())
    except SettingsError as error:
        raise BrokenSettings([_not_json(cls, error), *_unknown(cls, environ)]) from error
    except ValidationError as error:
        lines = [_line(cls, details) for details in error.errors(include_url=False)]
        raise BrokenSettings([*lines, *_unknown(cls, environ)]) from None  # its text holds the values
    if unknown := list(_unknown(cls, environ)):
        raise BrokenSettings(unknown)
    return settings


def redacted(settings: ServiceSettings) -> dict[str, Json]:
    """Every variable with the value in force, fit to be shown."""
    return {
        name: _shown(field, getattr(settings, field)) for name, field in _variables(type(settings)).items()
    }


def _shown(field: str, value: object) -> Json:
    return REDACTED if isinstance(value, SecretStr) else redact(value, field)


def variable(cls: type[ServiceSettings], field: str) -> str:
    """The environment variable that `field` is read from."""
    prefix = (
        SHARED_PREFIX if field in ServiceSettings.model_fields else cls.model_config.get("env_prefix", "")
    )
    return f"{prefix}{field.upper()}"


def _variables(cls: type[ServiceSettings]) -> dict[str, str]:
    return {variable(cls, field): field for field in cls.model_fields}


def _unknown(cls: type[ServiceSettings], environ: Mapping[str, str]) -> Iterator[str]:
    known = list(_variables(cls))
    ours = (SHARED_PREFIX, cls.model_config.get("env_prefix") or SHARED_PREFIX)
    for name in sorted(environ):
        if name.startswith(ours) and name not in known and not _KUBERNETES_SERVICE_LINK.search(name):
            alike = difflib.get_close_matches(name, known, n=1)
            yield f"{name}: nothing reads it" + (f"; did you mean {alike[0]}?" if alike else "")


def _line(cls: type[ServiceSettings], details: ErrorDetails) -> str:
    field = str(details["loc"][0]) if details["loc"] else ""
    name = variable(cls, field) if field else cls.__name__
    if details["type"] == "missing":
        return f"{name}: required, but not set"
    complaint = details["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f"{name}: {complaint}{_got(cls, field, details['input'])}"


def _got(cls: type[ServiceSettings], field: str, value: object) -> str:
    """The offending value, where it may be shown."""
    if not field or is_secret(field) or "SecretStr" in str(cls.model_fields[field].annotation):
        return ""
    return f" (it is {without_passwords(str(value))!r})"


def _not_json(cls: type[ServiceSettings], error: SettingsError) -> str:
    field = re.search(r'field "(\w+)"', str(error))
    name = variable(cls, field[1]) if field else cls.__name__
    return f'{name}: should be JSON, such as ["a", "b"] ({error.__cause__})'
