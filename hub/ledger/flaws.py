"""What no bill can be, whoever agreed to what: it is refused, and kept apart for the operator.

A doubt is not among it: a bill that is merely doubtful is stored, and goes out with its verdict.
Spec: 2.3.0 mod_cdrs, CDR object, Credit CDRs; status_codes, 2001.
"""

from dataclasses import dataclass
from typing import Final

from ocpi.pricing.audit import Audit
from schemas.kinds import PartyId

_IMPOSSIBLE: Final = {
    "currency_unknown": "this is no currency",
    "energy_negative": "nobody draws less than nothing",
    "end_before_start": "it ends before it begins",
    "total_cost_missing": "this amount cannot be used",
    "total_cost_sign": "a bill is not negative, and a credit not positive",
    "total_energy_missing": "this amount cannot be used",
    "credit_without_reference": "a credit names the bill that it takes back",
    "credit_of_a_credit": "a credit cannot be taken back",
}
"""By code of the finding."""


@dataclass(frozen=True, slots=True)
class Flaw:
    code: str
    pointer: str
    text: str


def impossibility(verdict: Audit) -> Flaw | None:
    """The first thing about the bill that cannot be."""
    found = (each for each in verdict.findings if each.code in _IMPOSSIBLE)
    first = next(found, None)
    return None if first is None else Flaw(first.code, first.pointer, _IMPOSSIBLE[first.code])


def wrong_card(to: PartyId) -> Flaw:
    """The bill is for somebody who has not issued its card: perhaps nobody here has, or the CPO itself."""
    return Flaw("token_of_another", "/cdr_token/party_id", f"this is no card of {to}")
