"""What a translation has to be told beside the object: looked up here, where other objects are kept.

2.2.1 differs from 2.3.0 by what stands in the object itself. 2.1.1 names no owners, no cards but by their
contract, and puts the location into sessions and bills, so there the rest is found in the store.
Spec: 2.1.1 mod_sessions, mod_cdrs, mod_locations; 2.3.0 changelog.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from ocpi.objects.kinds import Json, token_key
from ocpi.objects.reading import Older, written
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.server.call import Call
from ocpi.versions.known import CANONICAL, OLDEST
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.translation.context import Context, Policy
from schemas.v2_3_0.business import BusinessDetails
from schemas.v2_3_0.enums import TariffType, TokenType, VersionNumber
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token

_CHARGES = frozenset({ObjectKind.SESSION, ObjectKind.CDR})


class Facts:
    """Contexts for what is heard from partners and told to them."""

    def __init__(self, store: ObjectStore, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock

    async def heard(
        self, call: Call, key: ObjectKey | None, owner: PartyId, to: PartyId | None = None
    ) -> Older | None:
        """Of an object that a partner pushes; `to` is whose customer charges. None for 2.3.0."""
        if call.version == CANONICAL:
            return None
        policy = call.admitted.partner.translation
        if call.version != OLDEST or call.module not in ("sessions", "cdrs"):
            return Older(call.version, Context(owner=owner, policy=policy))
        context = await self.charged(call.json_object(), key, owner, to)
        return Older(call.version, replace(context, policy=policy))

    async def charged(
        self, value: Json, key: ObjectKey | None, owner: PartyId, to: PartyId | None
    ) -> Context:
        """Of a Session or CDR of 2.1.1, or a change of one; `to` is whose customer charges."""
        return Context(
            owner=owner,
            counterpart=to,
            token=await self._card(to, await self._auth_id(value, key)),
            location=await self.place(owner, _inner(value, "location").get("id"), to),
        )

    async def authorized(self, issuer: PartyId, asker: PartyId, uid: str, kind: str) -> Context:
        """Of an answer of 2.1.1 to an authorization, which does not repeat the token."""
        key = token_key(issuer, uid, kind)
        held = await self._held(key, asker)
        return Context(
            owner=issuer,
            token=Token.model_validate(held.value()) if held else None,
            asked_token=(uid, TokenType(kind)),
            received_at=self._clock.now(),
        )

    async def told(self, record: Record, version: VersionNumber, policy: Policy) -> bytes:
        """The object as a partner of that version reads it: its own bytes, if it was said in that version.

        Raises NotSpeakable where it cannot be told.
        """
        body = record.in_version(version)
        if body is not None:
            return body
        context = await self._context(record, policy) if version == OLDEST else None
        return written(record, Older(version, context or Context(owner=record.key.owner, policy=policy)))

    async def told_to(self, record: Record, partner: Partner) -> bytes:
        version = partner.connection.version if partner.connection else CANONICAL
        return await self.told(record, version, partner.translation)

    async def _context(self, record: Record, policy: Policy) -> Context:
        key = record.key
        return await self.tellable(key.kind, record.value(), key.owner, record.audience, policy)

    async def tellable(
        self, kind: ObjectKind, value: Json, owner: PartyId, to: PartyId | None, policy: Policy
    ) -> Context:
        """Of an object of a later version that is told in 2.1.1; `to` is for whom it is, if not for all."""
        if kind in _CHARGES:
            place = value.get("location_id") or _inner(value, "cdr_location").get("id")
            return Context(owner=owner, policy=policy, location=await self.place(owner, place, to))
        if kind is ObjectKind.LOCATION:
            usable = await self._usable(owner, value, to)
            operator = self._business(owner)
            return Context(owner=owner, policy=policy, operator=operator, usable_tariffs=usable)
        return Context(owner=owner, policy=policy)

    async def _auth_id(self, value: Mapping[str, Any], key: ObjectKey | None) -> str | None:
        """In the message, or, of a change, in what is kept."""
        if isinstance(value.get("auth_id"), str):
            return str(value["auth_id"])
        held = await self._store.named(key.kind, key.id) if key else []
        return next(
            (_inner(each.value(), "cdr_token").get("contract_id") for each in held if each.key == key), None
        )

    async def _card(self, issuer: PartyId | None, auth_id: str | None) -> Token | None:
        """The issuer's token of that contract; many partners write the uid of the card instead."""
        if issuer is None or auth_id is None:
            return None
        found = await self._store.contracted(issuer, auth_id)
        found = found or [each for each in await self._named_token(auth_id) if each.key.owner == issuer]
        return Token.model_validate(found[0].value()) if found else None

    async def _named_token(self, uid: str) -> list[Record]:
        return await self._store.named(ObjectKind.TOKEN, f"RFID/{uid}")

    async def place(self, owner: PartyId, written_id: Any, to: PartyId | None = None) -> Location | None:
        """A location as it was told to a party, or to everybody."""
        if not isinstance(written_id, str) or not written_id:
            return None
        held = await self._held(ObjectKey(ObjectKind.LOCATION, owner, written_id), to)
        try:
            return None if held is None or held.deleted else Location.model_validate(held.value())
        except ValidationError:
            return None

    async def _held(self, key: ObjectKey, to: PartyId | None) -> Record | None:
        """What was told to one party goes before what was told to everybody."""
        own = await self._store.get(key, to) if to is not None else None
        return own or await self._store.get(key)

    async def _usable(self, owner: PartyId, location: Json, to: PartyId | None) -> frozenset[str]:
        """Of the tariffs at the location's connectors those that are for everybody now."""
        now = self._clock.now()
        keys = [ObjectKey(ObjectKind.TARIFF, owner, each) for each in _tariffs_at(location)]
        held = [await self._held(key, to) for key in keys]
        read = (Tariff.model_validate(each.value()) for each in held if each is not None and not each.deleted)
        return frozenset(str(tariff.id) for tariff in read if _is_usable(tariff, now))

    def _business(self, party: PartyId) -> BusinessDetails | None:
        partner = self._directory.speaker(party, "CPO")
        names = (each.name for each in partner.roles if each.party == party) if partner else iter(())
        name = next(names, None)
        return BusinessDetails.model_validate({"name": name}) if name else None


def _inner(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}


def _tariffs_at(location: Json) -> list[str]:
    """Ids that stand at connectors with a choice of several."""
    connectors = (each for evse in location.get("evses") or () for each in evse.get("connectors") or ())
    choices = (each.get("tariff_ids") or () for each in connectors)
    return sorted({tariff for choice in choices if len(choice) > 1 for tariff in choice})


def _is_usable(tariff: Tariff, now: datetime) -> bool:
    has_begun = tariff.start_date_time is None or tariff.start_date_time <= now
    goes_on = tariff.end_date_time is None or now < tariff.end_date_time
    return has_begun and goes_on and tariff.type in (None, TariffType.REGULAR)
