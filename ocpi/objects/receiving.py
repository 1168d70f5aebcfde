"""The receiver side of a module that carries roaming objects: what others push to us.

Every kind works alike; what differs is the model, and who may push. Partners of older versions push the same
objects in their own words.
Spec: 2.3.0 mod_locations, mod_sessions, mod_tariffs, mod_tokens: Receiver Interface.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Final

from ocpi.errors import UnknownObject
from ocpi.objects.address import OBJECT_PATH, Address, address_in
from ocpi.objects.charges import start_of
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Accepted, Intake
from ocpi.objects.kinds import CHANGES
from ocpi.objects.record import Outcome
from ocpi.objects.store import ObjectStore
from ocpi.objects.telling import told_part
from ocpi.objects.token_types import token_type
from ocpi.server.call import Answer, Call, Handler, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.versions.known import OLDEST
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKind

Arrived = Callable[[Accepted], Awaitable[None]]

_PATHS: Final[dict[ObjectKind, tuple[str, ...]]] = {
    ObjectKind.LOCATION: (
        OBJECT_PATH,
        OBJECT_PATH + "/{evse_uid}",
        OBJECT_PATH + "/{evse_uid}/{connector_id}",
    ),
}


async def nobody(_: Accepted) -> None:
    """For who need not hear of arrivals."""


def each_of(*arrived: Arrived) -> Arrived:
    """All of them, one after the other."""

    async def tell(accepted: Accepted) -> None:
        for each in arrived:
            await each(accepted)

    return tell


class ReceiverInterface:
    """What others push to us. `arrived` is awaited after the object is stored and before the answer."""

    def __init__(
        self,
        kind: ObjectKind,
        *,
        store: ObjectStore,
        intake: Intake,
        facts: Facts,
        checks: PartyChecks,
        arrived: Arrived = nobody,
    ) -> None:
        self._kind = kind
        self._store = store
        self._intake = intake
        self._facts = facts
        self._checks = checks
        self._arrived = arrived

    def interface(self) -> Interface:
        handlers: dict[str, Handler] = {
            "GET": self._get, "PUT": self._put, "PATCH": self._patch, "DELETE": self._delete
        }  # fmt: skip
        paths = _PATHS.get(self._kind, (OBJECT_PATH,))
        routes = (
            Route(method, path, handlers[method])
            for path in paths
            for method in ("GET", *CHANGES[self._kind])
        )
        return Interface(self._kind.module, Side.RECEIVER, (*routes, *self._long_ago(handlers)))

    def _long_ago(self, handlers: dict[str, Handler]) -> Iterator[Route]:
        """Tariffs could be PATCHed in 2.1.1 alone."""
        if self._kind is ObjectKind.TARIFF:
            yield Route("PATCH", OBJECT_PATH, handlers["PATCH"], until=OLDEST)

    async def _get(self, call: Call) -> Answer:
        address = await self._address(call)
        held = await self._store.get(address.key)
        if held is None or held.deleted:
            raise UnknownObject(f"there is no {self._kind.lower()} {address.key.id!r}")
        return Answer(await told_part(self._facts, held, call, address.part))

    async def _put(self, call: Call) -> Answer:
        address = await self._address(call)
        older = await self._facts.heard(call, address.key, address.key.owner, self._checks.own.party)
        return await self._answer(await self._intake.put(address, call.body, call.json_object(), older))

    async def _patch(self, call: Call) -> Answer:
        address = await self._address(call)
        older = await self._facts.heard(call, address.key, address.key.owner, self._checks.own.party)
        return await self._answer(await self._intake.patch(address, call.json_object(), older))

    async def _delete(self, call: Call) -> Answer:
        return await self._answer(await self._intake.delete(await self._address(call)))

    async def _answer(self, accepted: Accepted) -> Answer:
        await self._arrived(accepted)
        return Answer(http=HTTPStatus.CREATED if accepted.outcome is Outcome.CREATED else HTTPStatus.OK)

    async def _address(self, call: Call) -> Address:
        address = address_in(self._kind, call.rest, call.query)
        self._checks.owner(call, address.key.owner, await self._began(call, address))
        if self._kind is ObjectKind.TOKEN and call.version == OLDEST:
            return address_in(self._kind, call.rest, {"type": await token_type(self._store, call)})
        return address

    async def _began(self, call: Call, address: Address) -> datetime | None:
        """When the charge began that a session is about."""
        if self._kind is not ObjectKind.SESSION:
            return None
        held = await self._store.get(address.key)
        if held is not None:
            return start_of(held.value())
        return start_of(call.json_object()) if call.method == "PUT" else None
