"""Which registrations a virtual partner should have: one for each party that it has an agreement with.

One that is to begin is registered before, so that everything is ready on its first day. One that has ended
keeps its registration for a while, because charges that began before are told to their end, and bills come
late. Pure: agreements in, parties out.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from ocpi.partners.agreements import Agreement
from ocpi.partners.model import Partner
from ocpi.wire.interfaces import CPO
from schemas.kinds import PartyId

SETTLING: Final = timedelta(days=7)
"""How long bills are owed after the last day."""


def remotes(party: PartyId, role: str, agreements: Iterable[Agreement], today: date) -> list[PartyId]:
    """With whom the party, in its role, deals now or will; each once, in order."""
    going_on = (each for each in agreements if each.last_day is None or today <= each.last_day)
    return sorted(set(_counterparts(party, role, going_on)))


def is_over(party: PartyId, role: str, remote: PartyId, agreements: Iterable[Agreement], today: date) -> bool:
    """Whether their agreement ended so long ago that nothing more of it can come."""
    cpo, emsp = (party, remote) if role == CPO else (remote, party)
    ended = [each.last_day for each in agreements if each.key == (cpo, emsp)]
    return any(last is not None and last + SETTLING < today for last in ended)


def who(virtual: Partner) -> tuple[PartyId, str]:
    """The party and the role of a virtual partner, or of a part of it; it has one of each."""
    return next(iter(virtual.allowed_parties or ())), next(iter(virtual.allowed_roles))


def _counterparts(party: PartyId, role: str, agreements: Iterable[Agreement]) -> Iterator[PartyId]:
    for each in agreements:
        own, other = (each.cpo, each.emsp) if role == CPO else (each.emsp, each.cpo)
        if own == party:
            yield other
