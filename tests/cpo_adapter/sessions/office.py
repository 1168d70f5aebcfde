"""The session rooms on a real database, with partners that keep what they hear; a crash is a new office."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.metrology.model import NOTHING_SIGNED, Attested
from cpo_adapter.ocpp.events import Outlet, SignedReading, TransactionBegan
from cpo_adapter.ocpp.intents import Intent, StationGone, TellQueue
from cpo_adapter.ocpp.intents import Outcome as Answered
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.sessions.desk import CardJudge, Sessions
from cpo_adapter.sessions.gaps import Gaps
from cpo_adapter.sessions.ledger import Ledger
from cpo_adapter.sessions.lingering import Asker, Lingering
from cpo_adapter.sessions.numbers import GivenNumbers, Numbers
from cpo_adapter.sessions.objects import Renderer
from cpo_adapter.sessions.patience import Patience
from cpo_adapter.sessions.publisher import Publisher
from cpo_adapter.sessions.settlement import Announcing
from cpo_adapter.sessions.store import INDEXES, STRAYS, TRANSACTIONS, TransactionStore
from cpo_adapter.sessions.terms import TermsBook
from cpo_adapter.sessions.transaction import Begin, Transaction
from cpo_adapter.stations.model import Connector, Evse, Inventory, Site, Station
from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.tariffs.offer import for_all
from ocpi.objects.record import Outcome, Record
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document, Mongo
from schemas import codec
from schemas.kinds import ObjectKey, PartyId
from schemas.v2_3_0.enums import ConnectorFormat, ConnectorType, PowerType
from schemas.v2_3_0.tariffs import Tariff
from tests.cpo_adapter.sessions import told

# 0.50 per kWh and 20 % VAT: 11 kWh come to 5.50 before tax.
TARIFF = Tariff.model_validate(
    {
        "country_code": "LU",
        "party_id": "PAS",
        "id": "DAY",
        "currency": "EUR",
        "tax_included": "NO",
        "elements": [{"price_components": [{"type": "ENERGY", "price": "0.5", "vat": "20", "step_size": 1}]}],
        "last_updated": "2025-01-01T00:00:00Z",
    }
)


def _station(identity: str) -> Station:
    plug = Connector(
        standard=ConnectorType.IEC_62196_T2,
        format=ConnectorFormat.SOCKET,
        power_type=PowerType.AC_3_PHASE,
        max_voltage=230,
        max_amperage=32,
        tariff_ids=("DAY",),
    )
    evses = tuple(Evse(number=number, uid=f"{identity}-{number}", connectors=(plug,)) for number in (1, 2))
    return Station(identity=identity, evses=evses)


INVENTORY = Inventory(
    (
        Site(
            id="GARE",
            address="1 place de la Gare",
            city="Luxembourg",
            country="LUX",
            latitude="49.60031",
            longitude="6.13341",
            time_zone="Europe/Luxembourg",
            stations=(_station("CP-1"), _station("CP-2")),
        ),
    )
)


@dataclass
class Partners:
    """Far sides that take everything: `heard` in order, `bills` as POSTed, `sessions` as last told."""

    heard: list[str] = field(default_factory=list)
    sessions: dict[str, Any] = field(default_factory=dict)
    bills: dict[str, bytes] = field(default_factory=dict)

    async def to_one(self, record: Record) -> None:
        session = record.value()
        self.heard.append(f"session {session['status']}")
        self.sessions[record.key.id] = session

    async def bill(self, record: Record, session: ObjectKey) -> Outcome:
        bill = record.value()
        assert (bill["session_id"], bill["id"]) == (session.id, record.key.id)
        is_the_same = self.bills.setdefault(record.key.id, record.body) == record.body
        kind = "credit" if bill.get("credit") else "bill"
        self.heard.append(kind if is_the_same else "another bill")
        return Outcome.CREATED if is_the_same else Outcome.CONFLICT

    def live(self) -> list[Any]:
        """The bills that no credit has taken back."""
        told: list[Any] = [codec.decode(body) for body in self.bills.values()]
        credited = {bill["credit_reference_id"] for bill in told if bill.get("credit")}
        return [bill for bill in told if not bill.get("credit") and bill["id"] not in credited]


@dataclass
class Judge:
    """Lets every card charge, unless it has an answer of its own."""

    answers: dict[str, tuple[CardAnswer, Authorized | None]] = field(default_factory=dict)
    orders: dict[int, tuple[str, Outlet]] = field(default_factory=dict)
    asked: int = 0

    async def ordered(self, _: str, number: int) -> tuple[str, Outlet] | None:
        return self.orders.get(number)

    async def judge_start(self, event: TransactionBegan) -> tuple[CardAnswer, Authorized | None]:
        self.asked += 1
        yes = CardAnswer(CardStatus.ACCEPTED), told.authorized(uid=event.uid)
        return self.answers.get(event.uid, yes)


class NothingReserved:
    """Every transaction is a session of its own."""

    async def session_of(self, _: TransactionBegan) -> str | None:
        return None

    async def began(self, _: Begin) -> None:
        return None


class NothingSigned:
    """No meter signs anything."""

    async def keep(self, _: int, __: Sequence[SignedReading], ___: datetime) -> None:
        return None

    async def attested(self, _: Transaction) -> Attested:
        return NOTHING_SIGNED


class NobodyThere:
    """No station is connected that could be asked."""

    async def ask(self, station: str, intent: Intent) -> Answered:
        raise StationGone(f"{station}: {intent}")

    async def has_queued(self, station: str, intent: TellQueue) -> bool:
        raise StationGone(f"{station}: {intent}")


Wrapped = Callable[[object], Any]


class Office:
    def __init__(
        self,
        mongo: Mongo,
        clock: Clock,
        partners: Partners,
        judge: Judge,
        *,
        wrapped: Wrapped = lambda part: part,
        tariffs: Sequence[Tariff] = (TARIFF,),
        asker: Asker | None = None,
    ) -> None:
        """`wrapped` is put around every part that can be called just before or after a crash."""
        self._mongo = mongo
        self.partners = partners
        self.judge = judge
        self.store = TransactionStore(mongo)
        self.numbers = Numbers(mongo, clock)
        self.ledger = Ledger(mongo)
        store = cast(TransactionStore, wrapped(self.store))
        self.publisher = Publisher(
            store=store,
            ledger=cast(Ledger, wrapped(self.ledger)),
            renderer=Renderer(PartyId("LU", "PAS"), "EUR"),
            announcer=cast(Announcing, wrapped(partners)),
            metrology=NothingSigned(),
            saw=lambda _: None,
            clock=clock,
        )
        self.sessions = Sessions(
            store=store,
            numbers=self.numbers,
            given=GivenNumbers(mongo),
            terms=TermsBook(INVENTORY, TariffBook(map(for_all, tariffs))),
            cards=cast(CardJudge, wrapped(judge)),
            reservations=NothingReserved(),
            signed=NothingSigned(),
            touched=self.publisher.touched,
            clock=clock,
        )

        self.gaps = Gaps(
            store=store,
            ledger=self.ledger,
            asker=asker or NobodyThere(),
            touched=self.publisher.touched,
            patience=Patience(),
            clock=clock,
        )
        self.lingering = Lingering(
            store=store,
            asker=asker or NobodyThere(),
            touched=self.publisher.touched,
            patience=Patience(),
            clock=clock,
        )

    async def look_around(self) -> None:
        """As happens every few seconds."""
        for part in (self.lingering, self.gaps, self.publisher):
            await part.turn()

    async def open(self) -> None:
        """As at the start of the process."""
        await self._mongo.declare(INDEXES)
        await self.sessions.recover()

    async def kept(self) -> list[Document]:
        """All transactions, as they are on disk, oldest first."""
        return await self._mongo.collection(TRANSACTIONS).find({}).sort("_id", 1).to_list(None)

    async def strays(self) -> list[str]:
        return [each["reason"] async for each in self._mongo.collection(STRAYS).find({})]

    async def outcome(self, number: int) -> tuple[str | None, str | None]:
        """What became of a transaction, once partners have heard of it."""
        await self.publisher.turn()
        (kept,) = [each for each in await self.kept() if each["_id"] == number]
        return kept["outcome"], kept.get("outcome_reason")
