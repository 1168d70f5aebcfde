"""What the door asks of one version of OCPP: everything that differs between versions, and nothing else."""

from datetime import datetime
from typing import Protocol

from cpo_adapter.ocpp.card_lists import ListLimits
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.framing import Call, Payload, Send, Unreadable
from cpo_adapter.ocpp.intents import Intent, Outcome
from cpo_adapter.ocpp.orders import Order
from cpo_adapter.ocpp.schedules import Schedule, StationBounds
from schemas.codec import Json


class Dialect(Protocol):
    @property
    def subprotocol(self) -> str:
        """As it stands in Sec-WebSocket-Protocol."""

    @property
    def schemas(self) -> str:
        """The module of the `ocpp` package that holds the version's schemas."""

    @property
    def more_types(self) -> frozenset[int]:
        """The message types that the version has beyond the three of all."""

    @property
    def compresses(self) -> bool:
        """Whether its connections may be compressed."""

    @property
    def never_refused(self) -> frozenset[str]:
        """Actions that get a result or no answer at all: then the station keeps what it could not deliver."""

    @property
    def waiting(self) -> frozenset[str]:
        """Actions whose answer may wait on the network, which nothing else has to wait for."""

    async def answer(self, station: str, call: Call, heard_at: datetime) -> Payload:
        """The payload of the CALLRESULT. Raises Refusal for a CALLERROR, CannotStore for silence."""

    async def hear(self, station: str, send: Send) -> None:
        """What nobody waits to be answered. Raises Refusal, CannotStore."""

    def bare_answer(self, action: str, number: int) -> Payload:
        """The least that answers an action that is never refused, of which nothing could be made.

        `number` is one that no transaction has.
        """

    def answer_unreadable(self, unreadable: Unreadable) -> str | None:
        """The frame that the version wants back for something that is no message, if any."""

    def request(self, intent: Intent) -> OcppDataclass:
        """The message of the `ocpp` package that carries an intent. Raises NotSpoken."""

    def order(self, order: Order) -> tuple[str, Payload]:
        """Action and payload of what an operator ordered. Raises NotSpoken, ValueError."""

    def outcome(self, payload: Json) -> Outcome:
        """What a CALLRESULT says came of it; what says nothing readable is a rejection."""

    def schedule(self, payload: Json) -> Schedule | None:
        """The schedule in the CALLRESULT to TellSchedule; None where the station would not say."""

    def list_version(self, payload: Json) -> int:
        """The number in the CALLRESULT to TellListVersion."""

    def list_limits(self, payload: Json) -> ListLimits:
        """What the CALLRESULT to TellListLimits says."""

    def bounds(self, payload: Json) -> StationBounds:
        """What the CALLRESULT to TellBounds says; what says nothing readable bounds nothing."""

    def has_queued(self, payload: Json) -> bool:
        """Whether a CALLRESULT says that more is to come; what says nothing readable may mean it."""
