"""Versions and endpoints: what a platform offers. Spec: 2.3.0 version_information_endpoint."""

from schemas.base import OcpiModel
from schemas.strings import Url
from schemas.types import AtLeastOne
from schemas.v2_3_0.enums import InterfaceRole, ModuleID, VersionNumber


class Version(OcpiModel):
    version: VersionNumber
    url: Url


class Endpoint(OcpiModel):
    """The role of a credentials endpoint means nothing."""

    identifier: ModuleID
    role: InterfaceRole
    url: Url


class VersionDetails(OcpiModel):
    version: VersionNumber
    endpoints: AtLeastOne[Endpoint]
