"""What an operator orders, as it is checked: the body of each route becomes one order."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self, cast

from pydantic import AwareDatetime, Field, JsonValue, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from cpo_adapter.maintenance.errands import FirmwareWanted, Period
from cpo_adapter.ocpp import orders
from cpo_adapter.ocpp.events import STATION, Outlet
from cpo_adapter.ocpp.orders import Inventory, LogKind, Order
from cpo_adapter.stations.security_routes import OfStation
from schemas.codec import Json

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Evse = Annotated[int, Field(ge=1, le=9999)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=150)]
Md5 = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{32}$")]
Transaction = Annotated[str, StringConstraints(min_length=1, max_length=36)]
Pem = Annotated[str, StringConstraints(min_length=1, max_length=5500)]


class OfOutlet(OfStation):
    """Without an EVSE the station itself is meant; without a connector the EVSE as a whole."""

    evse: Evse | None = None
    connector: Evse | None = None

    def outlet(self) -> Outlet | None:
        return None if self.evse is None else Outlet(self.evse, self.connector or 0)


class Reset(OfStation):
    hard: bool = False
    evse: Evse | None = None

    def order(self) -> Order:
        return orders.Reset(self.hard, self.evse)


class Availability(OfOutlet):
    operative: bool

    def order(self) -> Order:
        return orders.SetAvailability(self.operative, self.outlet() or STATION)


class Trigger(OfOutlet):
    message: Annotated[str, StringConstraints(min_length=1, max_length=50)]

    def order(self) -> Order:
        return orders.Trigger(self.message, self.outlet())


class Unlock(OfStation):
    evse: Evse
    connector: Evse = 1

    def order(self) -> Order:
        return orders.UnlockOutlet(Outlet(self.evse, self.connector))


class ClearCache(OfStation):
    def order(self) -> Order:
        return orders.ForgetCards()


class UnpublishFirmware(OfStation):
    md5: Md5

    def order(self) -> Order:
        return orders.UnpublishFirmware(self.md5)


class Priority(OfStation):
    transaction: Transaction
    first: bool

    def order(self) -> Order:
        return orders.Prioritise(self.transaction, self.first)


class Call(OfStation):
    """`payload` as the station's version of OCPP has it; a `requestId` that leads to a job is given here."""

    action: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    payload: Annotated[dict[str, JsonValue], Field(default_factory=dict)]


class ListCertificates(OfStation):
    use: Name

    def order(self) -> Order:
        return orders.ListCertificates(self.use)


class InstallCertificate(OfStation):
    use: Name
    certificate: Pem

    def order(self) -> Order:
        return orders.InstallCertificate(self.use, self.certificate)


class DeleteCertificate(OfStation):
    algorithm: Literal["SHA256", "SHA384", "SHA512"] = "SHA256"
    issuer_name_hash: Name
    issuer_key_hash: Name
    serial_number: Name

    def order(self) -> Order:
        return orders.DeleteCertificate(
            self.algorithm, self.issuer_name_hash, self.issuer_key_hash, self.serial_number
        )


class ShowMessage(OfStation):
    message: Number
    text: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    priority: Literal["AlwaysFront", "InFront", "NormalCycle"] = "NormalCycle"
    language: Annotated[str, StringConstraints(max_length=8)] | None = None
    until: AwareDatetime | None = None

    def order(self) -> Order:
        return orders.ShowMessage(self.message, self.text, self.priority, self.language, _utc(self.until))


class ClearMessage(OfStation):
    message: Number

    def order(self) -> Order:
        return orders.ClearMessage(self.message)


class MonitoringBase(OfStation):
    base: Literal["All", "FactoryDefault", "HardWiredOnly"]

    def order(self) -> Order:
        return orders.SetMonitoringBase(self.base)


class MonitoringLevel(OfStation):
    severity: Annotated[int, Field(ge=0, le=9)]

    def order(self) -> Order:
        return orders.SetMonitoringLevel(self.severity)


class Monitor(OfStation):
    name: Name
    kind: Literal["UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"]
    value: Decimal
    severity: Annotated[int, Field(ge=0, le=9)] = 8

    def order(self) -> Order:
        return orders.Monitor(self.name, self.kind, self.value, self.severity)


class ClearMonitors(OfStation):
    monitors: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]

    def order(self) -> Order:
        return orders.ClearMonitors(self.monitors)


class Cost(OfStation):
    transaction: Transaction
    cost: Annotated[Decimal, Field(ge=0)]

    def order(self) -> Order:
        return orders.TellCost(self.transaction, self.cost)


class Transfer(OfStation):
    vendor: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    message: Annotated[str, StringConstraints(max_length=50)] | None = None
    data: JsonValue = None

    def order(self) -> Order:
        return orders.Transfer(self.vendor, self.message, cast(Json, self.data))


class ReadConfiguration(OfStation):
    names: tuple[Name, ...] = ()


class ChangeConfiguration(OfStation):
    name: Name
    value: Annotated[str, StringConstraints(max_length=1000)]


class Diagnostics(OfStation):
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def period(self) -> Period:
        return Period(_utc(self.since), _utc(self.until))


class Log(Diagnostics):
    kind: LogKind = LogKind.DIAGNOSTICS


class Firmware(OfStation):
    """Either a file in the folder of firmware or a URL of the maker's."""

    file: Annotated[str, StringConstraints(max_length=100)] = ""
    url: Annotated[str, StringConstraints(max_length=512, pattern=r"^$|^https?://[^\s]+$")] = ""
    retrieve_at: AwareDatetime | None = None
    install_at: AwareDatetime | None = None
    certificate: Annotated[str, StringConstraints(max_length=5500)] = ""
    signature: Annotated[str, StringConstraints(max_length=800)] = ""

    @model_validator(mode="after")
    def _is_of_one_place(self) -> Self:
        if bool(self.file) == bool(self.url):
            raise PydanticCustomError("place", "name a file or a url, not both")
        if bool(self.certificate) != bool(self.signature):
            raise PydanticCustomError("signature", "a signature and its certificate belong together")
        return self

    def wanted(self) -> FirmwareWanted:
        return FirmwareWanted(
            file=self.file,
            url=self.url,
            retrieve_at=_utc(self.retrieve_at),
            install_at=_utc(self.install_at),
            certificate=self.certificate,
            signature=self.signature,
        )


class PublishFirmware(OfStation):
    """A file in the folder of firmware."""

    file: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Report(OfStation):
    about: Inventory = Inventory.FULL
    names: tuple[Name, ...] = ()


class Customer(OfStation):
    uid: Annotated[str, StringConstraints(min_length=1, max_length=36)]
    report: bool = True
    erase: bool = False


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)
