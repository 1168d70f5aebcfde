"""What an issuer of cards knows beside a bill: the card, its contract, what it answered, the session.

Spec: 2.3.0 mod_cdrs, CDR object (cdr_token, authorization_reference, session_id).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from emsp_adapter.authorization import service as authorizations
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
        self._given = mongo.collection(authorizations.COLLECTION)
        self._errands = mongo.collection(errands.COLLECTION)

    async def of(self, bill: Record, row: Row) -> Found:
        """As things were when the bill came, however late it is looked at."""
        value, told = bill.value(), Told(bill.key.owner, bill.audience)
        place = await self._grounds.place(value, told)
        beside = await self._beside(value, bill.key.owner, row, place)
        power = beside.most_power_kw
        known = replace(
            await self._grounds.of(value, told, row.received_at),
            token=await self._has_card(value),
            session=None if not value.get("session_id") else beside.session is not None,
            authorization=self._is_known(value, beside),
            overlapping=await self._overlapping(value, row),
        )
        return Found(known if power is None else replace(known, most_power=int(power * POWER_UNITS)), beside)

    async def _beside(self, value: Json, owner: PartyId, row: Row, place: Json | None) -> Evidence:
        reference = value.get("authorization_reference")
        return Evidence(
            card=await self._card(value, row.start),
            has_contract=await self._has_contract(value),
            answered=await self._answered(owner, reference) if reference else None,
            session=await self._session(owner, value.get("session_id")),
            most_power_kw=most_power_kw(connector_of(value, place)),
        )

    async def _card(self, value: Json, at: datetime) -> Token | None:
        """As it was then; as it is now if it was not known then."""
        key = self._key(value)
        held = None if key is None else await self._store.get(key)
        if key is None or held is None:
            return None
        body = held.body
        if held.last_updated > at:
            async for version in self._store.versions(key):
                if version.last_updated <= at:
                    body = version.body
        return Token.model_validate(codec.decode(body))

    async def _has_card(self, value: Json) -> bool:
        key = self._key(value)
        return key is not None and await self._store.get(key) is not None

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

    async def _answered(self, owner: PartyId, reference: str) -> Answered | None:
        given = await self._given.find_one({"_id": {"$in": [reference, reference.lower()]}})
        if given is not None:
            return Answered(given["uid"], given["cpo"], AllowedType(given["allowed"]), given["at"])
        asked = await self._errands.find_one(
            {"cpo": str(owner), "about.authorization_reference": reference.lower()}
        )
        return None if asked is None else Answered(None, asked["cpo"], AllowedType.ALLOWED, asked["asked_at"])

    def _is_known(self, value: Json, beside: Evidence) -> bool | None:
        return None if not value.get("authorization_reference") else beside.answered is not None

    async def _overlapping(self, value: Json, row: Row) -> tuple[str, ...]:
        if row.link.is_credit:
            return ()
        return tuple(
            await self._rows.overlapping(row, value["cdr_token"]["uid"], value["cdr_location"]["evse_uid"])
        )
