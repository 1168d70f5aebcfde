"""What must hold at the end, whatever was killed, slow, dead or hostile: I1 to I6, told by what broke.

I1 every acknowledged CDR is in the ledger once. I2 its recipient holds it once, after dropping repetitions of
the same id, and repetitions are bounded. I3 each recipient's last state of an object is the owner's last
acknowledged one. I4 nothing reaches a party without an agreement. I5 no recipient sees an object go back in
time. I6 queues, memory and open files return to where they were.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.kinds import PartyId
from tests.faults.oracle import Arrived, Oracle, Place, Told, digest
from tests.faults.supervisor import Usage

AT_ONCE: Final = 8
_MOST_LINES: Final = 5
Ledger = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is found when everything has come to rest."""

    ledger: Ledger
    waiting: int = 0
    kills: int = 0


def broken(oracle: Oracle, ending: Ending) -> list[str]:
    """A line for everything that does not hold, a few of each kind."""
    found = (
        kept_once(oracle.bills(), ending.ledger),
        delivered_once(oracle),
        repeated_within_bounds(oracle, ending.kills),
        up_to_date(oracle),
        within_agreements(oracle),
        never_backwards(oracle.arrived),
        at_rest(ending.waiting),
    )
    return [line for lines in found for line in _few(list(lines))]


def kept_once(acked: Iterable[Told], ledger: Ledger) -> Iterator[str]:
    by_id = Counter(_path(bill) for bill in ledger)
    by_session = Counter((bill["country_code"], bill["party_id"], bill["session_id"]) for bill in ledger)
    for told in acked:
        if by_id[told.path.lower()] != 1:
            yield f"I1: {told.path} was acknowledged and is {by_id[told.path.lower()]} times in the ledger"
    for session, times in by_session.items():
        if times > 1:
            yield f"I1: the session {session} has {times} bills in the ledger"


def delivered_once(oracle: Oracle, but_not: Collection[PartyId] = ()) -> Iterator[str]:
    held: dict[tuple[PartyId, str], set[str]] = defaultdict(set)
    for each in oracle.arrived:
        if each.place[0] == "cdrs":
            held[each.party, each.place[1]].add(each.digest)
    for told in oracle.bills():
        if told.to is None or told.to in but_not:
            continue
        if held[told.to, told.path] != {digest(told.body)}:
            bodies = len(held[told.to, told.path])
            yield f"I2: {told.path} was acknowledged and {told.to} holds {bodies} bodies of it, or another"


def repeated_within_bounds(oracle: Oracle, kills: int) -> Iterator[str]:
    for party, times in repetitions(oracle).items():
        bound = kills * AT_ONCE + oracle.excused[party]
        if times > bound:
            yield f"I2: {party} was sent {times} bills once more, after {kills} kills at most {bound} are due"


def repetitions(oracle: Oracle) -> Counter[PartyId]:
    """How many bills came to whom that it had already."""
    came = Counter((each.party, each.place) for each in oracle.arrived if each.place[0] == "cdrs")
    more: Counter[PartyId] = Counter()
    for (party, _), times in came.items():
        more[party] += times - 1
    return more


def up_to_date(oracle: Oracle, but_not: Collection[PartyId] = ()) -> Iterator[str]:
    last = {(each.party, each.place): each for each in oracle.arrived}
    for (place, to), versions in oracle.acked.items():
        newest = versions[-1]
        if newest.module == "cdrs":
            continue
        for party in _recipients(oracle, newest, to):
            if party in but_not:
                continue
            seen = last.get((party, place))
            if seen is None or seen.digest != digest(newest.body):
                was = seen.last_updated if seen else "nothing"
                yield f"I3: {party} was last told {was} of {place}, its owner said {newest.last_updated}"


def within_agreements(oracle: Oracle) -> Iterator[str]:
    for party, place in dict.fromkeys((each.party, each.place) for each in oracle.arrived):
        country_code, party_id, *_ = place[1].split("/")
        if (PartyId(country_code, party_id), party) not in oracle.agreed:
            yield f"I4: {place} reached {party} without an agreement"


def never_backwards(arrived: Iterable[Arrived]) -> Iterator[str]:
    newest: dict[tuple[PartyId, Place], str] = {}
    for each in arrived:
        before = newest.setdefault((each.party, each.place), each.last_updated)
        if each.last_updated < before:
            yield f"I5: {each.party} was told {each.last_updated} of {each.place} after {before}"
        newest[each.party, each.place] = max(before, each.last_updated)


def at_rest(waiting: int) -> Iterator[str]:
    if waiting:
        yield f"I6: {waiting} marks are still waiting"


def alike(before: Usage, after: Usage, *, more_mb: float, more_files: int) -> Iterator[str]:
    """I6, for a process that lived through all of it."""
    if after.memory_mb > before.memory_mb + more_mb:
        yield f"I6: memory grew from {before.memory_mb:.0f} to {after.memory_mb:.0f} MB"
    if after.open_files > before.open_files + more_files:
        yield f"I6: open files grew from {before.open_files} to {after.open_files}"


def one_at_a_time(oracle: Oracle) -> Iterator[str]:
    for (party, place), times in oracle.most_at_once.items():
        if times > 1:
            yield f"{place} was on its way to {party} {times} times at once"
    for party, times in oracle.most_to_party.items():
        if times > AT_ONCE:
            yield f"{times} requests were on their way to {party} at once"


def _recipients(oracle: Oracle, told: Told, to: PartyId | None) -> Iterable[PartyId]:
    return [to] if to else [emsp for cpo, emsp in sorted(oracle.agreed, key=str) if cpo == told.owner]


def _path(bill: Mapping[str, Any]) -> str:
    return f"{bill['country_code']}/{bill['party_id']}/{bill['id']}".lower()


def _few(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], f"… and {more} more of these"] if more > 0 else lines
