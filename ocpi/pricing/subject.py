"""What the checks of an audit look at, and how they report.

Spec: 2.3.0 mod_cdrs, CDR object.
"""

from decimal import Decimal
from typing import Final

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.findings import Finding, Severity, shown
from ocpi.pricing.known import Known
from ocpi.pricing.read_cdr import ReadCdr
from ocpi.pricing.units import PRICE_UNITS, TICKS_PER_HOUR, UNITS_PER_KWH, NumberRefused, scaled
from ocpi.pricing.volumes import Volumes
from ocpi.pricing.wire import WireCdr, WirePrice

PERIODS: Final = "/charging_periods"
PRICE: Final = Decimal(PRICE_UNITS)
KWH: Final = Decimal(UNITS_PER_KWH)
HOUR: Final = Decimal(TICKS_PER_HOUR)


class Subject:
    """A CDR, what it comes to, and what is known beside it; checks add to `findings`."""

    __slots__ = ("cdr", "findings", "found", "known", "volumes", "wire")

    def __init__(self, cdr: ReadCdr, found: Breakdown, known: Known) -> None:
        self.cdr = cdr
        self.wire: WireCdr = cdr.wire
        self.found = found
        self.known = known
        self.volumes: Volumes = found.measured
        self.findings: list[Finding] = list(cdr.findings)

    def error(self, code: str, pointer: str, expected: object = None, actual: object = None) -> None:
        self._add(code, Severity.ERROR, pointer, expected, actual)

    def warn(self, code: str, pointer: str, expected: object = None, actual: object = None) -> None:
        self._add(code, Severity.WARNING, pointer, expected, actual)

    def inform(self, code: str, pointer: str, expected: object = None, actual: object = None) -> None:
        self._add(code, Severity.INFO, pointer, expected, actual)

    def _add(self, code: str, severity: Severity, pointer: str, expected: object, actual: object) -> None:
        wanted = None if expected is None else shown(expected)
        self.findings.append(
            Finding(code, severity, pointer, wanted, None if actual is None else shown(actual))
        )


def units(value: Decimal | None, of_one: Decimal) -> int | None:
    """A number of the CDR in parts of 1/of_one; None if it is absent or unusable."""
    if value is None:
        return None
    try:
        return scaled(value, of_one)
    except NumberRefused:
        return None


Sides = tuple[int | None, int | None]
"""An amount before and after taxes, in price units."""


def money_sides(price: WirePrice | Decimal | None) -> Sides:
    """Both sides of a price of any version."""
    if price is None or isinstance(price, Decimal):
        return units(price, PRICE), None
    if price.before_taxes is None:
        return units(price.excl_vat, PRICE), units(price.incl_vat, PRICE)
    net = units(price.before_taxes, PRICE)
    taxes = [units(tax.amount, PRICE) for tax in price.taxes or ()]
    known = [tax for tax in taxes if tax is not None]
    return net, None if net is None or len(known) < len(taxes) else net + sum(known)
