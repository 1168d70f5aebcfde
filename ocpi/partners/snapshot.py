"""What is known at one moment about partners, their tokens and agreements, arranged for quick questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from ocpi.partners.agreements import Agreement
from ocpi.partners.documents import Admission
from ocpi.partners.groups import LocationGroup
from ocpi.partners.manners import with_manners_of_the_whole
from ocpi.partners.model import Partner, PartnerState
from ocpi.partners.store import Found
from ocpi.partners.terms import Groups, Sight, sight
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class Known:
    """A token of ours. `is_news`: its use tells that the partner needs none of those before it."""

    partner: Partner
    admission: Admission
    is_news: bool

    @classmethod
    def of(cls, partner: Partner, admission: Admission, all_of_it: Sequence[Admission]) -> Self:
        is_later = any(each.number < admission.number for each in all_of_it)
        return cls(partner, admission, is_later or admission.is_offered)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`speakers` are the platforms of their own parties; whoever stands behind a hub is found in `hubs`.

    `sights` are what the current terms of each agreement show. `ever_grouped` counts as members of a CPO's
    groups also what left them and may not have been taken back yet.
    `virtual` parties have a connection for each remote party, as far as they are registered for it.
    """

    partners: dict[str, Partner]
    admissions: dict[str, Known]
    speakers: dict[tuple[PartyId, str], Partner]
    virtual: dict[tuple[PartyId, str], dict[PartyId, Partner]]
    hubs: list[Partner]
    agreements: dict[tuple[PartyId, PartyId], Agreement]
    agreements_of: dict[PartyId, list[Agreement]]
    groups: Sequence[LocationGroup]
    sights: Mapping[tuple[PartyId, PartyId], Sight]
    ever_grouped: Mapping[PartyId, Groups]

    @classmethod
    def of(
        cls,
        found: Iterable[Found],
        agreements: Iterable[Agreement],
        groups: Sequence[LocationGroup] = (),
    ) -> Self:
        pairs = _mannered(list(found))
        partners = [partner for partner, _ in pairs]
        by_key = {agreement.key: agreement for agreement in agreements}
        members = _by_cpo((each.cpo, each.name, each.locations) for each in groups)
        return cls(
            partners={partner.name: partner for partner in partners},
            admissions={
                each.digest: Known.of(partner, each, admitted)
                for partner, admitted in pairs
                for each in admitted
            },
            speakers=_speakers(partners),
            virtual=_virtual(partners),
            hubs=[partner for partner in partners if partner.hub_party is not None],
            agreements=by_key,
            agreements_of=_by_party(by_key.values()),
            groups=groups,
            sights={key: sight(each.terms, members.get(each.cpo, {})) for key, each in by_key.items()},
            ever_grouped=_by_cpo((each.cpo, each.name, each.locations | each.told) for each in groups),
        )

    def speaker(self, party: PartyId, role: str, remote: PartyId | None) -> Partner | None:
        own = self.speakers.get((party, role))
        if own is not None:
            return own
        parts = self.virtual.get((party, role), {})
        return next(iter(parts.values()), None) if remote is None else parts.get(remote)


def _mannered(found: Sequence[Found]) -> list[Found]:
    wholes = {partner.name: partner for partner, _ in found if partner.state is PartnerState.VIRTUAL}
    return [(with_manners_of_the_whole(partner, wholes), admitted) for partner, admitted in found]


def _speakers(partners: Iterable[Partner]) -> dict[tuple[PartyId, str], Partner]:
    own = (partner for partner in partners if partner.hub_party is None and partner.pose is None)
    return {(each.party, each.role): partner for partner in own for each in partner.roles}


def _by_cpo(groups: Iterable[tuple[PartyId, str, frozenset[str]]]) -> Mapping[PartyId, Groups]:
    found: dict[PartyId, dict[str, frozenset[str]]] = {}
    for cpo, name, locations in groups:
        found.setdefault(cpo, {})[name] = locations
    return found


def _virtual(partners: Iterable[Partner]) -> dict[tuple[PartyId, str], dict[PartyId, Partner]]:
    """A virtual partner itself has no connection, but is no stranger."""
    found: dict[tuple[PartyId, str], dict[PartyId, Partner]] = {}
    for partner in partners:
        if partner.state is PartnerState.VIRTUAL:
            for party in partner.allowed_parties or ():
                found.update({(party, role): found.get((party, role), {}) for role in partner.allowed_roles})
        elif partner.pose is not None:
            for each in partner.roles:
                found.setdefault((each.party, each.role), {})[partner.pose.party] = partner
    return found


def _by_party(agreements: Iterable[Agreement]) -> dict[PartyId, list[Agreement]]:
    found: dict[PartyId, list[Agreement]] = {}
    for agreement in agreements:
        for party in set(agreement.key):
            found.setdefault(party, []).append(agreement)
    return found
