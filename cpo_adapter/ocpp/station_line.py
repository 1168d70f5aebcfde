"""Asking a station, whichever process its connection is at: our questions in the words of its version."""

from abc import ABC, abstractmethod

from cpo_adapter.ocpp import validation
from cpo_adapter.ocpp.card_lists import ListLimits, TellListLimits, TellListVersion
from cpo_adapter.ocpp.casing import payload
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.intents import Intent, NotSpoken, Outcome, TellBounds, TellQueue, TellSchedule
from cpo_adapter.ocpp.orders import Answer, Order
from cpo_adapter.ocpp.schedules import Schedule, StationBounds
from cpo_adapter.ocpp.secrets import without_secrets
from cpo_adapter.ocpp.validation import Gravity, Part
from schemas.codec import Json


class StationLine(ABC):
    @property
    @abstractmethod
    def dialect(self) -> Dialect:
        """The version that is spoken with it."""

    @abstractmethod
    async def call(self, action: str, request: Payload) -> Json:
        """The payload of its CALLRESULT. Raises NotAsked."""

    async def ask(self, intent: Intent) -> Outcome:
        """Raises NotAsked, or Refusal for what no station could be sent."""
        try:
            return self.dialect.outcome(await self._answer_to(intent))
        except NotSpoken:
            return Outcome.NOT_SUPPORTED

    async def schedule(self, intent: TellSchedule) -> Schedule | None:
        """None: the station would not say. Raises as `ask`."""
        return self.dialect.schedule(await self._answer_to(intent))

    async def bounds(self, intent: TellBounds) -> StationBounds:
        """Raises as `ask`."""
        return self.dialect.bounds(await self._answer_to(intent))

    async def has_queued(self, intent: TellQueue) -> bool:
        """Raises as `ask`."""
        return self.dialect.has_queued(await self._answer_to(intent))

    async def list_version(self) -> int:
        """Raises as `ask`."""
        return self.dialect.list_version(await self._answer_to(TellListVersion()))

    async def list_limits(self) -> ListLimits:
        """Raises as `ask`."""
        return self.dialect.list_limits(await self._answer_to(TellListLimits()))

    async def order(self, order: Order) -> Answer:
        """Raises NotAsked, ValueError, or Refusal for what does not fit the version's schema."""
        action, request = self.dialect.order(order)
        told = without_secrets(await self._called(action, request))
        wrong = validation.problems(self.dialect.schemas, action, Part.RESPONSE, told)
        is_readable = all(each.gravity is Gravity.SIN for each in wrong)
        return Answer(told if isinstance(told, dict) else {}, is_readable)

    async def _answer_to(self, intent: Intent) -> Json:
        message = self.dialect.request(intent)
        return await self._called(type(message).__name__, payload(message))

    async def _called(self, action: str, request: Payload) -> Json:
        validation.must_fit(self.dialect.schemas, action, Part.REQUEST, request)
        return await self.call(action, request)
