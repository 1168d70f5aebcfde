"""What an operator may want of a station, in words that every version of OCPP shares.

Beside the intents, which the adapter has by itself: an order is given by a person, and answered with whatever
the station said. `number` is the request id under which reports, files and progress come later.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cpo_adapter.ocpp.events import STATION, Outlet
from cpo_adapter.ocpp.framing import Payload
from schemas.codec import Json


@dataclass(frozen=True, slots=True)
class Order:
    """One of those below."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a station said to an order: the payload of its CALLRESULT, without values that are secret.

    `is_readable`: whether it has what an answer of that kind must have.
    """

    told: Payload
    is_readable: bool = True

    @property
    def status(self) -> str:
        """The station's own word, that of the first thing which it did not do; some answers have none."""
        word = self.told.get("status")
        return word if isinstance(word, str) else _of_several(self.told)

    @property
    def is_accepted(self) -> bool:
        """An answer that has no word for it means yes."""
        return self.is_readable and self.status.casefold() in _YES


_YES = frozenset(
    {"", "accepted", "acceptedcanceled", "scheduled", "rebootrequired", "unlocked", "unpublished"}
)
_LISTS = {
    "clearMonitoringResult": "status",
    "clearTariffsResult": "status",
    "setMonitoringResult": "status",
    "setVariableResult": "attributeStatus",
}


def _of_several(told: Payload) -> str:
    """Where several things are asked for at once, each has a status of its own."""
    words = [
        str(each.get(word)) for key, word in _LISTS.items() for each in _dicts(told.get(key)) if word in each
    ]
    return next((word for word in words if word.casefold() not in _YES), words[0] if words else "")


def _dicts(value: Json) -> list[Payload]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Reset(Order):
    """`is_hard`: at once, whatever runs. `evse` alone: 2.x only."""

    is_hard: bool = False
    evse: int | None = None


@dataclass(frozen=True, slots=True)
class SetAvailability(Order):
    is_operative: bool
    outlet: Outlet = STATION


@dataclass(frozen=True, slots=True)
class Trigger(Order):
    """`topic` as the version spells the message that is wanted."""

    topic: str
    outlet: Outlet | None = None


@dataclass(frozen=True, slots=True)
class UnlockOutlet(Order):
    outlet: Outlet


@dataclass(frozen=True, slots=True)
class ForgetCards(Order):
    """Of its cache."""


@dataclass(frozen=True, slots=True)
class ReadSettings(Order):
    """Keys in 1.6, of which no name means all; in 2.x variables, which have to be named."""

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteSetting(Order):
    name: str
    value: str = field(repr=False)


class Inventory(StrEnum):
    """What a report of everything may be about: ReportBaseEnumType."""

    CONFIGURATION = "ConfigurationInventory"
    FULL = "FullInventory"
    SUMMARY = "SummaryInventory"


@dataclass(frozen=True, slots=True)
class ReportAll(Order):
    number: int
    about: Inventory = Inventory.FULL


@dataclass(frozen=True, slots=True)
class ReportSome(Order):
    number: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendDiagnostics(Order):
    """To `url`, once. 1.6 alone has it; later versions and its security extension send logs."""

    url: str
    since: datetime | None = None
    until: datetime | None = None


class LogKind(StrEnum):
    DIAGNOSTICS = "DiagnosticsLog"
    SECURITY = "SecurityLog"


@dataclass(frozen=True, slots=True)
class SendLog(Order):
    number: int
    url: str
    kind: LogKind = LogKind.DIAGNOSTICS
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class UpdateFirmware(Order):
    """Fetch it from `url` from `retrieve_at` on. 1.6 has two messages: with a signature another one."""

    number: int
    url: str
    retrieve_at: datetime
    install_at: datetime | None = None
    certificate: str = ""
    signature: str = ""

    @property
    def is_signed(self) -> bool:
        return bool(self.certificate)


@dataclass(frozen=True, slots=True)
class InstallCertificate(Order):
    """`use` as the version spells it; `pem` one certificate."""

    use: str
    pem: str


@dataclass(frozen=True, slots=True)
class DeleteCertificate(Order):
    """Named by its hashes, as ListCertificates tells them."""

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


@dataclass(frozen=True, slots=True)
class HandCertificate(Order):
    """The station's own; `chain` in PEM, leaf first. `use` and `number` as it told them when it asked."""

    chain: str
    use: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ListCertificates(Order):
    use: str


@dataclass(frozen=True, slots=True)
class Customer(Order):
    """What the station knows of the bearer of a card: told, erased, or both."""

    number: int
    uid: str
    is_reported: bool = True
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class ShowMessage(Order):
    """On its display. The same `message` replaces one."""

    message: int
    text: str
    priority: str = "NormalCycle"
    language: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListMessages(Order):
    number: int


@dataclass(frozen=True, slots=True)
class ClearMessage(Order):
    message: int


@dataclass(frozen=True, slots=True)
class ListProfiles(Order):
    """Every charging profile that it holds."""

    number: int


@dataclass(frozen=True, slots=True)
class SetNetworkProfile(Order):
    """How to come to us, kept in `slot` until that is made the first to be tried."""

    slot: int
    url: str
    profile: int
    ocpp: str = "OCPP20"
    patience_s: int = 30
    interface: str = "Wired0"


@dataclass(frozen=True, slots=True)
class SetMonitoringBase(Order):
    base: str


@dataclass(frozen=True, slots=True)
class SetMonitoringLevel(Order):
    severity: int


@dataclass(frozen=True, slots=True)
class Monitor(Order):
    """Have a variable watched; `kind` is a MonitorEnumType."""

    name: str
    kind: str
    value: Decimal
    severity: int


@dataclass(frozen=True, slots=True)
class ClearMonitors(Order):
    monitors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReportMonitors(Order):
    number: int


@dataclass(frozen=True, slots=True)
class TellCost(Order):
    """What a transaction costs by now, for a station that can show it."""

    reference: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Transfer(Order):
    """A message of a vendor's own; `data` goes as it is."""

    vendor: str
    message: str | None = None
    data: Json = None


@dataclass(frozen=True, slots=True)
class PublishFirmware(Order):
    """Have a local controller fetch it from `url` and offer it to the stations behind it."""

    number: int
    url: str
    md5: str


@dataclass(frozen=True, slots=True)
class UnpublishFirmware(Order):
    """Named by what PublishFirmware told of it."""

    md5: str


@dataclass(frozen=True, slots=True)
class Prioritise(Order):
    """Let a transaction charge as fast as it can, or no longer."""

    reference: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class Call(Order):
    """In the words of the version itself, for what nothing here sends: `payload` as its schema has it."""

    action: str
    payload: Payload
