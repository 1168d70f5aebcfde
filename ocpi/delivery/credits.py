"""Bills that replace others: after the credit of what they replace, or not at all.

Whoever cannot be told a credit (2.1.1 has none, and some partners' accounting neither) would pay twice if the
replacement came alone, so credit and replacement stay here together, as one case for the operator.
Where the owner tells the replacement first, it waits for the credit; but not for ever: a second bill that
nobody ever credits is a dispute, and goes out with its verdict.
Spec: 2.3.0 mod_cdrs, Credit CDRs.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from ocpi.delivery.outbox import Mark, Outbox, mark_id
from ocpi.errors import Withheld
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.partners.model import Partner
from ocpi.versions.known import OLDEST
from schemas.kinds import ObjectKind

PATIENCE: Final = timedelta(hours=1)
LOOK_AGAIN: Final = timedelta(seconds=10)
_NEXT_TO: Final = timedelta(milliseconds=1)  # the database's grain of time
Bill = tuple[Record, dict[str, Any]]


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
        for other, credited in await self._others(record, value):
            if credited.get("credit") and not _is_of(credited, record):
                text = f"it replaces {_name(credited)}, whose credit {other.key.id} could not be told"
                raise Withheld(f"{text}: both are one case, to be settled by hand")

    async def waits_until(self, mark: Mark, record: Record, now: datetime) -> datetime | None:
        """When to look again, while the credit of what this bill replaces is missing or on its way."""
        if record.key.kind is not ObjectKind.CDR or (value := record.value()).get("credit"):
            return None
        others = await self._others(record, value)
        for credit in (other for other, credited in others if credited.get("credit")):
            until = await self._outbox.waits_until(mark_id(mark.due.to, credit.database_id))
            if until is not None:
                return until + _NEXT_TO
        if _uncredited_before(record, others) and now < mark.since + PATIENCE:
            return now + LOOK_AGAIN
        return None

    async def _others(self, record: Record, value: dict[str, Any]) -> list[Bill]:
        """Of the same session, for the same party, but for those that it never gets."""
        session_id = value.get("session_id")
        if not session_id:
            return []
        bills = await self._store.bills_of(record.key.owner, session_id)
        same = (each for each in bills if each.audience == record.audience and each.key != record.key)
        return [(each, each.value()) for each in same if not each.is_withheld]


def takes_credits(partner: Partner) -> bool:
    policy = partner.translation
    if partner.connection is not None and partner.connection.version == OLDEST:
        return policy.negative_cdrs
    return not policy.no_credit_cdrs


def _uncredited_before(record: Record, others: Sequence[Bill]) -> bool:
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
