"""Which cards may charge: what is decided here, what is asked, what is remembered.

ocpp.md §5 Authorization, B-62, B-100, B-102; OCPI conformance C-081 to C-085.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from cpo_adapter.authorization.commanded import CommandedStarts
from cpo_adapter.authorization.desk import Cards
from cpo_adapter.authorization.late import LateAnswers
from cpo_adapter.authorization.memory import Authorizations
from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import Authorizing
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from ocpi.errors import TimedOut, UnknownToken
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from schemas import codec
from schemas.kinds import ObjectKey, PartyId
from schemas.v2_3_0.enums import AuthMethod
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token
from tests import build
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.office import INVENTORY
from tests.fakes.clock import ManualClock

EMSP, STRANGER = PartyId("NL", "MSP"), PartyId("XX", "YYY")


@dataclass
class Issuers:
    """Answers `allowed` with a reference for every card, unless it has a `trouble`."""

    allowed: str = "ALLOWED"
    trouble: Exception | None = None
    asked: list[tuple[str, PartyId | None]] = field(default_factory=list)
    places: list[LocationReferences | None] = field(default_factory=list)

    def is_agreed(self, issuer: PartyId) -> bool:
        return issuer != STRANGER

    async def ask(
        self,
        card: Token | str,
        at: LocationReferences | None,
        within: timedelta,  # noqa: ARG002 - it answers at once
    ) -> AuthorizationInfo:
        uid = card if isinstance(card, str) else card.uid
        owner = None if isinstance(card, str) else PartyId(card.country_code, card.party_id)
        self.asked.append((uid, owner))
        self.places.append(at)
        if self.trouble is not None:
            raise self.trouble
        token = build.token(uid=uid, whitelist="NEVER")
        return AuthorizationInfo.model_validate(
            {
                "allowed": self.allowed,
                "token": token.to_wire(),
                "authorization_reference": "REF",
            }
        )


@dataclass
class Desk:
    cards: Cards
    issuers: Issuers
    store: ObjectStore
    clock: ManualClock

    async def know(self, owner: PartyId = EMSP, **token: Any) -> None:
        """A token that its issuer has pushed to us."""
        known = build.token(
            country_code=owner.country_code, party_id=owner.party_id, **{"uid": "CARD", **token}
        )
        key = ObjectKey.of_token(owner, known.uid)
        await self.store.put(Record(key, known.last_updated, codec.dump(known)))

    async def tap(self, uid: str = "CARD") -> CardAnswer:
        origin = told.origin("Authorize", {"idTag": uid}, heard_at=self.clock.now())
        return await self.cards.authorize(Authorizing(origin, uid))


@dataclass
class Charging:
    """Whom the desk tells of cards that charge; `elsewhere` are those that do so at another station."""

    elsewhere: set[str] = field(default_factory=set)

    async def allowed(self, station: str, authorized: Authorized) -> None: ...

    async def refused(self, station: str, uid: str) -> None: ...

    async def is_charging(self, uid: str, *, but: str) -> bool:
        return uid in self.elsewhere and but == "CP-1"


@pytest.fixture
async def supervisor(clock: ManualClock) -> AsyncIterator[Supervisor]:
    async with Supervisor(name="cards", clock=clock) as supervisor:
        yield supervisor


@pytest.fixture
def desk(mongo: Mongo, clock: ManualClock, supervisor: Supervisor) -> Desk:
    return a_desk(mongo, clock, supervisor)


def a_desk(mongo: Mongo, clock: ManualClock, supervisor: Supervisor) -> Desk:
    store, issuers = ObjectStore(mongo, clock), Issuers()
    cards = Cards(
        store=store,
        inventory=INVENTORY,
        issuers=LateAnswers(issuers=issuers, supervisor=supervisor, clock=clock),
        memory=Authorizations(mongo),
        commanded=CommandedStarts(mongo),
        running=Charging(),
        clock=clock,
    )
    return Desk(cards, issuers, store, clock)


@pytest.mark.parametrize(("valid", "status"), [(True, CardStatus.ACCEPTED), (False, CardStatus.BLOCKED)])
@pytest.mark.parametrize("whitelist", ["ALWAYS", "ALLOWED"])
async def test_a_whitelisted_card_is_decided_here(
    desk: Desk,
    whitelist: str,
    valid: bool,  # noqa: FBT001
    status: CardStatus,
) -> None:
    await desk.know(whitelist=whitelist, valid=valid)

    assert (await desk.tap()).status is status
    assert desk.issuers.asked == []


@pytest.mark.parametrize("whitelist", ["NEVER", "ALLOWED_OFFLINE"])
async def test_any_other_card_is_asked_about_at_its_issuer(desk: Desk, whitelist: str) -> None:
    await desk.know(whitelist=whitelist)

    assert (await desk.tap()).status is CardStatus.ACCEPTED
    assert desk.issuers.asked == [("CARD", EMSP)]
    assert desk.issuers.places == [LocationReferences(location_id="GARE", evse_uids=("CP-1-1", "CP-1-2"))]


@pytest.mark.parametrize(
    ("whitelist", "status"), [("NEVER", CardStatus.INVALID), ("ALLOWED_OFFLINE", CardStatus.ACCEPTED)]
)
async def test_an_issuer_that_is_too_late_leaves_it_to_the_whitelist(
    desk: Desk, whitelist: str, status: CardStatus
) -> None:
    """B-102."""
    await desk.know(whitelist=whitelist)
    desk.issuers.trouble = TimedOut("the issuer took too long")

    assert (await desk.tap()).status is status


async def test_a_card_that_nobody_knows_is_asked_about_everywhere(desk: Desk) -> None:
    assert (await desk.tap()).status is CardStatus.ACCEPTED
    desk.issuers.trouble = UnknownToken("nobody")
    assert (await desk.tap()).status is CardStatus.INVALID

    assert desk.issuers.asked == [("CARD", None), ("CARD", None)]


async def test_a_token_without_an_agreement_is_no_token(desk: Desk) -> None:
    await desk.know(STRANGER, whitelist="ALWAYS")
    desk.issuers.trouble = UnknownToken("nobody")

    assert (await desk.tap()).status is CardStatus.INVALID


@pytest.mark.parametrize("spelling", ["04a2bc11", "04:A2:BC:11", "04 A2 BC 11", "04-A2-BC-11"])
async def test_a_card_is_known_however_its_reader_spells_it(desk: Desk, spelling: str) -> None:
    """B-100."""
    await desk.know(uid="04A2BC11", whitelist="NEVER")

    assert (await desk.tap(spelling)).status is CardStatus.ACCEPTED
    assert desk.issuers.asked == [("04A2BC11", EMSP)]


@pytest.mark.parametrize(
    ("whitelist", "remembered"), [("ALWAYS", timedelta(hours=24)), ("NEVER", timedelta(minutes=15))]
)
async def test_a_station_may_remember_a_yes_for_a_while_and_hears_the_group(
    desk: Desk, whitelist: str, remembered: timedelta
) -> None:
    await desk.know(whitelist=whitelist, group_id="FLEET")
    answer = await desk.tap()

    assert answer.expires == desk.clock.now() + remembered
    assert answer.group == ("FLEET" if whitelist == "ALWAYS" else None)


async def test_what_was_said_at_the_tap_counts_at_the_start_also_after_a_restart(
    mongo: Mongo, clock: ManualClock, desk: Desk, supervisor: Supervisor
) -> None:
    await desk.know(whitelist="NEVER")
    await desk.tap()
    restarted = a_desk(mongo, clock, supervisor)
    answer, authorized = await restarted.cards.judge_start(told.start_told(at=clock.now()))

    assert answer.status is CardStatus.ACCEPTED
    assert authorized is not None
    assert (authorized.auth_method, authorized.authorization_reference) == (AuthMethod.AUTH_REQUEST, "REF")
    assert restarted.issuers.asked == []


async def test_a_start_that_spells_its_card_otherwise_is_not_asked_about_again(desk: Desk) -> None:
    """B-100 (B-100)."""
    await desk.know(uid="04A2BC11", whitelist="NEVER")
    await desk.tap("04:a2:bc:11")
    start = told.start_told(uid="04 A2 BC 11", at=desk.clock.now())
    _, authorized = await desk.cards.judge_start(start)

    assert authorized is not None
    assert (str(authorized.token.uid), len(desk.issuers.asked)) == ("04A2BC11", 1)


async def test_a_yes_of_the_day_before_yesterday_is_asked_for_again(desk: Desk) -> None:
    await desk.tap()
    await desk.clock.advance(hours=48)
    await desk.cards.judge_start(told.start_told(at=desk.clock.now()))

    assert len(desk.issuers.asked) == 2


async def test_a_no_ends_an_earlier_yes(desk: Desk) -> None:
    await desk.tap()
    desk.issuers.allowed = "BLOCKED"
    await desk.tap()
    answer, authorized = await desk.cards.judge_start(told.start_told(at=desk.clock.now()))

    assert (answer.status, authorized) == (CardStatus.BLOCKED, None)


async def test_a_start_without_a_tap_is_judged_when_it_is_told(desk: Desk) -> None:
    await desk.know(whitelist="ALLOWED")
    answer, authorized = await desk.cards.judge_start(told.start_told(at=desk.clock.now()))

    assert answer.status is CardStatus.ACCEPTED
    assert authorized is not None
    assert (authorized.auth_method, authorized.authorization_reference) == (AuthMethod.WHITELIST, None)


@pytest.mark.parametrize(
    ("whitelist", "offline", "is_billed"),
    [
        ("ALLOWED", timedelta(days=3), True),
        ("ALLOWED", timedelta(minutes=1), False),
        ("NEVER", timedelta(days=3), False),
    ],
)
async def test_a_card_blocked_since_it_charged_offline_is_its_issuers_all_the_same(
    desk: Desk,
    whitelist: str,
    offline: timedelta,
    is_billed: bool,  # noqa: FBT001
) -> None:
    """B-62: the station hears what is true now."""
    await desk.know(whitelist=whitelist, valid=False)
    desk.issuers.allowed = "BLOCKED"
    now = desk.clock.now()
    answer, authorized = await desk.cards.judge_start(told.start_told(at=now - offline, heard_at=now))

    assert answer.status is CardStatus.BLOCKED
    assert (authorized is not None) is is_billed
