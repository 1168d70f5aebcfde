"""The invoicereconciliation module as its receiver: records of CPOs, new, changed and withdrawn.

Each may arrive again, because its answer was lost. A POST of what is here already is its newer state.
Spec: 2.3.0 edition 2 mod_invoice_reconciliation, Receiver Interface.
"""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from ocpi.errors import InvalidParameters, PlatformFailed, UnknownObject
from ocpi.objects.kinds import checked_id
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.reconciliation import records
from ocpi.reconciliation.coverage import Coverage
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKey, PartyId
from schemas.v2_3_0.enums import VersionNumber

_PATH: Final = "/{country_code}/{party_id}/{id}"


class RecordReceiver:
    def __init__(self, *, store: ObjectStore, coverage: Coverage, checks: PartyChecks) -> None:
        self._store = store
        self._coverage = coverage
        self._checks = checks

    def interface(self) -> Interface:
        routes = (
            Route("POST", "", self._post),
            Route("GET", _PATH, self._get),
            Route("PUT", _PATH, self._put),
            Route("DELETE", _PATH, self._delete),
        )
        return Interface(records.MODULE, Side.RECEIVER, routes, since=VersionNumber.V2_3_0)

    async def _post(self, call: Call) -> Answer:
        return await self._taken(call, None)

    async def _put(self, call: Call) -> Answer:
        return await self._taken(call, self._named(call))

    async def _get(self, call: Call) -> Answer:
        return Answer((await self._held(self._named(call))).body)

    async def _delete(self, call: Call) -> Answer:
        """The record was a mistake: what it covered is not covered by it any more."""
        key = self._named(call)
        held = await self._store.get(key)
        if held is None:
            raise _unknown(key)
        await self._coverage.forget(key)
        if not held.deleted and not await self._store.replace(replace(held, deleted=True), held):
            raise PlatformFailed(f"{key} changes faster than it can be deleted")
        return Answer()

    async def _taken(self, call: Call, named: ObjectKey | None) -> Answer:
        told = records.read(call.json_object())
        key = records.key_of(told)
        if named is None:
            self._checks.owner(call, key.owner)
        elif named != key:
            raise InvalidParameters(
                f"the URL names {named.owner} {named.id!r}, the body another record", "/id"
            )
        outcome = await self._store.put(records.kept(told))
        if outcome is Outcome.STALE:
            raise InvalidParameters("this is older than what is held here", pointer="/last_updated")
        await self._coverage.note(key, told)
        return Answer(http=HTTPStatus.CREATED if outcome is Outcome.CREATED else HTTPStatus.OK)

    async def _held(self, key: ObjectKey) -> Record:
        held = await self._store.get(key)
        if held is None or held.deleted:
            raise _unknown(key)
        return held

    def _named(self, call: Call) -> ObjectKey:
        """Raises NotOwner for records of parties that the caller does not speak for."""
        try:
            owner = PartyId(call.path["country_code"], call.path["party_id"])
        except ValueError as error:
            raise UnknownObject(f"the URL names no party: {error}") from error
        self._checks.owner(call, owner)
        return ObjectKey(records.KIND, owner, checked_id(call.path["id"], "/id"))


def _unknown(key: ObjectKey) -> UnknownObject:
    return UnknownObject(f"there is no record {key.id!r}")
