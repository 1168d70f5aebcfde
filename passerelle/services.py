"""The three services by name: how each is set, started and reached."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cpo_adapter.bootstrap
import emsp_adapter.bootstrap
import hub.bootstrap
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


@dataclass(frozen=True, slots=True)
class Described:
    settings: type[PlatformSettings]
    run: Callable[[], int]


SERVICES: Final[dict[Service, Described]] = {
    Service.HUB: Described(HubSettings, hub.bootstrap.main),
    Service.CPO: Described(CpoSettings, cpo_adapter.bootstrap.main),
    Service.EMSP: Described(EmspSettings, emsp_adapter.bootstrap.main),
}


def settings_of(service: Service) -> PlatformSettings:
    """Raises BrokenSettings."""
    return load(SERVICES[service].settings)


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
