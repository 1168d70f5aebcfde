"""What can be said against a bill that no price tells: the card, the contract, our answer, the session. Pure.

Each check gets what is known and adds nothing where that is nothing: who does not know cannot doubt.
Spec: 2.3.0 mod_cdrs, CDR object; mod_tokens, AuthorizationInfo object; mod_sessions, Session object.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from ocpi.pricing.findings import Finding, Severity
from schemas.times import datetime_text, parse
from schemas.v2_3_0.enums import AllowedType, AuthMethod, SessionStatus, WhitelistType
from schemas.v2_3_0.tokens import Token

Json = dict[str, Any]
_LATE: Final = timedelta(minutes=15)
"""Clocks differ, and some stations begin a session before they ask."""
_EARLY: Final = timedelta(days=3)
"""Who has reserved is authorized long before."""
_ENERGY: Final = Decimal("0.01")
_LOUD: Final = Decimal("1.1")
_HOUR: Final = Decimal(3600)


@dataclass(frozen=True, slots=True)
class Answered:
    """What we answered under an authorization_reference; or that we ordered the charge ourselves, as one may
    with a card that is on no list.
    """

    uid: str
    cpo: str
    allowed: AllowedType
    at: datetime
    is_order: bool = False

    def ordered(self, uid: str) -> bool:
        return self.is_order and _same(self.uid, uid)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`card` as it was when the charge began, `has_contract` whether any card of ours names the contract."""

    card: Token | None = None
    has_contract: bool | None = None
    answered: Answered | None = None
    session: Json | None = None
    most_power_kw: Decimal | None = None


def check(value: Json, owner: str, known: Evidence) -> Iterator[Finding]:
    """`value` is the bill, `owner` its CPO."""
    yield from _of_contract(value, known)
    yield from _of_card(value, known.card)
    if known.answered is not None:
        yield from _of_answer(value, owner, known.answered)
    if known.session is not None:
        yield from _of_session(value, known.session)
    yield from _of_energy(value, known.most_power_kw)


def _of_contract(value: Json, known: Evidence) -> Iterator[Finding]:
    told = value["cdr_token"]["contract_id"]
    if known.card is not None and not _same(known.card.contract_id, told):
        yield _error("contract_of_another_card", "/cdr_token/contract_id", str(known.card.contract_id), told)
    elif known.card is None and known.has_contract is False:
        yield _error("contract_unknown", "/cdr_token/contract_id", None, told)


def _of_card(value: Json, card: Token | None) -> Iterator[Finding]:
    if card is None:
        return
    if not card.valid:
        yield _warning("token_blocked", "/cdr_token/uid")
    if value["auth_method"] == AuthMethod.WHITELIST and card.whitelist == WhitelistType.NEVER:
        yield _warning("whitelist_not_allowed", "/auth_method", AuthMethod.AUTH_REQUEST, AuthMethod.WHITELIST)


def _of_answer(value: Json, owner: str, answered: Answered) -> Iterator[Finding]:
    pointer = "/authorization_reference"
    if answered.allowed != AllowedType.ALLOWED:
        yield _error("authorization_refused", pointer, AllowedType.ALLOWED, answered.allowed)
    if not _same(answered.uid, value["cdr_token"]["uid"]):
        yield _error("authorization_of_another_card", pointer)
    if not _same(answered.cpo, owner):
        yield _error("authorization_of_another_cpo", pointer, answered.cpo, owner)
    start = parse(value["start_date_time"])
    if not start - _EARLY <= answered.at <= start + _LATE:
        yield _warning("authorization_of_another_time", pointer, datetime_text(answered.at))


def _of_session(value: Json, session: Json) -> Iterator[Finding]:
    if not _same(session["cdr_token"]["uid"], value["cdr_token"]["uid"]):
        yield _error("session_of_another_card", "/cdr_token/uid")
    if session.get("status") == SessionStatus.INVALID:
        yield _warning("session_invalid", "/session_id")
    if session.get("status") == SessionStatus.COMPLETED:
        told, billed = Decimal(str(session["kwh"])), Decimal(str(value["total_energy"]))
        if abs(told - billed) > _ENERGY:
            yield _warning("session_energy_differs", "/total_energy", str(told), str(billed))


def _of_energy(value: Json, most_power_kw: Decimal | None) -> Iterator[Finding]:
    """Of the whole session; the audit of the price looks at each of its periods."""
    lasted = parse(value["end_date_time"]) - parse(value["start_date_time"])
    energy = Decimal(str(value["total_energy"]))
    if lasted <= timedelta(0):
        if lasted == timedelta(0) and energy > 0:
            yield _warning("energy_without_time", "/total_energy", "0", str(energy))
        return
    power = energy * _HOUR / Decimal(str(lasted.total_seconds()))
    if most_power_kw is not None and power > most_power_kw * _LOUD:
        yield _warning("power_implausible", "/total_energy", f"{most_power_kw} kW", f"{power:.3f} kW")


def most_power_kw(connector: Json | None) -> Decimal | None:
    """What a connector gives: as it says, else by voltage, current and phases."""
    if connector is None:
        return None
    if connector.get("max_electric_power"):
        return Decimal(str(connector["max_electric_power"])) / 1000
    phases = 3 if connector["power_type"] == "AC_3_PHASE" else 1
    watts = Decimal(str(connector["max_voltage"])) * Decimal(str(connector["max_amperage"])) * phases
    return watts / 1000 or None


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _error(code: str, pointer: str, expected: str | None = None, actual: str | None = None) -> Finding:
    return Finding(code, Severity.ERROR, pointer, expected, actual)


def _warning(code: str, pointer: str, expected: str | None = None, actual: str | None = None) -> Finding:
    return Finding(code, Severity.WARNING, pointer, expected, actual)
