"""What a transaction comes to under the tariffs that were valid when it began. Pure.

Spec: 2.3.0 mod_cdrs, CDR object; mod_tariffs.
"""

from typing import Any, Final

from cpo_adapter.ocpp.rooms import CardStatus
from cpo_adapter.sessions.metering import metered
from cpo_adapter.sessions.transaction import Transaction
from ocpi.pricing import Version, Zone, cost_fields, price, read_tariff, split
from ocpi.pricing.tariff import Tariff as PricedTariff

_NEXT_TO_NOTHING_WH: Final = 10


class NotBillable(Exception):
    """The transaction cannot be billed as it is; the text says what an operator has to mend."""


class NothingDue(Exception):
    """Nothing was delivered, and nothing costs anything: a bill of it would be noise."""


def due(transaction: Transaction) -> dict[str, Any]:
    """The cost fields of a CDR that somebody has to pay. Raises NothingDue, NotBillable."""
    if is_refused(transaction):
        raise NothingDue("its card was refused, and next to nothing was delivered")
    fields = costs(transaction)
    if not (fields["total_energy"] or fields["total_cost"]["before_taxes"]):
        raise NothingDue("nothing was delivered and nothing is due")
    return fields


def is_refused(transaction: Transaction) -> bool:
    """Whether the station let a car charge, heard that it may not, and stopped it at once."""
    card = transaction.begin.card
    is_no = card is not None and card.status is not CardStatus.ACCEPTED
    return is_no and transaction.end is not None and transaction.energy_wh < _NEXT_TO_NOTHING_WH


def costs(transaction: Transaction) -> dict[str, Any]:
    """The cost fields of a CDR: totals, charging periods, currency. Raises NotBillable."""
    tariffs = _tariffs(transaction)
    if not tariffs:
        raise NotBillable("no tariff of this connector was valid when the session began")
    zone = Zone.named(transaction.begin.terms.time_zone)
    try:
        return cost_fields(price(split(metered(transaction), tariffs, zone), tariffs, zone))
    except ValueError as error:
        raise NotBillable(str(error)) from error


def _tariffs(transaction: Transaction) -> tuple[PricedTariff, ...]:
    read = (read_tariff(each.to_wire(), Version.V2_3_0) for each in transaction.begin.terms.tariffs)
    return tuple(tariff for tariff, _ in read if tariff is not None)
