"""Who sees what of the hub's store, tried with viewers and objects at random. S-24, S-25."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from yarl import URL

from hub.routing.visibility import Visibility
from ocpi.objects.holds import Hold
from ocpi.objects.record import Record
from ocpi.objects.selection import INDEXES, Selection
from ocpi.objects.store import ObjectStore
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.agreements import Agreement
from ocpi.partners.directory import Admitted, Directory
from ocpi.partners.documents import Scope
from ocpi.partners.reading import Reading, as_partner
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.mongo import Mongo
from ocpi.server.call import Call
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import CPO, Side, calling_roles, end_of
from ocpi.wire.pagination import PageQuery
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber
from tests.fakes.clock import START, ManualClock
from tests.faults.forms import form

CPOS: Final = [PartyId("FR", f"C{n:02d}") for n in range(4)]
EMSPS: Final = [PartyId("NL", f"E{n:02d}") for n in range(4)]
BOTH: Final = PartyId("BE", "BOT")
"""A company with stations and cards."""
STRANGER: Final = PartyId("DE", "XYZ")
AGREED: Final = [
    (c, e) for n, c in enumerate((*CPOS, BOTH)) for m, e in enumerate((*EMSPS, BOTH)) if (n + m) % 3
]
KINDS: Final = (ObjectKind.LOCATION, ObjectKind.TARIFF, ObjectKind.TOKEN, ObjectKind.SESSION, ObjectKind.CDR)
CASES: Final = form(400, 10_000)


def kept(chance: random.Random) -> Iterator[Record]:
    """Of every kind: for everybody, for one, held."""
    for n in range(120):
        kind = KINDS[n % len(KINDS)]
        cpo, emsp = chance.choice([*CPOS, BOTH]), chance.choice([*EMSPS, BOTH])
        owner, other = (emsp, cpo) if kind is ObjectKind.TOKEN else (cpo, emsp)
        is_charge = kind in (ObjectKind.SESSION, ObjectKind.CDR)
        name = f"RFID/{n}" if kind is ObjectKind.TOKEN else f"O{n}"
        record = Record(
            ObjectKey(kind, owner, name),
            START - timedelta(days=chance.randrange(200)),
            b'{"session_id":null}',
            other if is_charge or chance.random() < 0.3 else None,
        )
        is_held = kind is ObjectKind.CDR and chance.random() < 0.3
        yield replace(record, hold=Hold(("x",), START)) if is_held else record


def may_see(record: Record, viewer: PartyId, kind: ObjectKind) -> bool:
    """The rule, said once more: in its own words, and not in those of a database."""
    if record.key.kind is not kind:
        return False
    if kind in (ObjectKind.SESSION, ObjectKind.CDR):
        return viewer == record.key.owner or (viewer == record.audience and record.hold is None)
    asks_as = end_of(calling_roles(kind.module, Side.SENDER)[0])
    pair = (viewer, record.key.owner) if asks_as == CPO else (record.key.owner, viewer)
    return record.audience is None and pair in AGREED


def asked(chance: random.Random) -> PageQuery:
    """Windows and pages as somebody forges them."""
    return PageQuery(
        date_from=chance.choice([None, START - timedelta(days=chance.choice([1, 9, 60, 5000]))]),
        date_to=chance.choice([None, START, START + timedelta(days=9)]),
        offset=chance.choice([0, 0, 1, 3, 10**4]),
        limit=chance.choice([1, 3, 200]),
    )


def a_call(viewer: PartyId, kind: ObjectKind) -> Call:
    reading = Reading("viewer", viewer, frozenset({kind.module}))
    return Call(
        admitted=Admitted(as_partner(reading, START), CredentialsToken.generate(), Scope.FULL),
        ids=MessageIds.fresh(),
        routing=Routing(),
        version=VersionNumber.V2_3_0,
        module=kind.module,
        side=Side.SENDER,
        method="GET",
        url=URL("http://hub"),
        rest=(),
        path={},
        query={},
        body=b"",
        deadline=START,
    )


async def leafed(store: ObjectStore, selection: Selection, query: PageQuery) -> list[bytes]:
    """By the links, to the end; what X-Total-Count says is what there is."""
    page = await store.page_of_records(selection, query)
    seen = [record.database_id for record in page.records]
    total = page.total
    while page.following is not None:
        page = await store.page_of_records(selection, replace(query, offset=0, cursor=page.following))
        seen += [record.database_id for record in page.records]
    assert len(seen) == max(0, total - query.offset)
    return [each.encode() for each in seen]


async def test_a_viewer_at_random_sees_its_own_and_nothing_else(mongo: Mongo, clock: ManualClock) -> None:
    await mongo.declare(INDEXES)
    chance = random.Random(4)  # noqa: S311 - the same cases every time
    store, agreements = ObjectStore(mongo, clock), AgreementStore(mongo, clock)
    for cpo, emsp in AGREED:
        await agreements.put(Agreement(cpo, emsp, date(2025, 12, 1)))
    partners = PartnerStore(mongo, Seal(Seal.generate_key()))
    directory = Directory(partners=partners, agreements=agreements, clock=clock)
    await directory.refresh()
    records = list(kept(chance))
    for record in records:
        await store.insert(record)

    for _ in range(CASES):
        viewer = chance.choice([*CPOS, *EMSPS, BOTH, STRANGER])
        kind, query = chance.choice(KINDS), asked(chance)
        selection = Visibility(directory).of(viewer, kind, a_call(viewer, kind))
        in_window = [each for each in records if may_see(each, viewer, kind) and within(each, query)]
        wanted = [each.database_id.encode() for each in in_window][query.offset :]
        assert await leafed(store, selection, query) == wanted, (viewer, kind, query)
        assert [each for each in records if selection.includes(each)] == [
            each for each in records if may_see(each, viewer, kind)
        ]


def within(record: Record, query: PageQuery) -> bool:
    first, last = query.date_from, query.date_to
    return (first is None or record.last_updated >= first) and (last is None or record.last_updated < last)
