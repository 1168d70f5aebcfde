"""From meter readings to charging periods to a price that explains every cent. Pure: no I/O, no clock, no
floats.

breakdown = bill(session, zone)                  the operator of a station: split, then price
fields = cost_fields(breakdown)                  and the cost fields of its CDR
findings = audit(cdr, Known(...))                whoever receives a CDR
sentences = explain(breakdown, Language.FRENCH)  support staff and drivers

Raw documents come in by `read_tariff` and `read_cdr`. Spec: 2.3.0 mod_tariffs, mod_cdrs.
"""

from ocpi.pricing.audit import Audit, audit, examine, examine_all
from ocpi.pricing.bill import bill
from ocpi.pricing.breakdown import Breakdown, Costs, Line
from ocpi.pricing.credit import NotCreditable, credit_of
from ocpi.pricing.engine import price
from ocpi.pricing.explain import explain
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.known import Known
from ocpi.pricing.language.words import Language
from ocpi.pricing.lint import lint
from ocpi.pricing.metered import Activity, MeteredSession, Reading, StateChange, TariffChange
from ocpi.pricing.opening import NotJson
from ocpi.pricing.periods import MeterFlag, Period, Periods
from ocpi.pricing.policy import DEFAULT, Policy
from ocpi.pricing.preview import Preview, preview
from ocpi.pricing.read_cdr import ReadCdr, read_cdr
from ocpi.pricing.read_tariff import Version, read_tariff
from ocpi.pricing.split import split
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.write_cdr import NetUnknown, cost_fields
from ocpi.pricing.zones import NoSuchZone, Zone, ZoneSource

__all__ = [
    "DEFAULT",
    "Activity",
    "Audit",
    "Breakdown",
    "Costs",
    "Finding",
    "Known",
    "Language",
    "Line",
    "MeterFlag",
    "MeteredSession",
    "NetUnknown",
    "NoSuchZone",
    "NotCreditable",
    "NotJson",
    "Period",
    "Periods",
    "Policy",
    "Preview",
    "ReadCdr",
    "Reading",
    "Severity",
    "StateChange",
    "Tariff",
    "TariffChange",
    "Version",
    "Zone",
    "ZoneSource",
    "audit",
    "bill",
    "cost_fields",
    "credit_of",
    "examine",
    "examine_all",
    "explain",
    "lint",
    "preview",
    "price",
    "read_cdr",
    "read_tariff",
    "split",
]
