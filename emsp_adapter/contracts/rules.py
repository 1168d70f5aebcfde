"""May this card charge here, now? Pure.

The first rule that objects gives the reason: what lasts goes before what passes, and what concerns the card
before what concerns the place. Opening hours and the status of an EVSE are no reasons: what we hold of them
may be out of date.
Spec: 2.3.0 mod_tokens, AllowedType; POST method (real-time authorization). Cases C-089, C-092, C-093.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from emsp_adapter.contracts.case import Account, Case
from emsp_adapter.contracts.contract import ContractState, Limits
from emsp_adapter.contracts.hours import is_open
from emsp_adapter.contracts.verdict import Reason
from schemas.translation.countries import country_of

Rule = Callable[[Case], bool]

_NONE: Final = Limits()


def refusal(case: Case) -> Reason | None:
    """The first that speaks against it. A card without a contract has no limits."""
    return next((reason for reason, objects in _RULES if objects(case)), None)


def remarks(case: Case) -> Iterable[Reason]:
    """What the contract lets us find remarkable; a policy says what comes of it."""
    limits = _limits(case)
    if limits.at_once is not None and case.account.running >= limits.at_once:
        yield Reason.TOO_MANY_AT_ONCE
    if limits.currency is not None and any(
        cost and currency != limits.currency for currency, cost in case.account.unpaid.items()
    ):
        yield Reason.OTHER_CURRENCY


def needs_place(case: Case) -> bool:
    """Whether it cannot be judged without being told where the card is. Case C-090."""
    return case.place is None and bool(_limits(case).countries) and refusal(case) is None


def may_spend(limits: Limits, account: Account) -> Decimal | None:
    """In the currency of the credit; what was charged for in another one is no part of it."""
    if limits.credit is None or limits.currency is None:
        return None
    return limits.credit - account.unpaid.get(limits.currency, Decimal(0))


def chargeable(evse_uids: tuple[str, ...], removed: frozenset[str]) -> tuple[str, ...]:
    """Of the EVSEs that are asked about those where one may charge: not what its CPO says is gone.

    If all of them are, somebody stands before one nevertheless, and what we hold is out of date.
    """
    there = tuple(each for each in dict.fromkeys(evse_uids) if each.lower() not in removed)
    return there or evse_uids


def _limits(case: Case) -> Limits:
    return case.contract.limits if case.contract else _NONE


def _has_ended(case: Case) -> bool:
    """Before the card, which is blocked because its contract has ended."""
    return case.contract is not None and case.contract.state is ContractState.ENDED


def _card_is_blocked(case: Case) -> bool:
    return not case.card.is_valid and not _contract_is_blocked(case)


def _contract_is_blocked(case: Case) -> bool:
    return case.contract is not None and case.contract.state is ContractState.BLOCKED


def _is_over(case: Case) -> bool:
    until = _limits(case).valid_until
    return until is not None and case.now >= until


def _has_not_begun(case: Case) -> bool:
    since = _limits(case).valid_from
    return since is not None and case.now < since


def _is_other_cpo(case: Case) -> bool:
    cpos = _limits(case).cpos
    return bool(cpos) and str(case.cpo) not in cpos


def _is_other_country(case: Case) -> bool:
    countries = _limits(case).countries
    return bool(countries) and case.place is not None and _country(case) not in countries


def _country(case: Case) -> str | None:
    """Of a location that nobody told us about: that of its CPO, which most probably is the same."""
    if case.place is not None and case.place.country is not None:
        return case.place.country
    country = country_of(case.cpo.country_code)
    return country.alpha_3 if country else None


def _is_outside_hours(case: Case) -> bool:
    limits = _limits(case)
    return bool(limits.hours) and not is_open(limits.hours, limits.time_zone or "UTC", case.now)


def _has_no_credit(case: Case) -> bool:
    left = may_spend(_limits(case), case.account)
    return left is not None and left <= 0


_RULES: Final[tuple[tuple[Reason, Rule], ...]] = (
    (Reason.CONTRACT_ENDED, _has_ended),
    (Reason.CARD_BLOCKED, _card_is_blocked),
    (Reason.CONTRACT_BLOCKED, _contract_is_blocked),
    (Reason.NO_LONGER_VALID, _is_over),
    (Reason.NOT_YET_VALID, _has_not_begun),
    (Reason.CPO_NOT_COVERED, _is_other_cpo),
    (Reason.COUNTRY_NOT_COVERED, _is_other_country),
    (Reason.OUTSIDE_HOURS, _is_outside_hours),
    (Reason.NO_CREDIT, _has_no_credit),
)
