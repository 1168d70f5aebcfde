"""The versions that are spoken here, and which of them is the one of our own code; which has what module.

Spec: version_information_endpoint, VersionNumber.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from schemas.v2_3_0.enums import VersionNumber

CANONICAL: Final = VersionNumber.V2_3_0
OLDEST: Final = VersionNumber.V2_1_1
SPOKEN: Final = (CANONICAL, VersionNumber.V2_2_1, OLDEST)
"""The newest first."""


def has_sides(version: VersionNumber) -> bool:
    """Whether an endpoint tells its interface role; in 2.1.1 the versions URL itself belongs to a role."""
    return version != OLDEST


_SINCE: Final[Mapping[str, VersionNumber]] = MappingProxyType(
    {
        "chargingprofiles": VersionNumber.V2_2_1,
        "hubclientinfo": VersionNumber.V2_2_1,
        "invoicereconciliation": VersionNumber.V2_3_0,
        "payments": VersionNumber.V2_3_0,
    }
)


def since(module: str) -> VersionNumber:
    """The first version that has the module."""
    return _SINCE.get(module, OLDEST)
