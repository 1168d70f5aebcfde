"""A transaction as the OCPI objects that its card's issuer gets: a Session, and a CDR at its end. Pure.

The same facts make the same bytes, so that a bill that is made again after a crash is the same bill. The
first CDR bears the id of its session.
Spec: 2.3.0 mod_sessions, Session object; mod_cdrs, CDR object.
"""

from typing import Any, Final

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.metrology.model import NOTHING_SIGNED, Attested
from cpo_adapter.sessions.billing import NotBillable, costs, due, is_refused
from cpo_adapter.sessions.bills import bill_id, value_of
from cpo_adapter.sessions.exports import with_exports
from cpo_adapter.sessions.metering import whole_second
from cpo_adapter.sessions.plausibility import why_not
from cpo_adapter.sessions.transaction import Begin, Transaction
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.times import parse
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.enums import SessionStatus
from schemas.v2_3_0.sessions import Session

_WH_PER_KWH: Final = 1000
_LONGEST_REMARK: Final = 255
_AND_MORE: Final = "and more"


class Renderer:
    """`currency` stands in a session that has no tariff."""

    def __init__(self, party: PartyId, currency: str) -> None:
        self._party = party
        self._currency = currency

    def session_key(self, transaction: Transaction) -> ObjectKey:
        return ObjectKey(ObjectKind.SESSION, self._party, transaction.begin.session_id)

    def session(self, transaction: Transaction, authorized: Authorized) -> Record:
        """For the issuer of the card that was let in."""
        begin = transaction.begin
        fields: dict[str, Any] = {
            **self._common(begin, authorized),
            "id": begin.session_id,
            "kwh": transaction.energy_wh / _WH_PER_KWH,
            "location_id": begin.terms.location.id,
            "evse_uid": begin.terms.location.evse_uid,
            "connector_id": begin.terms.location.connector_id,
            "currency": self._currency,
            "status": _status(transaction),
            "end_date_time": whole_second(transaction.until) if transaction.end else None,
            "last_updated": transaction.heard_at,
            **self._estimate(transaction),
        }
        body = codec.dump(Session.model_validate(fields))
        return Record(self.session_key(transaction), transaction.heard_at, body, issuer(authorized))

    def bill(
        self,
        transaction: Transaction,
        authorized: Authorized,
        taken_back: int = 0,
        attested: Attested = NOTHING_SIGNED,
    ) -> Record:
        """The CDR, of whose session so many were taken back before, with what its meter signed.

        Raises NothingDue, NotBillable.
        """
        begin, end = transaction.begin, transaction.end
        reason = why_not(transaction)
        if end is None or reason is not None:
            raise NotBillable(reason)
        fields: dict[str, Any] = {
            **self._common(begin, authorized),
            "id": bill_id(begin.session_id, taken_back),
            "session_id": begin.session_id,
            "end_date_time": whole_second(transaction.until),
            "cdr_location": begin.terms.location.to_wire(),
            "tariffs": [tariff.to_wire() for tariff in begin.terms.tariffs],
            **due(transaction),
            "signed_data": attested.data and attested.data.to_wire(),
            "remark": _remark([*sorted(transaction.doubts), *attested.remarks]),
            "last_updated": transaction.heard_at if taken_back else end.heard_at,
        }
        return self.bill_record(authorized, codec.dump(CDR.model_validate(fields)))

    def bill_record(self, authorized: Authorized, body: bytes) -> Record:
        """A bill or a credit with its key; `body` is what was made of it, perhaps before a crash."""
        bill = value_of(body)
        key = ObjectKey(ObjectKind.CDR, self._party, bill["id"])
        return Record(key, parse(bill["last_updated"]), body, issuer(authorized))

    def _common(self, begin: Begin, authorized: Authorized) -> dict[str, Any]:
        token = authorized.token
        return {
            "country_code": self._party.country_code,
            "party_id": self._party.party_id,
            "start_date_time": whole_second(begin.at),
            "cdr_token": {
                "country_code": token.country_code,
                "party_id": token.party_id,
                "uid": token.uid,
                "type": token.type,
                "contract_id": token.contract_id,
            },
            "auth_method": authorized.auth_method,
            "authorization_reference": authorized.authorization_reference,
        }

    def _estimate(self, transaction: Transaction) -> dict[str, Any]:
        """What it costs so far, where that can be said."""
        try:
            found = costs(transaction)
        except NotBillable:
            return with_exports({}, transaction)
        named = {name: found[name] for name in ("currency", "total_cost", "charging_periods") if found[name]}
        return with_exports(named, transaction)


def _status(transaction: Transaction) -> SessionStatus:
    if transaction.end is None:
        return SessionStatus.ACTIVE
    return SessionStatus.INVALID if is_refused(transaction) else SessionStatus.COMPLETED


def issuer(authorized: Authorized) -> PartyId:
    return PartyId(authorized.token.country_code, authorized.token.party_id)


def _remark(remarks: list[str]) -> str | None:
    """What had to be mended or is odd, for whoever wonders about the bill; as much as there is room for."""
    while len(text := "; ".join(remarks)) > _LONGEST_REMARK:
        remarks = [*remarks[:-2], _AND_MORE]
    return text or None
