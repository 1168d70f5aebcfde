"""What each platform may see of each role of each party. Pure: facts in, statuses out.

A party is as reachable as the platform that speaks for it: its own before a hub's. To whoever has no
agreement with it, it is PLANNED, and nobody is shown itself. What is gone is SUSPENDED for everybody, since
nothing is ever deleted. HUB is a role in 2.2.1 only. A party of 2.1.1 is as reachable for each other party as
the connection that it has for that one, and sees nobody, since its version has no such module.
Spec: 2.3.0 mod_hub_client_info, ConnectionStatus; Scenarios.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ocpi.partners.model import Partner, PartnerState
from ocpi.versions.known import CANONICAL
from ocpi.wire.interfaces import CPO
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ConnectionStatus

HUB: Final = "HUB"
_BEST_FIRST: Final = (ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE, ConnectionStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Client:
    """One role of one party."""

    role: str
    party: PartyId


@dataclass(frozen=True, slots=True)
class View:
    """What the platform of that name may see of a client."""

    viewer: str
    client: Client


@dataclass(frozen=True, slots=True)
class Facts:
    """`offline` are names of partners; `agreed` says of a CPO and its counterpart whether they deal now."""

    partners: Collection[Partner]
    offline: Collection[str]
    agreed: Callable[[PartyId, PartyId], bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """Some of all views: what these viewers see of everybody, and everybody of these clients."""

    viewers: frozenset[str]
    clients: frozenset[Client]


def clients(facts: Facts) -> dict[Client, ConnectionStatus]:
    """Everybody who is or was connected, as reachable as that is."""
    through_others = [
        (client, status_of(each, facts))
        for each in facts.partners
        for client in (*_behind(each), *_virtual(each))
    ]
    found: dict[Client, ConnectionStatus] = {}
    for client, status in sorted(through_others, key=lambda pair: _BEST_FIRST.index(pair[1])):
        found.setdefault(client, status)
    return {**found, **{client: status_of(each, facts) for each in facts.partners for client in _own(each)}}


def clients_of(partner: Partner) -> Iterator[Client]:
    """Whose reachability has to do with this platform."""
    yield from _own(partner)
    yield from _behind(partner)
    yield from _virtual(partner)


def views(facts: Facts, scope: Scope | None = None) -> dict[View, ConnectionStatus]:
    """All of them, or those of the scope."""
    known, parts = clients(facts), _parts(facts)
    some = known if scope is None else {each: known[each] for each in scope.clients & known.keys()}
    viewers = [partner for partner in facts.partners if partner.is_active and partner.pose is None]
    return {
        View(viewer.name, client): seen_as(
            client, _shown_by(parts.get(client), viewer) or status, viewer, facts.agreed
        )
        for viewer in viewers
        for client, status in (some if scope is None or viewer.name not in scope.viewers else known).items()
        if is_shown(client, viewer)
    }


def is_shown(client: Client, viewer: Partner) -> bool:
    if viewer.speaks_for(client.party) or client.party == viewer.hub_party:
        return False
    return client.role != HUB or _version_has_hubs(viewer)


def seen_as(
    client: Client,
    status: ConnectionStatus,
    viewer: Partner,
    agreed: Callable[[PartyId, PartyId], bool],
) -> ConnectionStatus:
    is_open = status is ConnectionStatus.SUSPENDED or client.role == HUB or viewer.names_nobody
    if is_open or any(_agreed(client, party, agreed) for party in viewer.parties()):
        return status
    return ConnectionStatus.PLANNED


def _agreed(client: Client, party: PartyId, agreed: Callable[[PartyId, PartyId], bool]) -> bool:
    return agreed(client.party, party) if client.role == CPO else agreed(party, client.party)


def status_of(partner: Partner, facts: Facts) -> ConnectionStatus:
    """Of a platform that is or was connected."""
    if partner.state is PartnerState.SUSPENDED:
        return ConnectionStatus.SUSPENDED
    return ConnectionStatus.OFFLINE if partner.name in facts.offline else ConnectionStatus.CONNECTED


def _virtual(partner: Partner) -> Iterator[Client]:
    if partner.pose is not None:
        for each in partner.roles:
            yield Client(each.role, each.party)


def _parts(facts: Facts) -> Mapping[Client, Mapping[PartyId, ConnectionStatus]]:
    """Of virtual clients, by the remote party that each connection is for."""
    found: dict[Client, dict[PartyId, ConnectionStatus]] = {}
    for partner in facts.partners:
        if partner.pose is not None:
            for client in _virtual(partner):
                found.setdefault(client, {})[partner.pose.party] = status_of(partner, facts)
    return found


def _shown_by(parts: Mapping[PartyId, ConnectionStatus] | None, viewer: Partner) -> ConnectionStatus | None:
    """Of a virtual client, by the best connection that it has for a party of the viewer.

    Whoever stands behind a hub that names nobody may be any of them.
    """
    if parts is None or viewer.names_nobody:
        return None
    own = (parts[party] for party in viewer.parties() if party in parts)
    return min(own, key=_BEST_FIRST.index, default=ConnectionStatus.PLANNED)


def _own(partner: Partner) -> Iterator[Client]:
    if partner.pose is not None:
        return
    if partner.hub_party is not None:
        yield Client(HUB, partner.hub_party)
        return
    for each in partner.roles:
        yield Client(each.role, each.party)


def _behind(partner: Partner) -> Iterator[Client]:
    if partner.hub_party is None:
        return
    for each in partner.roles:
        if each.role != HUB:
            yield Client(each.role, each.party)


def _version_has_hubs(viewer: Partner) -> bool:
    return viewer.connection is not None and viewer.connection.version < CANONICAL
