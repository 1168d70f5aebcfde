"""Endpoints without a role: the versions endpoint itself belongs to one role.

Spec: 2.1.1 version_information_endpoint.
"""

from schemas.base import OcpiModel
from schemas.strings import Url
from schemas.types import AtLeastOne
from schemas.v2_3_0.enums import ModuleID, VersionNumber


class Endpoint(OcpiModel):
    identifier: ModuleID
    url: Url


class VersionDetails(OcpiModel):
    version: VersionNumber
    endpoints: AtLeastOne[Endpoint]
