"""A card is held against a station: the answer, within the five seconds that a driver waits.

The token's whitelist type says whether we decide or its issuer. Too late, or nobody to be reached: only a
card that may charge offline does. Never queued, never asked twice.
Spec: 2.3.0 mod_tokens, WhitelistType; OCPP 1.6, 4.1 (Authorize), 4.8 (StartTransaction).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from cpo_adapter.authorization.late import LateAnswers, Question
from cpo_adapter.authorization.memory import Authorizations
from cpo_adapter.authorization.model import Authorized
from cpo_adapter.authorization.rules import Decision, accepted, decide, spellings, status_of
from cpo_adapter.ocpp.events import Authorizing, Outlet, TransactionBegan
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.stations.model import Inventory
from ocpi.errors import DeliveryError, UnknownToken
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.logs import logger, pseudonym
from schemas.kinds import ObjectKind
from schemas.v2_3_0.enums import AllowedType, AuthMethod, WhitelistType
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token

log = logger(__name__)

ASKING: Final = timedelta(seconds=4.5)
OFFLINE: Final = timedelta(minutes=5)
"""A start that is told so much later was made while the station could ask nobody."""

_INVALID: Final = CardAnswer(CardStatus.INVALID)
_CONCURRENT: Final = CardAnswer(CardStatus.CONCURRENT)


@dataclass(frozen=True, slots=True)
class CardPolicy:
    """What an operator chooses: by itself a card may charge at several stations at once."""

    one_charge_per_card: bool = False


USUAL: Final = CardPolicy()


class Running(Protocol):
    """Who knows which cards charge now."""

    async def allowed(self, station: str, authorized: Authorized) -> None:
        """Its issuer says so while it charges there, perhaps."""

    async def refused(self, station: str, uid: str) -> None: ...

    async def is_charging(self, uid: str, *, but: str) -> bool:
        """Whether the card charges at another station than that."""


class Commanded(Protocol):
    """Who knows which charges their issuers ordered."""

    async def at_reader(self, station: str, uid: str, at: datetime) -> Authorized | None: ...

    async def at_outlet(
        self, station: str, evse: int, uid: str, at: datetime, heard_at: datetime
    ) -> Authorized | None: ...

    async def numbered(self, station: str, number: int, uid: str) -> Authorized | None: ...

    async def ordered(self, station: str, number: int) -> tuple[str, Outlet] | None: ...


class Cards:
    """The `CardDesk` of the door."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        inventory: Inventory,
        issuers: LateAnswers,
        running: Running,
        policy: CardPolicy = USUAL,
        memory: Authorizations,
        commanded: Commanded,
        clock: Clock,
    ) -> None:
        self._store = store
        self._inventory = inventory
        self._issuers = issuers
        self._running = running
        self._policy = policy
        self._memory = memory
        self._commanded = commanded
        self._clock = clock

    async def authorize(self, event: Authorizing) -> CardAnswer:
        """Whose charge was ordered is not asked about."""
        station, heard_at = event.origin.station, event.origin.received_at
        ordered = await self._commanded.at_reader(station, event.uid, heard_at)
        if ordered is not None:
            return accepted(ordered.token, heard_at)
        answer, _ = await self._judge(station, event.uid, heard_at)
        return answer

    async def judge_start(self, event: TransactionBegan) -> tuple[CardAnswer, Authorized | None]:
        """What the station hears of the card, and what the session rests on, which may be a yes all the same.

        The order of its issuer counts, or the yes that was given when the card was held up, at the EVSEs that
        it names: only now is the connector known. A card that charged while the station could ask nobody is
        its issuer's, whatever is said of it today.
        """
        answer, authorized = await self._recalled(event) or await self._judged_now(event)
        spot = self._inventory.spot(event.origin.station, event.outlet.evse)
        if authorized is not None and spot is not None and not authorized.is_for(spot.evse.uid):
            return _INVALID, None
        if authorized is not None and await self._charges_elsewhere(event):
            return _CONCURRENT, None
        return answer, authorized

    async def _charges_elsewhere(self, event: TransactionBegan) -> bool:
        """Where the operator does not want it; a charge that is only told of now has been let in long ago."""
        is_live = not event.is_offline and event.origin.received_at - event.at <= OFFLINE
        is_asked = self._policy.one_charge_per_card and is_live
        return is_asked and await self._running.is_charging(event.uid, but=event.origin.station)

    async def ordered(self, station: str, number: int) -> tuple[str, Outlet] | None:
        """What the card is called, and where, of the charge that was ordered by that number."""
        return await self._commanded.ordered(station, number)

    async def _recalled(self, event: TransactionBegan) -> tuple[CardAnswer, Authorized] | None:
        station, heard_at = event.origin.station, event.origin.received_at
        found = await self._ordered(event) or await self._memory.recall(station, event.uid, heard_at)
        return (accepted(found.token, heard_at), found) if found else None

    async def _ordered(self, event: TransactionBegan) -> Authorized | None:
        """By the number that the station tells again, else by place, card and time."""
        station, evse = event.origin.station, event.outlet.evse
        if event.order is not None:
            named = await self._commanded.numbered(station, event.order, event.uid)
            if named is not None:
                return named
        return await self._commanded.at_outlet(station, evse, event.uid, event.at, event.origin.received_at)

    async def _judged_now(self, event: TransactionBegan) -> tuple[CardAnswer, Authorized | None]:
        heard_at = event.origin.received_at
        answer, authorized = await self._judge(event.origin.station, event.uid, heard_at)
        if authorized is None and (event.is_offline or heard_at - event.at > OFFLINE):
            authorized = await self._offline(event)
        return answer, authorized

    async def _offline(self, event: TransactionBegan) -> Authorized | None:
        """Of a token that may never charge unasked, nobody could know."""
        token = await self._known(event.uid)
        if token is None or token.whitelist is WhitelistType.NEVER:
            return None
        return _by_whitelist(event.uid, token, event.at)

    async def _judge(self, station: str, uid: str, at: datetime) -> tuple[CardAnswer, Authorized | None]:
        """A yes is remembered, a no ends what was remembered."""
        token = await self._known(uid)
        answer, authorized = await self._judged(station, uid, token, at)
        if authorized is None:
            await self._memory.forget(station, uid)
        else:
            await self._memory.remember(station, authorized)
        log.info("card judged", station=station, uid=pseudonym(uid), status=answer.status)
        return answer, authorized

    async def _judged(
        self, station: str, uid: str, token: Token | None, at: datetime
    ) -> tuple[CardAnswer, Authorized | None]:
        decision = decide(token)
        if decision is Decision.YES and token is not None:
            return accepted(token, at), _by_whitelist(uid, token, at)
        if decision is Decision.NO:
            return CardAnswer(CardStatus.BLOCKED), None
        try:
            return await self._asked(station, uid, token, at)
        except UnknownToken:
            return _INVALID, None
        except DeliveryError as error:
            log.warning("issuer not reached", station=station, uid=pseudonym(uid), error=error.text)
        if decision is Decision.ASK_ELSE_YES and token is not None:
            return accepted(token, at), _by_whitelist(uid, token, at)
        return _INVALID, None

    async def _asked(
        self, station: str, uid: str, token: Token | None, at: datetime
    ) -> tuple[CardAnswer, Authorized | None]:
        question = Question(station, uid, token or uid, self._where(station))
        info = await self._issuers.ask(question, ASKING, self._heard_late)
        if info.allowed is not AllowedType.ALLOWED:
            return CardAnswer(status_of(info.allowed)), None
        return accepted(info.token, at), _by_issuer(uid, info, at)

    async def _heard_late(self, question: Question, info: AuthorizationInfo) -> None:
        """The station was answered long ago."""
        station, uid = question.station, question.uid
        if info.allowed is AllowedType.ALLOWED:
            authorized = _by_issuer(uid, info, self._clock.now())
            await self._memory.remember(station, authorized)
            await self._running.allowed(station, authorized)
        else:
            await self._memory.forget(station, uid)
            await self._running.refused(station, uid)

    async def _known(self, uid: str) -> Token | None:
        for spelling in spellings(uid):
            token = await self._known_as(spelling)
            if token is not None:
                return token
        return None

    async def _known_as(self, uid: str) -> Token | None:
        """The one token of this uid whose issuer has an agreement with us; two are as good as none."""
        held = await self._store.named(ObjectKind.TOKEN, f"RFID/{uid}")
        agreed = [record for record in held if self._issuers.is_agreed(record.key.owner)]
        return Token.model_validate(agreed[0].value()) if len(agreed) == 1 else None

    def _where(self, station: str) -> LocationReferences | None:
        """The station of 1.6 does not say at which connector the card was held up, so all are asked for.

        None: nobody has said yet where the station is.
        """
        spots = list(self._inventory.spots(station))
        if not spots:
            return None
        return LocationReferences(
            location_id=spots[0].site.id, evse_uids=tuple(spot.evse.uid for spot in spots)
        )


def _by_issuer(uid: str, info: AuthorizationInfo, at: datetime) -> Authorized:
    reference = str(info.authorization_reference) if info.authorization_reference else None
    evse_uids = info.location.evse_uids if info.location else ()
    return Authorized(uid, info.token, AuthMethod.AUTH_REQUEST, reference, at, evse_uids)


def _by_whitelist(uid: str, token: Token, at: datetime) -> Authorized:
    return Authorized(uid, token, AuthMethod.WHITELIST, None, at)
