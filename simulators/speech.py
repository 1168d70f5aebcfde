"""What a simulated station says, in the words of its version of OCPP.

A message is made when its turn comes, and again if it has to be said again: what must stay the same then is
fixed when the car does what is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from ocpp.v16.enums import ChargePointStatus, Reason

from simulators.charge import Charge
from simulators.ocpp_link import Link
from simulators.wire16 import Commanded

Message: TypeAlias = Callable[[], Any]
Name: TypeAlias = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """A charge that begins. `order` is the number of the remote start, None for a card at the reader."""

    charge: Charge
    began_at: datetime
    register_wh: int
    reservation: int | None = None
    order: int | None = None
    is_ordered: bool = False


class Tale(Protocol):
    """All that is told of one transaction."""

    @property
    def name(self) -> Name | None:
        """How station and central system call it; None until that is known."""

    def start(self) -> Message: ...

    def heard(self, answer: Any) -> None:
        """Of the start."""

    def sample(self, second: int) -> Message: ...

    def stop(self, second: int, reason: Reason) -> Message: ...


class Wire(Protocol):
    async def listen(self) -> None:
        """Until the link is lost. Raises LinkLost."""

    async def talk(self, message: Any) -> Any:
        """The answer to a message. Raises OCPPError, UnknownCallErrorCodeError, TimeoutError, LinkLost."""


class Speech(Protocol):
    @property
    def subprotocol(self) -> str: ...

    def wire(self, identity: str, link: Link, *, station: Commanded, patience_s: float) -> Wire: ...

    def boot(self, vendor: str, model: str) -> Any: ...

    def heartbeat(self) -> Any: ...

    def status(self, connector: int, status: ChargePointStatus, at: datetime) -> Any: ...

    def authorize(self, uid: str) -> Any: ...

    def card(self, answer: Any) -> str:
        """What an authorization or a start says of the card: Accepted, or what stands in the way."""

    def file_status(self, status: str, number: int | None) -> Any:
        """How far it is with sending a file; of diagnostics where there is no number."""

    def firmware_status(self, status: str, number: int | None) -> Any: ...

    def report(self, number: int, settings: Mapping[str, str], at: datetime) -> Sequence[Any]:
        """Its settings, in parts."""

    def settings(self, connectors: int) -> dict[str, str]:
        """What it is set to as it comes from its maker."""

    def tale(self, begin: Begin) -> Tale: ...
