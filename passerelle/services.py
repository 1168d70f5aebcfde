"""The three services by name: how each is set, started and reached."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, assert_never

from cpo_adapter.settings import CpoSettings
from emsp_adapter.settings import EmspSettings
from hub.settings import HubSettings
from ocpi.process.clock import SystemClock
from ocpi.process.settings import load
from ocpi.service.key_files import KeyFileOpen, read_secret
from ocpi.service.settings import PlatformSettings
from passerelle.admin_client import AdminClient, AdminRefused


class Service(StrEnum):
    HUB = "hub"
    CPO = "cpo"
    EMSP = "emsp"


SETTINGS: Final[Mapping[Service, type[PlatformSettings]]] = MappingProxyType(
    {Service.HUB: HubSettings, Service.CPO: CpoSettings, Service.EMSP: EmspSettings}
)


def run_hub(workers: int | None) -> int:
    """The exit code, once it has ended. `workers` share its port."""
    import hub.bootstrap  # noqa: PLC0415 - a service is imported by whoever runs it, see `commands`

    return hub.bootstrap.main(workers)


def run_cpo(workers: int | None) -> int:
    """As `run_hub`."""
    import cpo_adapter.bootstrap  # noqa: PLC0415

    return cpo_adapter.bootstrap.main(workers)


def run_service(service: Service) -> int:
    """The exit code, once it has ended."""
    match service:
        case Service.HUB:
            return run_hub(None)
        case Service.CPO:
            return run_cpo(None)
        case Service.EMSP:
            import emsp_adapter.bootstrap  # noqa: PLC0415

            return emsp_adapter.bootstrap.main()
        case other:
            assert_never(other)


def settings_of(service: Service) -> PlatformSettings:
    """Raises BrokenSettings."""
    return load(SETTINGS[service])


def admin_of(service: Service) -> AdminClient:
    """The admin port of the service that this environment describes. Raises AdminRefused, BrokenSettings."""
    settings = settings_of(service)
    try:
        key = read_secret(settings.keys / "operator.key")
    except FileNotFoundError as error:
        raise AdminRefused(
            f"{settings.keys}/operator.key is not there: start {service} once, or set PASSERELLE_DATA_FOLDER"
        ) from error
    except (KeyFileOpen, PermissionError) as error:
        raise AdminRefused(str(error)) from error
    return AdminClient(f"http://{settings.admin_host}:{settings.admin_port}", key, SystemClock())
