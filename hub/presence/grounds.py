"""What every status follows from, and whose statuses may differ when some of that does. Pure.

Everybody is shown everybody: among hundreds of partners to count all of it for each that goes or comes would
be most of what a hub does. Of one change only what belongs to it is counted anew.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from hub.presence.views import Client, Scope, clients_of
from ocpi.partners.agreements import Agreement
from ocpi.partners.model import Partner, PartnerState
from schemas.kinds import PartyId

_Pair = tuple[PartyId, PartyId]
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Equal where all statuses are equal. The day is one of them: agreements begin and end with days."""

    revisions: Mapping[str, tuple[int, PartnerState]]
    agreements: Mapping[_Pair, int]
    day: date
    away: frozenset[str]
    partners: Mapping[str, Partner] = field(compare=False)

    @classmethod
    def of(
        cls,
        partners: Collection[Partner],
        agreements: Collection[Agreement],
        day: date,
        away: Collection[str],
    ) -> "Grounds":
        return cls(
            revisions={each.name: (each.revision, each.state) for each in partners},
            agreements={each.key: each.revision for each in agreements},
            day=day,
            away=frozenset(away),
            partners={each.name: each for each in partners},
        )


def touched(before: Grounds | None, now: Grounds) -> Scope | None:
    """Of which views the statuses may differ; None: of all."""
    if before is None or before.day != now.day:
        return None
    changed = _differing(before.revisions, now.revisions)
    parties = {party for pair in _differing(before.agreements, now.agreements) for party in pair}
    names = changed | (before.away ^ now.away)
    clients = {*_of_names(before, names), *_of_names(now, names), *_of_parties(now, parties)}
    return Scope(frozenset(changed), frozenset(clients))


def _differing(before: Mapping[_Key, object], now: Mapping[_Key, object]) -> set[_Key]:
    return {each for each in before.keys() | now.keys() if before.get(each) != now.get(each)}


def _of_names(grounds: Grounds, names: set[str]) -> Iterator[Client]:
    for name in names & grounds.partners.keys():
        yield from clients_of(grounds.partners[name])


def _of_parties(grounds: Grounds, parties: Collection[PartyId]) -> Iterator[Client]:
    if parties:
        of_all = (client for partner in grounds.partners.values() for client in clients_of(partner))
        yield from (client for client in of_all if client.party in parties)
