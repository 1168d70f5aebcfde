"""Bills that replace others: after the credit of what they replace, or not at all.

Whoever cannot be told a credit (2.1.1 has none, and some partners' accounting neither) would pay twice if the
replacement came alone, so credit and replacement stay here together, as one case for the operator.
Where the owner tells the replacement first, it waits for the credit; but not for ever: a second bill that
nobody ever credits is a dispute, and goes out with its verdict.
Spec: 2.3.0 mod_cdrs, Credit CDRs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ocpi.delivery.marks import Mark, mark_id
from ocpi.delivery.outbox import Outbox
from ocpi.errors import Withheld
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.partners.model import Partner
from ocpi.versions.known import OLDEST
from schemas.kinds import ObjectKind, PartyId

PATIENCE: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(seconds=10)
_NEXT_TO: Final = timedelta(milliseconds=1)  # the database's grain of time
_Bill = tuple[Record, dict[str, Any]]
_Session = tuple[PartyId, str]


@dataclass(frozen=True, slots=True)
class _Case:
    """A bill that is due, and the other bills of its session for the same party."""

    mark: Mark
    record: Record
    others: Sequence[_Bill]

    def credits(self) -> list[str]:
        """The marks of the credits among them."""
        to = self.mark.due.to
        return [mark_id(to, other.database_id) for other, value in self.others if value.get("credit")]

    def looks_again(self, waiting: Mapping[str, datetime], now: datetime) -> datetime | None:
        until = min((waiting[each] for each in self.credits() if each in waiting), default=None)
        if until is not None:
            return until + _NEXT_TO
        if _uncredited_before(self.record, self.others) and now < self.mark.since + PATIENCE:
            return now + LOOK_AGAIN
        return None


class Credits:
    def __init__(self, store: ObjectStore, outbox: Outbox) -> None:
        self._store = store
        self._outbox = outbox

    async def check(self, record: Record, partner: Partner) -> None:
        """Raises Withheld for a credit, or a replacement, that this partner must not get."""
        if record.key.kind is not ObjectKind.CDR or takes_credits(partner):
            return
        value = record.value()
        if value.get("credit"):
            raise Withheld(f"credits cannot be told to {partner.name}: settle {_name(value)} by hand")
        for other, credited in _beside(record, await self._sessions([record])):
            if credited.get("credit") and not _is_of(credited, record):
                text = f"it replaces {_name(credited)}, whose credit {other.key.id} could not be told"
                raise Withheld(f"{text}: both are one case, to be settled by hand")

    async def hold(self, bills: Collection[tuple[Mark, Record]], now: datetime) -> dict[str, datetime]:
        """When to look again at those, by mark, whose credit is missing or on its way."""
        if not bills:
            return {}
        sessions = await self._sessions(record for _, record in bills)
        cases = [
            _Case(mark, record, _beside(record, sessions))
            for mark, record in bills
            if not record.value().get("credit")
        ]
        waiting = await self._outbox.wait_until({each for case in cases for each in case.credits()})
        looks = {case.mark.mark_id: case.looks_again(waiting, now) for case in cases}
        return {name: at for name, at in looks.items() if at is not None}

    async def _sessions(self, records: Iterable[Record]) -> dict[_Session, list[_Bill]]:
        """All bills of the sessions that these are of; in one trip for each owner."""
        wanted: dict[PartyId, set[str]] = {}
        for owner, name in filter(None, map(_session, records)):
            wanted.setdefault(owner, set()).add(name)
        found: dict[_Session, list[_Bill]] = {}
        for owner, names in wanted.items():
            for bill in await self._store.bills_of_each(owner, names):
                if session := _session(bill):
                    found.setdefault(session, []).append((bill, bill.value()))
        return found


def _session(bill: Record) -> _Session | None:
    name = bill.value().get("session_id")
    return (bill.key.owner, str(name).lower()) if name else None


def _beside(record: Record, sessions: Mapping[_Session, Sequence[_Bill]]) -> list[_Bill]:
    """For the same party, but for those that it never gets."""
    session = _session(record)
    bills = sessions.get(session, ()) if session else ()
    same = (each for each in bills if each[0].audience == record.audience and each[0].key != record.key)
    return [each for each in same if not each[0].is_withheld]


def takes_credits(partner: Partner) -> bool:
    policy = partner.translation
    if partner.connection is not None and partner.connection.version == OLDEST:
        return policy.negative_cdrs
    return not policy.no_credit_cdrs


def _uncredited_before(record: Record, others: Sequence[_Bill]) -> bool:
    """Whether an earlier bill of the session stands, which nothing has credited."""
    credited = {str(value.get("credit_reference_id")).lower() for _, value in others if value.get("credit")}
    return any(
        not value.get("credit")
        and bill.key.id.lower() not in credited
        and bill.last_updated < record.last_updated
        for bill, value in others
    )


def _is_of(credit: dict[str, Any], bill: Record) -> bool:
    return str(credit.get("credit_reference_id")).lower() == bill.key.id.lower()


def _name(credit: dict[str, Any]) -> str:
    return f"the bill {credit.get('credit_reference_id')}"
