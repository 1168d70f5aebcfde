"""The receiver side of CDRs: they come by POST, once, and stay readable where the answer says.

Spec: 2.3.0 mod_cdrs, Receiver Interface.
"""

from collections.abc import Callable
from http import HTTPStatus

from yarl import URL

from ocpi.errors import UnknownObject
from ocpi.objects.address import OBJECT_PATH, address_in
from ocpi.objects.charges import start_of
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Accepted, Intake
from ocpi.objects.kinds import key_of
from ocpi.objects.reading import read
from ocpi.objects.receiving import Arrived, nobody
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.objects.telling import told_part
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import PartyChecks, named_or_only
from ocpi.versions.known import CANONICAL
from ocpi.wire import urls
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber

BillsUrl = Callable[[VersionNumber], str]


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
        routes = (Route("POST", "", self._post), Route("GET", OBJECT_PATH, self._get))
        return Interface(ObjectKind.CDR.module, Side.RECEIVER, routes)

    async def _post(self, call: Call) -> Answer:
        record = await posted_bill(self._facts, call, self._checks.own.party)
        self._checks.owner(call, record.key.owner, start_of(record.value()))
        accepted = await self._intake.bill(record)
        await self._arrived(accepted)
        return bill_answer(accepted, urls.object_url(self._url(call.version), record.key))

    async def _get(self, call: Call) -> Answer:
        address = address_in(ObjectKind.CDR, call.rest, call.query)
        held = await self._store.get(address.key)
        self._checks.owner(call, address.key.owner, None if held is None else start_of(held.value()))
        if held is None:
            raise UnknownObject(f"there is no CDR {address.key.id!r}")
        return Answer(await told_part(self._facts, held, call))


async def posted_bill(
    facts: Facts, call: Call, to: PartyId | None, audience: PartyId | None = None
) -> Record:
    """The CDR in a request. Raises ValidationError, InvalidParameters, NotSpeakable."""
    value = call.json_object()
    older = None if call.version == CANONICAL else await facts.heard(call, None, named_or_only(call), to)
    found = read(ObjectKind.CDR, call.body, value, older)
    return found.record(key_of(ObjectKind.CDR, found.value), audience)


def bill_answer(accepted: Accepted, location: URL, routing: Routing | None = None) -> Answer:
    """201 for a new bill, 200 for one that came again; either way with where it stays readable."""
    http = HTTPStatus.CREATED if accepted.outcome is Outcome.CREATED else HTTPStatus.OK
    return Answer(http=http, headers={"Location": str(location)}, routing=routing)
