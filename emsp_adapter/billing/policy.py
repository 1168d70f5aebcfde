"""What the issuer lets pass, and how much of a bill is at stake by what was found. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from emsp_adapter.billing.row import AuditState, Row

ANY: Final = "*"
_OF_PRICE: Final = "_cost_differs"


@dataclass(frozen=True, slots=True)
class Policy:
    """`review_above`: by currency, the amount above which a bill is to be looked at; `*` is any other."""

    review_above: Mapping[str, Decimal]

    def is_due(self, row: Row) -> bool:
        """Whether more is at stake than may pass. What has no usable amount is looked at always."""
        stake = at_stake(row)
        if stake is None:
            return True
        return stake > self.review_above.get(row.currency, self.review_above.get(ANY, Decimal(0)))


def at_stake(row: Row) -> Decimal | None:
    """Of errors in the price what they make out, of all others the whole bill; None: nobody can say."""
    if row.audit is AuditState.DONE and not row.errors:
        return Decimal(0)
    if row.theirs is None or row.audit is AuditState.FAILED:
        return None
    difference = row.difference
    if difference is not None and all(code.endswith(_OF_PRICE) for code in row.errors):
        return abs(difference.owed)
    return abs(row.theirs.owed) if row.errors else Decimal(0)
