"""Where an operator sends a partner to be examined."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.registration.discovery import NOTHING, Needed, Wanted
from ocpi.registration.doctor.examination import Examination
from ocpi.registration.doctor.findings import Finding
from ocpi.registration.doctor.questions import Questions
from ocpi.registration.identity import Identity
from ocpi.registration.named import NotNow, known
from ocpi.versions.known import OLDEST
from schemas.v2_3_0.enums import VersionNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """`identity`, `versions` and `needed` are ours: what we are to a partner decides what it must have."""

    egress: Egress
    clock: Clock
    directory: Directory
    identity: Identity
    versions: Sequence[VersionNumber]
    needed: Needed

    async def examine(self, name: str) -> list[Finding]:
        """Raises UnknownPartner, and NotNow for one that never registered."""
        partner = known(self.directory, name)
        current = partner.connection
        if current is None:
            raise NotNow(f"the partner {name!r} is {partner.state}: nothing is known of where it is")
        examination = Examination(
            Questions(self.egress, self.clock, current),
            partner,
            current,
            self._wanted(partner),
            self.identity.towards(partner),
        )
        return [_about(name, each) async for each in examination.findings()]

    def _wanted(self, partner: Partner) -> Wanted:
        counterpart = self.identity.towards(partner).counterpart
        if partner.pose is not None:
            return Wanted((OLDEST,), NOTHING, counterpart)
        return Wanted(self.versions, self.needed, counterpart)


def _about(name: str, finding: Finding) -> Finding:
    return replace(finding, helps=finding.helps and finding.helps.replace("NAME", name))
