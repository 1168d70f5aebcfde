"""Version details. Spec: version_information_endpoint; case C-002."""

from collections.abc import Iterator

from schemas.rules.rule import Rules, repeated
from schemas.v2_1_1 import versions as versions_2_1_1
from schemas.v2_3_0.enums import ModuleID
from schemas.v2_3_0.versions import Endpoint, VersionDetails
from schemas.validation import Violation

rules = Rules()

AnyDetails = VersionDetails | versions_2_1_1.VersionDetails


@rules.about(VersionDetails, versions_2_1_1.VersionDetails)
def credentials_are_offered_once(details: AnyDetails) -> Iterator[Violation]:
    offered = sum(endpoint.identifier == ModuleID.CREDENTIALS for endpoint in details.endpoints)
    if offered != 1:
        yield Violation(
            "/endpoints", "credentials", f"credentials must be offered exactly once, not {offered} times"
        )


@rules.about(VersionDetails, versions_2_1_1.VersionDetails)
def endpoints_are_unique(details: AnyDetails) -> Iterator[Violation]:
    for index, _ in repeated(_offer(endpoint) for endpoint in details.endpoints):
        yield Violation(f"/endpoints/{index}", "unique", "repeats an interface of the same module")


def _offer(endpoint: Endpoint | versions_2_1_1.Endpoint) -> object:
    return endpoint.identifier, endpoint.role if isinstance(endpoint, Endpoint) else None
