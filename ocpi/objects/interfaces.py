"""The receiver and sender sides of the modules that carry roaming objects, as an adapter mounts them.

Every kind works alike, so there is one of each: what differs is the model, and who may see what. Partners of
older versions push and read the same objects in their own words.
Spec: 2.3.0 mod_locations, mod_sessions, mod_tariffs, mod_tokens, mod_cdrs: Interfaces and endpoints.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Final

from ocpi.errors import NotSpeakable, UnknownObject
from ocpi.objects import parts
from ocpi.objects.address import Address, address_in
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Accepted, Intake
from ocpi.objects.kinds import CHANGES, checked_id, key_of
from ocpi.objects.reading import read
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.process.logs import logger
from ocpi.server.call import Answer, Call, Handler, Interface, Route
from ocpi.server.parties import PartyChecks
from ocpi.server.spoken import calling_party
from ocpi.versions.known import CANONICAL, OLDEST
from ocpi.wire import envelope, pagination, urls
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)

Visible = Callable[[Call], Selection]
Arrived = Callable[[Accepted], Awaitable[None]]
BillsUrl = Callable[[VersionNumber], str]

_OBJECT: Final = "/{country_code}/{party_id}/{id}"
_SINGLE: Final = ("/{id}", "/{id}/{evse_uid}", "/{id}/{evse_uid}/{connector_id}")
_USUAL_TYPE: Final = "RFID"
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
        paths = _PATHS.get(self._kind, (_OBJECT,))
        routes = (
            Route(method, path, handlers[method])
            for path in paths
            for method in ("GET", *CHANGES[self._kind])
        )
        return Interface(self._kind.module, Side.RECEIVER, (*routes, *self._long_ago(handlers)))

    def _long_ago(self, handlers: dict[str, Handler]) -> Iterator[Route]:
        """Tariffs could be PATCHed in 2.1.1 alone."""
        if self._kind is ObjectKind.TARIFF:
            yield Route("PATCH", _OBJECT, handlers["PATCH"], until=OLDEST)

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
        self._checks.owner(call, address.key.owner)
        if self._kind is ObjectKind.TOKEN and call.version == OLDEST:
            return address_in(self._kind, call.rest, {"type": await self._token_type(call)})
        return address

    async def _token_type(self, call: Call) -> str:
        """No address of 2.1.1 tells it: it stands in the token, and in what is kept of it."""
        if call.method == "PUT":
            return str(call.json_object().get("type") or _USUAL_TYPE)
        types = (_USUAL_TYPE, "OTHER")
        keys = [address_in(self._kind, call.rest, {"type": each}).key for each in types]
        held = [await self._store.get(key) for key in keys]
        return next((kind for kind, each in zip(types, held, strict=True) if each is not None), _USUAL_TYPE)


class BillReceiver:
    """CDRs come by POST, once, and are answered with the URL under which they stay readable."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        intake: Intake,
        facts: Facts,
        checks: PartyChecks,
        url: BillsUrl,
        arrived: Arrived = nobody,
    ) -> None:
        self._store = store
        self._intake = intake
        self._facts = facts
        self._checks = checks
        self._url = url
        self._arrived = arrived

    def interface(self) -> Interface:
        routes = (Route("POST", "", self._post), Route("GET", _OBJECT, self._get))
        return Interface(ObjectKind.CDR.module, Side.RECEIVER, routes)

    async def _post(self, call: Call) -> Answer:
        record = await posted_bill(self._facts, call, self._checks.own.party)
        self._checks.owner(call, record.key.owner)
        accepted = await self._intake.bill(record)
        await self._arrived(accepted)
        return bill_answer(accepted, self._url(call.version))

    async def _get(self, call: Call) -> Answer:
        address = address_in(ObjectKind.CDR, call.rest, call.query)
        self._checks.owner(call, address.key.owner)
        held = await self._store.get(address.key)
        if held is None:
            raise UnknownObject(f"there is no CDR {address.key.id!r}")
        return Answer(await told_part(self._facts, held, call))


class SenderInterface:
    """Lists of what is ours, page by page; `visible` says what this caller may see."""

    def __init__(self, kind: ObjectKind, *, store: ObjectStore, facts: Facts, visible: Visible) -> None:
        self._kind = kind
        self._store = store
        self._facts = facts
        self._visible = visible

    def interface(self, *more: Route) -> Interface:
        routes = (Route("GET", "", self._list), *self._singles(), *more)
        return Interface(self._kind.module, Side.SENDER, routes)

    def _singles(self) -> Iterator[Route]:
        """Of what is told to everybody, Locations alone have addresses of their own here."""
        if self._kind is ObjectKind.LOCATION:
            for path in _SINGLE:
                yield Route("GET", path, self._single)

    async def _list(self, call: Call) -> Answer:
        return await list_answer(self._store, self._facts, self._visible(call), call)

    async def _single(self, call: Call) -> Answer:
        selection = self._visible(call)
        held = await self._store.named(self._kind, checked_id(call.rest[0], "/id"))
        seen = next((each for each in held if selection.includes(each)), None)
        if seen is None:
            raise UnknownObject(f"there is no {self._kind.lower()} {call.rest[0]!r}")
        return Answer(await told_part(self._facts, seen, call, call.rest[1:]))


async def list_answer(
    store: ObjectStore, facts: Facts, selection: Selection, call: Call, routing: Routing | None = None
) -> Answer:
    """One page; for an older version without what cannot be told in it."""
    query = pagination.PageQuery.read(call.query)
    if call.version == CANONICAL:
        page = await store.page(selection, query)
        bodies, headers = page.bodies, _headers(call, query, page.total, page.following)
    else:
        found = await store.page_of_records(selection, query)
        bodies = await _told_members(facts, found.records, call)
        headers = _headers(call, query, found.total, found.following)
    return Answer(envelope.json_list(bodies), headers=headers, routing=routing)


def _headers(call: Call, query: pagination.PageQuery, total: int, following: str | None) -> dict[str, str]:
    return pagination.headers(call.url, query, total=total, following=following)


async def _told_members(facts: Facts, records: Iterable[Record], call: Call) -> list[bytes]:
    told = []
    for record in records:
        try:
            told.append(await facts.told(record, call.version, call.admitted.partner.translation))
        except NotSpeakable as error:
            log.info("withheld", object=str(record.key), to=call.admitted.partner.name, reason=error.text)
    return told


async def told_part(facts: Facts, record: Record, call: Call, path: Sequence[str] = ()) -> bytes:
    """The object, or a part of it, as the caller reads it. Raises UnknownObject, NotSpeakable."""
    body = await facts.told(record, call.version, call.admitted.partner.translation)
    return body if not path else codec.encode(parts.find(envelope.decoded(body), path))


async def posted_bill(
    facts: Facts, call: Call, to: PartyId | None, audience: PartyId | None = None
) -> Record:
    """The CDR in a request. Raises ValidationError, InvalidParameters, NotSpeakable."""
    value = call.json_object()
    older = None if call.version == CANONICAL else await facts.heard(call, None, calling_party(call), to)
    found = read(ObjectKind.CDR, call.body, value, older)
    return found.record(key_of(ObjectKind.CDR, found.value), audience)


def bill_answer(accepted: Accepted, url: str, routing: Routing | None = None) -> Answer:
    """201 for a new bill, 200 for one that came again; Location either way."""
    owner = accepted.record.key.owner
    location = urls.join(url, owner.country_code, owner.party_id, accepted.record.key.id)
    http = HTTPStatus.CREATED if accepted.outcome is Outcome.CREATED else HTTPStatus.OK
    return Answer(http=http, headers={"Location": str(location)}, routing=routing)
