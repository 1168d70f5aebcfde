"""The lines of a session added up: volumes by offer, and what step_size needs to know of each kind.

What step_size adds is billed on the last line that priced its kind; costs follow from the billed volumes.
Spec: 2.3.0 mod_cdrs, CDR object and step_size.
"""

from ocpi.pricing.breakdown import Line
from ocpi.pricing.offers import ENERGY, KINDS, Account
from ocpi.pricing.policy import Discharge, Policy, StepVolume
from ocpi.pricing.walk import Walk


class Ledger:
    """`priced` volumes and the `last` lines are by kind, see `offers.KINDS`."""

    __slots__ = ("last", "lines", "priced", "volumes")

    def __init__(self, walk: Walk, policy: Policy) -> None:
        self.lines = walk.lines
        self.volumes = walk.volumes
        self.last = walk.last
        self.priced = [0, 0, 0, 0, 0]
        for offer, volume in self.volumes.items():
            self.priced[offer.kind] += volume
        if policy.discharge is Discharge.IGNORE:
            self._ignore_discharge()
        if policy.step_volume is StepVolume.ALL:
            self._count_free()

    def _ignore_discharge(self) -> None:
        """The reading in which energy that flows back is worth nothing."""
        for at, line in enumerate(self.lines):
            if line.offer is not None and line.volume < 0 and line.offer.kind == ENERGY:
                self.bill_more(at, -line.volume)

    def _count_free(self) -> None:
        """The reading in which step_size looks at free volumes too."""
        for line in self.lines:
            if line.offer is None:
                self.priced[KINDS.index(line.dimension)] += line.volume

    def bill_more(self, at: int, volume: int) -> None:
        """Add to the billed volume of one line."""
        period, dimension, offer, measured, billed = self.lines[at]
        if offer is not None:
            self.volumes[offer] += volume
            self.priced[offer.kind] += volume
            self.lines[at] = Line(period, dimension, offer, measured, billed + volume)

    def costs(self) -> dict[Account, int]:
        """Costs in cost units, by account."""
        found: dict[Account, int] = {}
        for offer, volume in self.volumes.items():
            account = offer.account
            cost = volume * offer.rate
            found[account] = found[account] + cost if account in found else cost
        return found
