"""What an issuer of cards knows beside a bill: the card, its contract, what it answered, the session.

Spec: 2.3.0 mod_cdrs, CDR object (cdr_token, authorization_reference, session_id).
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from emsp_adapter.authorization import answers
from emsp_adapter.billing.checks import Answered, Evidence, most_power_kw
from emsp_adapter.billing.row import Row
from emsp_adapter.billing.rows import Rows
from emsp_adapter.errands import store as errands
from ocpi.objects.grounds import Grounds, Told, connector_of
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.pricing.known import Known
from ocpi.pricing.units import POWER_UNITS
from ocpi.process.mongo import Mongo
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import AllowedType
from schemas.v2_3_0.tokens import Token

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """`known` is for the audit of the price, `beside` for our own checks."""

    known: Known
    beside: Evidence


class EvidenceRoom:
    def __init__(
        self, *, own: PartyId, store: ObjectStore, grounds: Grounds, rows: Rows, mongo: Mongo
    ) -> None:
        self._own = own
        self._store = store
        self._grounds = grounds
        self._rows = rows
        self._given = mongo.collection(answers.COLLECTION)
        self._errands = mongo.collection(errands.COLLECTION)

    async def of(self, bill: Record, row: Row) -> Found:
        """As things were when the bill came, however late it is looked at."""
        value, told = bill.value(), Told(bill.key.owner, bill.audience)
        place, held, session, answered, overlapping = await asyncio.gather(
            self._grounds.place(value, told),
            self._held_card(value),
            self._session(told.owner, value.get("session_id")),
            self._answered(told.owner, value.get("authorization_reference")),
            self._overlapping(value, row),
        )
        is_ours = held is not None or (answered is not None and answered.ordered(value["cdr_token"]["uid"]))
        beside = Evidence(
            card=None if held is None else await self._as_it_was(held, row.start),
            has_contract=is_ours or await self._has_contract(value),
            answered=answered,
            session=session,
            most_power_kw=most_power_kw(connector_of(value, place)),
        )
        known = replace(
            await self._grounds.at(place, value, told, row.received_at),
            token=is_ours,
            session=_if_told(value.get("session_id"), session),
            authorization=_if_told(value.get("authorization_reference"), answered),
            overlapping=overlapping,
        )
        power = beside.most_power_kw
        return Found(known if power is None else replace(known, most_power=int(power * POWER_UNITS)), beside)

    async def _held_card(self, value: Json) -> Record | None:
        key = self._key(value)
        return None if key is None else await self._store.get(key)

    async def _as_it_was(self, card: Record, at: datetime) -> Token:
        """As it is now if it was not known then."""
        body = card.body
        if card.last_updated > at:
            async for version in self._store.versions(card.key):
                if version.last_updated <= at:
                    body = version.body
        return Token.model_validate(codec.decode(body))

    async def _has_contract(self, value: Json) -> bool:
        return bool(await self._store.contracted(self._own, value["cdr_token"]["contract_id"]))

    def _key(self, value: Json) -> ObjectKey | None:
        """None for a card of another issuer."""
        token = value["cdr_token"]
        if (token["country_code"].upper(), token["party_id"].upper()) != (
            self._own.country_code,
            self._own.party_id,
        ):
            return None
        return ObjectKey.of_token(self._own, token["uid"], token["type"])

    async def _session(self, owner: PartyId, session_id: str | None) -> Json | None:
        if not session_id:
            return None
        held = await self._store.get(ObjectKey(ObjectKind.SESSION, owner, session_id))
        return None if held is None or held.deleted else held.value()

    async def _answered(self, owner: PartyId, reference: str | None) -> Answered | None:
        if not reference:
            return None
        given = await self._given.find_one({"_id": {"$in": [reference, reference.lower()]}})
        if given is not None:
            return Answered(given["uid"], given["cpo"], AllowedType(given["allowed"]), given["at"])
        asked = await self._errands.find_one(
            {"cpo": str(owner), "about.authorization_reference": reference.lower()}
        )
        if asked is None:
            return None
        uid = asked["about"]["token_uid"]
        return Answered(uid, asked["cpo"], AllowedType.ALLOWED, asked["asked_at"], is_order=True)

    async def _overlapping(self, value: Json, row: Row) -> tuple[str, ...]:
        if row.link.is_credit:
            return ()
        return tuple(
            await self._rows.overlapping(row, value["cdr_token"]["uid"], value["cdr_location"]["evse_uid"])
        )


def _if_told(name: str | None, found: object) -> bool | None:
    """Whether it is known, if the bill names it."""
    return None if not name else found is not None
