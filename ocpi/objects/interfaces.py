"""The receiver and sender sides of the modules that carry roaming objects, as an adapter mounts them.

Every kind works alike, so there is one of each: what differs is the model, and who may see what.
Spec: 2.3.0 mod_locations, mod_sessions, mod_tariffs, mod_tokens, mod_cdrs: Interfaces and endpoints.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from ocpi.errors import UnknownObject
from ocpi.objects import parts
from ocpi.objects.address import Address, address_in
from ocpi.objects.intake import Accepted, Intake
from ocpi.objects.kinds import CHANGES, key_of
from ocpi.objects.record import Outcome
from ocpi.objects.store import ObjectStore, Selection
from ocpi.server.call import Answer, Call, Handler, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.wire import envelope, pagination, urls
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import ObjectKind

Visible = Callable[[Call], Selection]
Arrived = Callable[[Accepted], Awaitable[None]]

_OBJECT: Final = "/{country_code}/{party_id}/{id}"
_PATHS: Final[dict[ObjectKind, tuple[str, ...]]] = {
    ObjectKind.LOCATION: (_OBJECT, _OBJECT + "/{evse_uid}", _OBJECT + "/{evse_uid}/{connector_id}"),
}


async def nobody(_: Accepted) -> None:
    """For who need not hear of arrivals."""


class ReceiverInterface:
    """What others push to us. `arrived` is awaited after the object is stored and before the answer."""

    def __init__(
        self,
        kind: ObjectKind,
        *,
        store: ObjectStore,
        intake: Intake,
        checks: PartyChecks,
        arrived: Arrived = nobody,
    ) -> None:
        self._kind = kind
        self._store = store
        self._intake = intake
        self._checks = checks
        self._arrived = arrived

    def interface(self) -> Interface:
        handlers: dict[str, Handler] = {
            "GET": self._get, "PUT": self._put, "PATCH": self._patch, "DELETE": self._delete
        }  # fmt: skip
        paths = _PATHS.get(self._kind, (_OBJECT,))
        routes = (
            Route(method, path, handlers[method])
            for path in paths
            for method in ("GET", *CHANGES[self._kind])
        )
        return Interface(self._kind.module, Side.RECEIVER, tuple(routes))

    async def _get(self, call: Call) -> Answer:
        address = self._address(call)
        held = await self._store.get(address.key)
        if held is None or held.deleted:
            raise UnknownObject(f"there is no {self._kind.lower()} {address.key.id!r}")
        if not address.part:
            return Answer(held.body)
        return Answer(codec.encode(parts.find(held.value(), address.part)))

    async def _put(self, call: Call) -> Answer:
        return await self._answer(await self._intake.put(self._address(call), call.body, call.json_object()))

    async def _patch(self, call: Call) -> Answer:
        return await self._answer(await self._intake.patch(self._address(call), call.json_object()))

    async def _delete(self, call: Call) -> Answer:
        return await self._answer(await self._intake.delete(self._address(call)))

    async def _answer(self, accepted: Accepted) -> Answer:
        await self._arrived(accepted)
        return Answer(http=HTTPStatus.CREATED if accepted.outcome is Outcome.CREATED else HTTPStatus.OK)

    def _address(self, call: Call) -> Address:
        address = address_in(self._kind, call.rest, call.query)
        self._checks.owner(call, address.key.owner)
        return address


class BillReceiver:
    """CDRs come by POST, once, and are answered with the URL under which they stay readable."""

    def __init__(
        self, *, store: ObjectStore, intake: Intake, checks: PartyChecks, url: str, arrived: Arrived = nobody
    ) -> None:
        self._store = store
        self._intake = intake
        self._checks = checks
        self._url = url
        self._arrived = arrived

    def interface(self) -> Interface:
        routes = (Route("POST", "", self._post), Route("GET", _OBJECT, self._get))
        return Interface(ObjectKind.CDR.module, Side.RECEIVER, routes)

    async def _post(self, call: Call) -> Answer:
        value = call.json_object()
        key = key_of(ObjectKind.CDR, value)
        self._checks.owner(call, key.owner)
        accepted = await self._intake.bill(call.body, value, key)
        await self._arrived(accepted)
        return bill_answer(accepted, self._url)

    async def _get(self, call: Call) -> Answer:
        address = address_in(ObjectKind.CDR, call.rest, call.query)
        self._checks.owner(call, address.key.owner)
        held = await self._store.get(address.key)
        if held is None:
            raise UnknownObject(f"there is no CDR {address.key.id!r}")
        return Answer(held.body)


class SenderInterface:
    """Lists of what is ours, page by page; `visible` says what this caller may see."""

    def __init__(self, kind: ObjectKind, *, store: ObjectStore, visible: Visible) -> None:
        self._kind = kind
        self._store = store
        self._visible = visible

    def interface(self, *more: Route) -> Interface:
        return Interface(self._kind.module, Side.SENDER, (Route("GET", "", self._list), *more))

    async def _list(self, call: Call) -> Answer:
        return await list_answer(self._store, self._visible(call), call)


async def list_answer(
    store: ObjectStore, selection: Selection, call: Call, routing: Routing | None = None
) -> Answer:
    query = pagination.PageQuery.read(call.query)
    page = await store.page(selection, query)
    headers = pagination.headers(call.url, query, total=page.total, returned=len(page.bodies))
    return Answer(envelope.json_list(page.bodies), headers=headers, routing=routing)


def bill_answer(accepted: Accepted, url: str, routing: Routing | None = None) -> Answer:
    """201 for a new bill, 200 for one that came again; Location either way."""
    owner = accepted.record.key.owner
    location = urls.join(url, owner.country_code, owner.party_id, accepted.record.key.id)
    http = HTTPStatus.CREATED if accepted.outcome is Outcome.CREATED else HTTPStatus.OK
    return Answer(http=http, headers={"Location": str(location)}, routing=routing)
